// Ruby, its library in the module itself, running ruby/workload.rb. The package has no command but a reactor, which
// its own JavaScript drives: it wants an object with `wasiImport` and `initialize`, which ours is.
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { WASI } from '../../shim/index.ts';
import { natively } from './natively.ts';
import { importFile, wasmFile } from './packages.ts';
import { Stage, assertEnded, onEachRoot } from './stage.ts';

const SCRIPT = readFileSync(new URL('ruby/workload.rb', import.meta.url), 'utf8');
const EXPECTED = readFileSync(new URL('ruby/expected.txt', import.meta.url), 'utf8');

/** The used part of @ruby/wasm-wasi. */
interface RubyPackage {
  RubyVM: {
    instantiateModule(options: {
      module: WebAssembly.Module;
      wasip1: WASI;
    }): Promise<{ vm: { eval(code: string): unknown } }>;
  };
}

function scriptFor(base: string): string {
  return `BASE = '${base}'; COUNT = 2000\n${SCRIPT}`;
}

const module = await wasmFile('@ruby/3.4-wasm-wasi/dist/ruby+stdlib.wasm');
const { RubyVM } = await importFile<RubyPackage>('@ruby/wasm-wasi/dist/esm/index.js');

onEachRoot('Ruby', async (root) => {
  const stage = new Stage(root, { args: ['ruby'] });
  const { vm } = await RubyVM.instantiateModule({ module, wasip1: stage.wasi });
  vm.eval(scriptFor('/tmp'));
  stage.wasi.close();
  const ended = stage.end(0);
  assertEnded(ended, EXPECTED);
  const orphans = [...ended.marks].map(([mark, alive]) => `${mark} ${alive.orphans}`);
  assert.equal(orphans, ['many 200', 'kept 10']);
  assert.equal(root.fs.readdirSync(`${root.path}/tmp/temp`), []);
});

natively('Ruby', { needs: 'ruby', command: (base) => ['ruby', '-e', scriptFor(base)], expect: EXPECTED });

test.run();
