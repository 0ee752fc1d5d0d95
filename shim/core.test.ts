// The WASI class of wasi9p/core: each preopen is a tree of its own, while `wasi9p` joins them into one.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ram } from '../vfs/backends/ram/index.ts';
import { Kit } from '../testing/kit.ts';
import type { Backend } from '../vfs/backend/backend.ts';
import { WASI as Core } from './core.ts';
import { WASI } from './wasi.ts';

/** The WASI errnos of `data/inner` from the preopen at `/`, and of `inner` from that at `/data`. */
function errnos(Class: typeof Core | typeof WASI): number[] {
  const [outer, inner]: Backend[] = [ram(), ram()];
  const kit = new Kit({ backend: inner! });
  kit.put('inner', 'text');
  kit.end();
  const wasi = new Class({ preopens: { '/': outer!, '/data': inner! }, stdin: '', stdout: () => {}, stderr: () => {} });
  const memory = new WebAssembly.Memory({ initial: 1 });
  wasi.finalizeBindings({ exports: { memory } });
  const stat = (fd: number, path: string): number => {
    new Uint8Array(memory.buffer).set(new TextEncoder().encode(path), 1024);
    return wasi.wasiImport.path_filestat_get(fd, 0, 1024, path.length, 2048);
  };
  const found = [stat(3, 'data/inner'), stat(4, 'inner')];
  wasi.close();
  return found;
}

const NOENT = 44;

test('core has no namespace', () => {
  assert.equal(errnos(Core), [NOENT, 0]);
});

test('wasi9p has one', () => {
  assert.equal(errnos(WASI), [0, 0]);
});

test.run();
