// Runs the exerciser on demand: run.ts [--seeds A..B] [--calls N] [--on PLACE] [--keep DIRECTORY]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Exerciser, KINDS, difference, whyNot } from './exercise.ts';

const OPTIONS = {
  seeds: { type: 'string', default: '1..100' },
  calls: { type: 'string', default: '3000' },
  on: { type: 'string', multiple: true },
  keep: { type: 'string' },
} as const;

function options() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    const usage = `usage: node build.mjs linux --seeds A..B [--calls N] [--on ${Object.keys(KINDS).join('|')}]… [--keep DIRECTORY]`;
    console.error(`${(error as Error).message}\n${usage}`);
    process.exit(2);
  }
}

const values = options();
const [first = 1, last = first] = values.seeds.split('..').map(Number);
const calls = Number(values.calls);
const names = (Object.keys(KINDS) as (keyof typeof KINDS)[]).filter((name) => values.on?.includes(name) ?? true);

/** Writes both traces down, to look at as a whole. */
function keep(directory: string, seed: number, name: string, ours: string, linux: string): void {
  writeFileSync(join(directory, `${seed}-${name}`), ours);
  writeFileSync(join(directory, `${seed}-${name}-linux`), linux);
}

const reason = whyNot();
if (reason !== undefined) {
  console.error(`--seeds compares with a native program, which cannot run here: ${reason}.`);
  process.exit(1);
}
const exerciser = await Exerciser.build();
let runs = 0;
let different = 0;
try {
  for (let seed = first; seed <= last; seed++) {
    for (const name of names) {
      const [ours, linux] = exerciser.traces(KINDS[name], seed, calls);
      if (values.keep !== undefined) keep(values.keep, seed, name, ours, linux);
      const found = difference(ours, linux);
      runs++;
      if (found === '') continue;
      different++;
      console.log(`seed ${seed} on ${name}:\n${found}\n`);
    }
  }
} finally {
  exerciser.dispose();
}
console.log(`${runs} runs of ${calls} calls, seeds ${first} to ${last} on ${names.join(' and ')}: ${different} differ`);
process.exitCode = different > 0 ? 1 : 0;
