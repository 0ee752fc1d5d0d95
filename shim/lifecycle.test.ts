// Tests that every resource is released by its opener: host descriptors, sessions, timers, and the heap after many
// runs.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hostDir } from '../vfs/backends/hostdir/index.ts';
import { overlay } from '../vfs/backends/overlay/index.ts';
import { ram } from '../vfs/backends/ram/index.ts';
import { readOnly } from '../vfs/backends/readonly/index.ts';
import { createFs } from '../vfs/fs/index.ts';
import { Attachment, serverFor } from '../vfs/connect/server-for.ts';
import { Namespace } from '../vfs/namespace/index.ts';
import { MountedDirectory } from './browser-wasi-shim/index.ts';
import { WASI } from './index.ts';

/** Runs of the empty guest in one process. `WASI9P_RUNS=100000 npm test -- lifecycle` is the long test. */
const RUNS = Number(process.env.WASI9P_RUNS ?? 2000);
/** The allowed growth of the heap in bytes, independent of RUNS. */
const SLACK = 2 << 20;

// (module (memory (export "memory") 1) (func (export "_start")))
const EMPTY = new WebAssembly.Module(
  Uint8Array.from(
    Buffer.from(
      '0061736d01000000010401600000030201000503010001071302066d656d6f72790200065f737461727400000a040102000b',
      'hex',
    ),
  ),
);

const hasProc = process.platform === 'linux';
const descriptors = (): number => (hasProc ? readdirSync('/proc/self/fd').length : 0);

/** Runs a test in a scratch directory, and asserts that no host descriptor stays open. */
function on(run: (dir: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const dir = mkdtempSync(join(tmpdir(), 'wasi9p-life-'));
    writeFileSync(join(dir, 'f'), 'text');
    const before = descriptors();
    try {
      await run(dir);
      assert.is(descriptors(), before, 'descriptors');
    } finally {
      rmSync(dir, { recursive: true });
    }
  };
}

const runIn = (preopens: Record<string, never>): number => {
  const wasi = new WASI({ preopens });
  return wasi.start(new WebAssembly.Instance(EMPTY, wasi.getImportObject()));
};

test(
  'a guest closes the directories that were given to it by their paths',
  on((dir) => {
    for (let i = 0; i < 20; i++) assert.is(runIn({ '/': dir, '/again': dir, b: dir } as never), 0);
    const wasi = new WASI({ preopens: { '/': dir } });
    wasi.close();
    wasi.close();
  }),
);

test(
  'a guest that cannot be made leaves nothing open',
  on((dir) => {
    assert.throws(() => new WASI({ preopens: { '/': dir, '/b': `${dir}/none` } }), /ENOENT/);
    assert.throws(() => new WASI({ preopens: { '/': dir, '/b': 5 as never } }), TypeError);
    assert.throws(() => new WASI({ preopens: { '/': dir, '/f': dir } }), /Nothing can be mounted/);
  }),
);

test(
  'a namespace closes what it was given by a path, when its last user has ended',
  on((dir) => {
    const namespace = new Namespace({ '/x': dir, '/y': dir });
    assert.is(namespace.fs.readFileSync('/x/f', 'utf8'), 'text');
    const wasi = new WASI({ preopens: namespace.preopens });
    const fs = createFs(namespace.preopens['/x']!);
    namespace.close();
    namespace.close();
    assert.is(fs.readFileSync('/f', 'utf8'), 'text');
    wasi.close();
    fs.unmount();
    assert.throws(() => createFs(namespace.preopens['/x']!), /refused the attach/);
  }),
);

test(
  'a namespace that cannot be made leaves no session and no descriptor',
  on((dir) => {
    const store = ram();
    store.create(store.root(), 'f', 0o100644, 0, 0, 0);
    const server = serverFor(store);
    const refusing = ram();
    refusing.close();
    assert.throws(() => new Namespace({ '/': server, '/x': dir, '/y': refusing }), /refused the attach/);
    assert.throws(
      () => new Namespace({ '/': server, '/x': dir, '/y': `${dir}/none` }),
      /^"tree.\/y" must be .* ENOENT/,
    );
    assert.throws(() => new Namespace({ '/': server, '/x': dir, '/y': 5 as never }), TypeError);
    assert.throws(() => new Namespace({ '/': server, '/x': dir, '/f/y': dir }), /Nothing can be mounted/);
    assert.is(server.inspect().sessions, 0);
  }),
);

