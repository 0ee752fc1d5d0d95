// The accounting of memory: default capacity, heap budget, shared space.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { S_IFDIR, S_IFREG } from '../linux/constants.ts';
import { E } from '../linux/errno.ts';
import type { Inode } from './inode.ts';
import { askMachine, machine, type Machine } from './machine.ts';
import { RamBackend } from '../backends/ram/backend.ts';
import { HEAP_SHARE, Heap, MEMORY_SHARE, Space, defaultCapacity } from './space.ts';

const GIB = 2 ** 30;

function host(memory: number, heap: number, heapUsed = () => 0): Machine {
  return { memory, heap, heapUsed };
}

/** Creates empty files until ENOSPC; returns their number. */
function fill(store: RamBackend, most = Infinity): number {
  const root = store.root();
  for (let i = 0; i < most; i++) {
    const made = store.create(root, `f${i}`, S_IFREG | 0o644, 0, 0, 0);
    if (made === E.ENOSPC) return i;
    assert.type(made, 'object');
  }
  return most;
}

test('the default is a quarter of the memory', () => {
  assert.is(defaultCapacity(host(8 * GIB, GIB)), (8 * GIB) / MEMORY_SHARE);
  const store = new RamBackend();
  const out = { fstype: 0, bsize: 0, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0, namelen: 0 };
  store.statfs(out);
  const { memory } = machine();
  assert.ok(memory > GIB / 4);
  assert.is(out.blocks, Math.floor(memory / MEMORY_SHARE / 4096));
});

test('memory and heap come from the machine, with defaults if they are unknown', () => {
  const modules: Record<string, unknown> = {
    'node:os': { totalmem: () => 16 * GIB },
    'node:v8': { getHeapStatistics: () => ({ heap_size_limit: 2 * GIB, used_heap_size: 12 }) },
  };
  const getBuiltinModule = (name: string): unknown => modules[name];
  const sizesOf = (globals: object): number[] => {
    const { memory, heap, heapUsed } = askMachine(globals);
    return [memory / GIB, heap / GIB, heapUsed()];
  };
  const fail = (): never => {
    throw new Error('not here');
  };
  assert.equal(sizesOf({ process: { getBuiltinModule } }), [16, 2, 12]);
  assert.equal(sizesOf({ process: { getBuiltinModule, constrainedMemory: () => GIB } }), [1, 2, 12], 'a container');
  for (const none of [0, undefined, 2 ** 64]) {
    assert.equal(sizesOf({ process: { getBuiltinModule, constrainedMemory: () => none } }), [16, 2, 12]);
  }
  assert.equal(sizesOf({}), [4, 1, 0], 'nothing is known');
  assert.equal(sizesOf({ process: { getBuiltinModule: fail, constrainedMemory: fail } }), [4, 1, 0]);
  assert.equal(sizesOf({ navigator: { deviceMemory: 8 } }), [8, 1, 0], 'a browser');
  const memory = { jsHeapSizeLimit: 3 * GIB, usedJSHeapSize: 7 };
  assert.equal(sizesOf({ navigator: { deviceMemory: 0.5 }, performance: { memory } }), [0.5, 3, 7]);
  const asked: string[] = [];
  const Deno = (state: string) => ({
    permissions: {
      querySync({ kind }: { kind: string }) {
        asked.push(kind);
        return { state };
      },
    },
  });
  assert.equal(sizesOf({ process: { getBuiltinModule }, Deno: Deno('prompt') }), [4, 2, 12], 'Deno would ask its user');
  assert.equal(sizesOf({ process: { getBuiltinModule }, Deno: Deno('granted') }), [16, 2, 12]);
  assert.equal(asked, ['systemMemoryInfo', 'systemMemoryInfo']);
});

test('inodes and names are held to half of the heap, whatever the capacity', () => {
  const store = new RamBackend({}, new Space(Infinity, new Heap(host(GIB, 2 ** 21))));
  const made = fill(store);
  assert.ok(made > 1000 && made * 600 < 2 ** 21 / HEAP_SHARE, `${made}`);
  const file = store.lookup(store.root(), 'f0') as Inode;
  const bytes = new Uint8Array(2 ** 22);
  assert.is(store.write(file as never, 0, 0, bytes, 0, bytes.length), bytes.length, 'data is elsewhere');
});

test('stores may share one heap, and one room', () => {
  const space = new Space(2 ** 20, new Heap(host(GIB, GIB)));
  const [one, two] = [new RamBackend({}, space), new RamBackend({}, space)];
  assert.is(fill(one, 500), 500);
  const rest = fill(two);
  assert.ok(rest > 500 && rest < 1200, `${rest}`);
  assert.is(fill(one), 0, 'what the other took is taken');
});

test('a heap that others have filled takes no more, until it is free again', () => {
  let used = 0;
  let looks = 0;
  const heap = new Heap(
    host(GIB, GIB, () => {
      looks++;
      return used;
    }),
  );
  const space = new Space(Infinity, heap);
  for (let i = 0; i < 10_000; i++) assert.ok(space.takeHeap(1000));
  assert.is(looks, 1, 'once in 8 MiB');
  used = GIB * 0.9;
  let taken = 0;
  while (space.takeHeap(1000)) assert.ok(taken++ < 10_000);
  assert.is(space.heapLeft(1000), 0);
  assert.not(space.takeHeap(1));
  used = 0;
  assert.ok(space.takeHeap(1000));
});

test('files of which most are removed leave no more than twice what counts', () => {
  const space = new Space(Infinity, new Heap(host(GIB, GIB)));
  const store = new RamBackend({}, space);
  const root = store.root();
  const bytes = new Uint8Array(2048).fill(1);
  // Cells of one size after the other: one of 32 stays, so that no buffer is empty.
  for (const size of [64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048]) {
    for (let i = 0; i < 3200; i++) {
      const file = store.create(root, `${size}-${i}`, S_IFREG | 0o644, 0, 0, 0);
      if (typeof file === 'number') throw new Error('create');
      store.write(file, 0, 0, bytes, 0, size);
      if (i % 32 === 0) continue;
      store.unlink(root, `${size}-${i}`, file);
      store.reclaim(file);
    }
  }
  const { held } = (store as unknown as { cells: { held: number } }).cells;
  assert.ok(held < 12 * 64 * 1024 * 100);
  assert.ok(space.used >= held / 2 - 2 ** 18, `${space.used} for ${held}`);
});

test('directories remember few names that are gone', () => {
  const store = new RamBackend({}, new Space(Infinity, new Heap(host(GIB, GIB))));
  const dir = store.create(store.root(), 'd', S_IFDIR | 0o755, 0, 0, 0);
  if (typeof dir === 'number') throw new Error('mkdir');
  const file = store.create(dir, 'stays', S_IFREG | 0o644, 0, 0, 0);
  if (typeof file === 'number') throw new Error('create');
  const { map } = dir.children as unknown as { map: Map<string, unknown> };
  for (let i = 0; i < 100; i++) {
    const name = String(i).padStart(255, 'x');
    assert.is(store.link(dir, name, file), 0);
    store.unlink(dir, name, file);
    assert.ok(map.size <= 3, `${map.size}`);
  }
});

test.run();
