// `npm run bench -- tests`: the processor time that `wasi9p test` takes for a test, without fixtures, on an empty fixture
// and on two of 100 MB, in turn. Needs dist/ (`npm run build`).
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { compile } from '../toolchain/compile.ts';
import { grid, writePart } from './part.ts';
import { align, digits, machine } from './text.ts';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const ROUNDS = 7;
/** Milliseconds of processor time that a test of one line may take. */
const GOAL_MS = 6;
/** A fixture of 100 MB may cost so much of an empty one: what is more than noise. */
const GOAL_RATIO = 1.1;

const LINE = '#include <stdio.h>\nint main(void) { puts("ok"); return 0; }\n';
/** Looks at its fixture, adds a file to it, and reads that. */
const USER = `
#include <dirent.h>
#include <stdio.h>
#include <string.h>
int main(void) {
  char text[8];
  DIR *dir = opendir("/data");
  if (!dir || !readdir(dir) || closedir(dir)) return 1;
  FILE *file = fopen("/data/new", "w");
  if (!file || fputs("text", file) < 0 || fclose(file)) return 2;
  file = fopen("/data/new", "r");
  if (!file || !fgets(text, sizeof text, file) || strcmp(text, "text")) return 3;
  return puts("ok") < 0;
}
`;

/** A suite: so many tests of a program, on a fixture of files. */
interface Suite {
  readonly label: string;
  readonly source: string;
  readonly tests: number;
  /** Undefined for none. */
  readonly fixture?: { readonly files: number; readonly size: number };
}

const SUITES: readonly Suite[] = [
  { label: '2,000 programs of one line', source: LINE, tests: 2000 },
  { label: '1,000 tests on an empty fixture', source: USER, tests: 1000, fixture: { files: 0, size: 0 } },
  { label: '1,000 tests on 10 files of 10 MB', source: USER, tests: 1000, fixture: { files: 10, size: 10e6 } },
  { label: '1,000 tests on 25,000 files of 4 kB', source: USER, tests: 1000, fixture: { files: 25_000, size: 4000 } },
];
const EMPTY = 1;

async function layOut(dir: string, { source, tests, fixture }: Suite): Promise<void> {
  const output = 'program.wasm';
  const module = await compile({ sources: { 'program.c': source }, argv: ['-O1', 'program.c', '-o', output], output });
  fs.mkdirSync(join(dir, 'data'), { recursive: true });
  fs.mkdirSync(join(dir, 'suite'));
  fs.writeFileSync(join(dir, output), module);
  for (let i = 0; i < tests; i++) {
    fs.linkSync(join(dir, output), join(dir, `suite/t${i}.wasm`));
    const spec = { stdout: 'ok\n', ...(fixture !== undefined && { dirs: { '/data': '../data' } }) };
    fs.writeFileSync(join(dir, `suite/t${i}.json`), JSON.stringify(spec));
  }
  const bytes = Buffer.alloc(fixture?.size ?? 0, 'x');
  for (let i = 0; i < (fixture?.files ?? 0); i++) {
    const sub = join(dir, `data/files/${i >> 8}`);
    if ((i & 255) === 0) fs.mkdirSync(sub, { recursive: true });
    fs.writeFileSync(join(sub, `f${i}`), bytes);
  }
}

/** Runs a suite; returns the milliseconds of processor time of one test. */
function run(dir: string, tests: number): number {
  const ran = spawnSync(process.execPath, [CLI, 'test', 'suite'], { cwd: dir, encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`${ran.stdout}${ran.stderr}`);
  return childMs() / tests;
}

let known = 0;
/** Milliseconds of processor time of the children since the last call: times(2), by /proc. */
function childMs(): number {
  const fields = fs
    .readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  // cutime and cstime, in ticks of 10 ms.
  const all = (Number(fields[13]) + Number(fields[14])) * 10;
  const since = all - known;
  known = all;
  return since;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

const root = fs.mkdtempSync(join(tmpdir(), 'wasi9p-bench-tests-'));
const times: number[][] = SUITES.map(() => []);
try {
  for (const [i, suite] of SUITES.entries()) await layOut(join(root, `${i}`), suite);
  // A round first, for the caches of the system.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, { tests }] of SUITES.entries()) {
      const ms = run(join(root, `${i}`), tests);
      if (round > 0) times[i]!.push(ms);
    }
  }
} finally {
  fs.rmSync(root, { recursive: true });
}

/** The median of the ratios to the empty fixture, a round each. */
const ratioOf = (i: number): number => median(times[i]!.map((ms, round) => ms / times[EMPTY]![round]!));
const rows = SUITES.map(({ label }, i) => [
  label,
  `${digits(median(times[i]!))} ms`,
  i < EMPTY ? '' : i === EMPTY ? '1' : digits(ratioOf(i)),
]);
const table = [['wasi9p test', 'processor time a test', 'to an empty fixture'], ...rows];
console.log(align(table));
const word = (isMet: boolean): string => (isMet ? 'met' : 'NOT met');
const line = median(times[0]!);
const most = Math.max(...SUITES.map((_, i) => ratioOf(i)).slice(EMPTY + 1));
const goals = [
  `- a program of one line in at most ${GOAL_MS} ms of processor time: ${word(line <= GOAL_MS)} (${digits(line)} ms)`,
  `- a fixture of 100 MB at most ${GOAL_RATIO} × an empty one: ${word(most <= GOAL_RATIO)} (${digits(most)})`,
].join('\n');
console.log(`\n${goals}`);
if (process.argv.includes('--write')) {
  writePart(
    'tests',
    `# Tests, with fixtures

\`wasi9p test\` over suites of many tests, ${ROUNDS} rounds in turn, each in a process of its own; the processor time is that of
all of its workers. A test on a fixture lists it, adds a file and reads that. The ratio is the median of the rounds. ${machine()}

${goals}

${grid(table[0]!, table.slice(1))}`,
  );
}