test(
  'what else takes a path closes it',
  on((dir) => {
    const mounted = new MountedDirectory('/', dir);
    assert.is(runIn({ '/': mounted } as never), 0);
    assert.is(runIn({ '/': mounted } as never), 0);
    mounted.close();
    mounted.close();
    const fs = createFs(dir);
    assert.is(fs.readFileSync('/f', 'utf8'), 'text');
    fs.openSync('/f');
    fs.unmount();
    fs.unmount();
    assert.throws(() => fs.readFileSync('/f'), /EIO/);
    for (const make of [(path: string) => new MountedDirectory('/', path), createFs, serverFor]) {
      assert.throws(() => make(`${dir}/none`), /^"source" must be a directory that can be opened: ENOENT: /);
    }
  }),
);

test(
  'serverFor a path stays for one guest after another, until its close',
  on((dir) => {
    const server = serverFor(dir);
    for (let i = 0; i < 3; i++) assert.is(runIn({ '/': server } as never), 0);
    server.close();
    assert.throws(() => new Attachment(server), /refused the attach/);
  }),
);

test(
  'a wrapper leaves open what it was given, and lets go of it',
  on((dir) => {
    mkdirSync(join(dir, 'd'));
    const lower = hostDir(dir);
    const before = lower.descriptors;
    for (let i = 0; i < 3; i++) {
      const upper = ram();
      const work = overlay({ lower, upper });
      const fs = createFs(work);
      fs.writeFileSync('/d/g', 'new');
      fs.appendFileSync('/f', 'more');
      fs.renameSync('/d', '/e');
      fs.openSync('/f');
      work.close();
      fs.unmount();
      lower.trim();
      assert.is(lower.descriptors, before);
      assert.is(upper.root().refs, 0);
    }
    const view = readOnly(lower);
    const fs = createFs(view);
    assert.is(fs.readFileSync('/f', 'utf8'), 'text');
    view.close!();
    assert.throws(() => fs.readFileSync('/f'), /EIO/);
    fs.unmount();
    const again = createFs(readOnly(lower));
    assert.is(again.readFileSync('/f', 'utf8'), 'text');
    again.unmount();
    lower.close();
    lower.close();
  }),
);

test(
  'using ends each of them',
  on((dir) => {
    using lower = hostDir(dir);
    using work = overlay({ lower });
    using server = serverFor(work);
    using namespace = new Namespace({ '/': server, '/x': dir });
    using wasi = new WASI({ preopens: namespace.preopens });
    using fs = createFs(dir);
    using mounted = new MountedDirectory('/', dir);
    using mount = new Attachment(server);
    assert.is(server.inspect().sessions, 3);
    assert.ok(wasi && mounted && mount);
    assert.is(fs.readFileSync('/f', 'utf8'), 'text');
  }),
);

test(
  `${RUNS} runs of an empty guest on a host directory: descriptors and memory stay as they are`,
  on(async (dir) => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const heap = async (): Promise<number> => {
      // Finalizers run in later turns of the event loop.
      for (let i = 0; i < 3; i++) {
        gc();
        await new Promise((done) => setTimeout(done));
      }
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const lap = async (runs: number): Promise<[descriptors: number, heap: number, rss: number]> => {
      for (let i = 0; i < runs; i++) {
        assert.is(runIn({ '/': dir } as never), 0);
        // The engine releases instances and timers in a turn of the event loop.
        if (i % 100 === 0) await new Promise((done) => setTimeout(done));
      }
      return [descriptors(), await heap(), process.memoryUsage().rss];
    };
    const before = await lap(RUNS / 10);
    const after = await lap(RUNS);
    if (RUNS > 2000) console.log('descriptors, heap, rss:', before, after);
    assert.is(after[0], before[0], 'descriptors');
    assert.ok(after[1] - before[1] < SLACK, `the heap grew by ${after[1] - before[1]} bytes`);
  }),
);

test.run();
