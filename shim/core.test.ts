// The WASI class of wasi9p/core: each preopen is a tree of its own, unless it has the namespace that `wasi9p` has.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ram } from '../vfs/backends/ram/index.ts';
import { Kit } from '../testing/kit.ts';
import type { Backend } from '../vfs/backend/backend.ts';
import { namespace } from '../vfs/namespace/preopens.ts';
import { WASI as Core, type WASIOptions } from './core.ts';
import { WASI } from './wasi.ts';

/** The WASI errnos of `data/inner` from the preopen at `/`, and of `inner` from that at `/data`. */
function errnos(guest: (options: WASIOptions) => Core | WASI): number[] {
  const [outer, inner]: Backend[] = [ram(), ram()];
  const kit = new Kit({ backend: inner! });
  kit.put('inner', 'text');
  kit.end();
  const wasi = guest({ preopens: { '/': outer!, '/data': inner! }, stdin: '', stdout: () => {}, stderr: () => {} });
  const memory = new WebAssembly.Memory({ initial: 1 });
  wasi.finalizeBindings({ exports: { memory } });
  const stat = (fd: number, path: string): number => {
    new Uint8Array(memory.buffer).set(new TextEncoder().encode(path), 1024);
    return wasi.wasiImport.path_filestat_get(fd, 0, 1024, path.length, 2048);
  };
  const found = [stat(3, 'data/inner'), stat(4, 'inner'), stat(4, '../data/inner')];
  wasi.close();
  return found;
}

const NOENT = 44;
const NOTCAPABLE = 76;

test('the preopens of the core are separate trees', () => {
  assert.equal(
    errnos((options) => new Core(options)),
    [NOENT, 0, NOTCAPABLE],
  );
});

test('with the option namespace they make up one tree, as those of wasi9p do', () => {
  assert.equal(
    errnos((options) => new Core({ ...options, namespace })),
    [0, 0, 0],
  );
  assert.equal(
    errnos((options) => new WASI(options as never)),
    [0, 0, 0],
  );
});

test('the option namespace must be a function; wasi9p has no such option', () => {
  assert.throws(() => new Core({ namespace: true as never }), '"options.namespace" must be function, not Boolean');
  assert.throws(() => new WASI({ namespace } as never), '"options.namespace" is unknown');
});

test.run();
