// Programs behave on dist/core.min.js, minified and with its private members renamed, as on the sources.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WASI as FromSources } from '../shim/core.ts';
import { strace } from '../shim/trace/strace.ts';
import { ram } from '../vfs/backends/ram/index.ts';
import { compileProgram, programNames } from '../wasm-tests/harness.ts';
import { SCRATCH } from './project.mjs';
import { coreBundle, privateNames } from './size.mjs';

type Core = { WASI: typeof FromSources };

const file = join(SCRATCH, `core-${process.pid}.mjs`);
mkdirSync(SCRATCH, { recursive: true });
writeFileSync(file, await coreBundle());
const minified = (await import(pathToFileURL(file).href)) as Core;
rmSync(file);

interface Ended {
  status: number | string;
  output: string;
  trace: string[];
}

/** Runs a program with a trace, without the host's part of its scenario. */
function run({ WASI }: Core, module: WebAssembly.Module): Ended {
  const trace: string[] = [];
  let output = '';
  const decoder = new TextDecoder();
  const take = (bytes: Uint8Array) => void (output += decoder.decode(bytes, { stream: true }));
  const wasi = new WASI({
    args: ['program', '/'],
    preopens: { '/': ram() },
    stdout: take,
    stderr: take,
    trace: strace((line) => trace.push(line.replace(/\d+(?= [-dl]\))|[\d.]+(?=[}, ])/g, '#'))),
  });
  const instance = new WebAssembly.Instance(module, wasi.getImportObject());
  try {
    return { status: wasi.start(instance), output, trace };
  } catch (thrown) {
    return { status: String(thrown), output, trace };
  }
}

for (const name of programNames()) {
  if (name === 'ten-thousand-orphans' || name === 'big-orphan') continue; // as the others, and long
  test(name, async () => {
    const module = await WebAssembly.compile(await compileProgram(name));
    const [ours, wanted] = [run(minified, module), run({ WASI: FromSources }, module)];
    assert.ok(wanted.trace.length > 0);
    assert.equal([ours.status, ours.output], [wanted.status, wanted.output]);
    assert.is(ours.trace.length, wanted.trace.length);
  });
}

test('only names that nothing else is called like are shortened', () => {
  const source = 'shim/wasi-base.ts';
  const names = privateNames([source], '');
  assert.ok(names.includes('lent'), 'declared there, and unused in this text');
  assert.not.ok(privateNames([source], 'x.lent').includes('lent'));
  assert.not.ok(privateNames([source], 'const { lent } = x;').includes('lent'));
  assert.ok(privateNames([source], 'const { lent } = this;').includes('lent'));
  assert.not.ok(privateNames([source], '({ lent: 1 })').includes('lent'));
});

test.run();
