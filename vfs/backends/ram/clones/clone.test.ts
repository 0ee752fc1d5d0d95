// Clones of an in-memory store: what they carry, what they share, and what ends with them.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_MODE, SETATTR_SIZE } from '../../../9p/constants.ts';
import { S_IFDIR, S_IFREG } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import { noAttr, noSetAttr } from '../../../backend/attr.ts';
import { forget, ref, unref } from '../../../backend/inode-refs.ts';
import { createFs } from '../../../fs/index.ts';
import { RamBackend } from '../backend.ts';
import type { SparseChunks } from '../sparse-chunks.ts';
import type { RamInode } from '../inode.ts';
import { ram, type RamStore } from '../index.ts';

const MIB = 2 ** 20;
const SET = noSetAttr();

/** Runs a function with the calls of node:fs on a store. */
function on<T>(store: RamStore, run: (fs: ReturnType<typeof createFs>) => T): T {
  using fs = createFs(store);
  return run(fs);
}

function make(store: RamBackend, name: string, bytes: Uint8Array, dir = store.root()): RamInode {
  const inode = store.create(dir, name, S_IFREG | 0o644, 0, 0, 0) as RamInode;
  assert.is(store.write(inode, 0, 0, bytes, 0, bytes.length), bytes.length);
  return inode;
}

const find = (store: RamBackend, name: string): RamInode => store.lookup(store.root(), name) as RamInode;
const byteAt = (store: RamBackend, inode: RamInode, offset: number): number => {
  const u8 = new Uint8Array(1);
  store.read(inode, 0, offset, u8, 0, 1);
  return u8[0]!;
};
/** The head and the chunks of a file. */
const pieces = ({ data }: RamInode): (Uint8Array | null)[] => {
  const { head, chunks } = data as unknown as { head: Uint8Array | null; chunks: SparseChunks | null };
  return [head, ...((chunks as unknown as { pieces: Uint8Array[] } | null)?.pieces ?? [])];
};
const free = (store: RamBackend): number => {
  const out = { fstype: 0, bsize: 0, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0, namelen: 0 };
  store.statfs(out);
  return out.bfree * out.bsize;
};

test('both sides are independent', () => {
  using store = ram();
  on(store, (fs) => {
    fs.mkdirSync('/d/e', { recursive: true });
    fs.writeFileSync('/d/e/f', 'before');
    fs.symlinkSync('d/e', '/l');
  });
  using clone = store.clone();
  on(store, (fs) => {
    fs.writeFileSync('/d/e/f', 'of the original');
    fs.writeFileSync('/d/new', '');
  });
  on(clone, (fs) => {
    assert.is(fs.readFileSync('/l/f', 'utf8'), 'before');
    assert.equal(fs.readdirSync('/d'), ['e']);
    fs.renameSync('/d/e', '/moved');
    fs.rmdirSync('/d');
    fs.writeFileSync('/moved/f', 'of the clone');
  });
  on(store, (fs) => {
    assert.is(fs.readFileSync('/d/e/f', 'utf8'), 'of the original');
    assert.equal(fs.readdirSync('/'), ['d', 'l']);
  });
  on(clone, (fs) => {
    assert.is(fs.readFileSync('/moved/f', 'utf8'), 'of the clone');
    assert.equal(fs.readdirSync('/').sort(), ['l', 'moved']);
  });
});

test('data is shared by piece, in both directions', () => {
  using store = new RamBackend();
  const file = make(store, 'f', new Uint8Array(4 * MIB).fill(1));
  using clone = store.clone();
  const copy = find(clone, 'f');
  assert.is(byteAt(clone, copy, 3 * MIB), 1);
  assert.equal(
    pieces(copy).map((piece, i) => piece === pieces(file)[i]),
    [true, true, true, true],
  );
  const write = (to: RamBackend, inode: RamInode, offset: number): number =>
    to.write(inode, 0, offset, Uint8Array.of(2), 0, 1);
  assert.is(write(clone, copy, 1.5 * MIB), 1);
  assert.is(write(store, file, 2.5 * MIB), 1);
  assert.equal(
    pieces(copy).map((piece, i) => piece === pieces(file)[i]),
    [true, false, false, true],
  );
  assert.is(write(store, file, 0), 1);
  assert.is(clone.setattr(copy, { ...SET, valid: SETATTR_SIZE, size: 3.5 * MIB }), 0);
  assert.is(store.setattr(file, { ...SET, valid: SETATTR_SIZE, size: 4 * MIB - 1 }), 0);
  const bytes = (from: RamBackend, inode: RamInode): number[] =>
    [0, 1.5 * MIB, 2.5 * MIB, 3.5 * MIB].map((offset) => byteAt(from, inode, offset));
  assert.equal(bytes(store, file), [2, 1, 2, 1]);
  assert.equal(bytes(clone, copy), [1, 2, 1, 0]);
});

test('an open file of the original stays its own', () => {
  using store = new RamBackend();
  const file = make(store, 'f', Uint8Array.of(1));
  ref(file);
  using clone = store.clone();
  assert.is(store.write(file, 0, 0, Uint8Array.of(2), 0, 1), 1);
  assert.is(find(store, 'f'), file);
  assert.is(byteAt(clone, find(clone, 'f'), 0), 1);
  assert.is(unref(store, file), 0);
});

test('orphans are not carried, nor charged', () => {
  using store = new RamBackend({ capacity: 64 * MIB });
  const before = free(store);
  const file = make(store, 'f', new Uint8Array(5 * MIB));
  ref(file);
  assert.is(store.unlink(store.root(), 'f', file), 0);
  using clone = store.clone();
  assert.is(clone.lookup(clone.root(), 'f'), E.ENOENT);
  assert.is(free(clone), before);
  assert.ok(free(store) <= before - 5 * MIB);
  assert.is(store.write(file, 0, 0, Uint8Array.of(2), 0, 1), 1);
  assert.is(unref(store, file), 0);
  assert.is(free(store), before);
});

test('the names of a file stay one file, whichever is looked up first', () => {
  for (const first of ['a', 'b']) {
    using store = new RamBackend();
    const file = make(store, 'a', Uint8Array.of(1));
    assert.is(store.link(store.root(), 'b', file), 0);
    using clone = store.clone();
    const found = find(clone, first);
    assert.is(clone.write(found, 0, 0, Uint8Array.of(2), 0, 1), 1);
    // A change of the original comes in between.
    assert.is(store.setattr(file, { ...SET, valid: SETATTR_MODE, mode: 0o600 }), 0);
    using second = clone.clone();
    for (const name of ['a', 'b']) {
      assert.is(find(clone, name), found);
      assert.is(find(second, name), find(second, 'a'));
      assert.is(byteAt(second, find(second, name), 0), 2);
    }
    assert.is(clone.unlink(clone.root(), first, found), 0);
    const attr = noAttr();
    clone.getattr(find(clone, first === 'a' ? 'b' : 'a'), attr);
    assert.equal([attr.nlink, attr.mode & 0o777], [1, 0o644]);
    second.getattr(find(second, 'a'), attr);
    assert.is(attr.nlink, 2);
    assert.is(byteAt(store, file, 0), 1);
  }
});

test('a store is closed or dropped before its clone, and the other way round', () => {
  const make16 = (): RamBackend => {
    const store = new RamBackend();
    for (let i = 0; i < 16; i++) make(store, `f${i}`, Uint8Array.of(i));
    return store;
  };
  const store = make16();
  const clone = store.clone();
  store.close();
  assert.throws(() => store.clone(), /The backend is closed/);
  const second = clone.clone();
  clone.close();
  for (let i = 0; i < 16; i++) assert.is(byteAt(second, find(second, `f${i}`), 0), i);
  // Alone again: nothing is preserved, and a later clone has what is there then.
  assert.is(second.write(find(second, 'f3'), 0, 0, Uint8Array.of(77), 0, 1), 1);
  using last = second.clone();
  assert.is(second.write(find(second, 'f3'), 0, 0, Uint8Array.of(78), 0, 1), 1);
  assert.is(byteAt(last, find(last, 'f3'), 0), 77);
  second.close();
});

test('a listing in progress goes on over a clone', () => {
  using store = new RamBackend();
  const dir = store.create(store.root(), 'd', S_IFDIR | 0o755, 0, 0, 0) as RamInode;
  for (let i = 0; i < 100; i++) make(store, `f${i}`, Uint8Array.of(i), dir);
  const cursor = store.list(dir);
  for (let i = 0; i < 10; i++) assert.ok(cursor.next());
  using clone = store.clone();
  for (let i = 40; i < 60; i++) {
    const file = store.lookup(dir, `f${i}`) as RamInode;
    assert.is(store.unlink(dir, `f${i}`, file), 0);
    assert.is(forget(store, file), 0);
  }
  const seen = [];
  while (cursor.next()) seen.push(cursor.name);
  assert.equal(
    seen,
    Array.from({ length: 90 }, (_, i) => `f${i + 10}`).filter((_, i) => i < 30 || i >= 50),
  );
  assert.is(clone.entries(find(clone, 'd')), 100);
});

test('a clone counts what it shares in full, against a capacity of its own', () => {
  using store = new RamBackend({ capacity: 8 * MIB });
  make(store, 'f', new Uint8Array(4 * MIB).fill(1));
  using clone = store.clone();
  using small = store.clone({ capacity: 4 * MIB });
  const bytes = new Uint8Array(4 * MIB).fill(2);
  // The existing data can be written again, in both stores and to the last byte.
  for (const each of [clone, store, small]) assert.is(each.write(find(each, 'f'), 0, 0, bytes, 0, 4 * MIB), 4 * MIB);
  const more = make(clone, 'g', new Uint8Array(2 * MIB));
  assert.ok(clone.write(more, 0, 2 * MIB, bytes, 0, 4 * MIB) < 4 * MIB, 'the capacity is that of the original');
  assert.is(small.create(small.root(), 'g', S_IFREG | 0o644, 0, 0, 0), E.ENOSPC);
  assert.throws(() => store.clone({ capacity: '1' as never }), TypeError);
});

test('a long line of clones keeps no more layers than few', () => {
  let store = new RamBackend();
  for (let i = 0; i < 200; i++) make(store, `f${i}`, Uint8Array.of(i));
  for (let round = 0; round < 300; round++) {
    const next = store.clone();
    if (round % 2 === 0) make(next, `new${round}`, Uint8Array.of(1));
    find(next, `f${round % 200}`);
    store.close();
    store = next;
  }
  let layers = 0;
  for (let names = store.root().children; names.base !== null; names = names.base) layers++;
  assert.ok(layers < 12, `${layers} layers`);
  assert.is(store.entries(store.root()), 350);
  store.close();
});

test('what was preserved for a clone is freed when it is closed', async () => {
  using store = new RamBackend();
  const large = make(store, 'large', new Uint8Array(16 * MIB).fill(1));
  for (let i = 0; i < 40; i++) make(store, `f${i}`, Uint8Array.of(i));
  const clone = store.clone();
  const before = await collected();
  for (let at = 0; at < 16 * MIB; at += MIB) assert.is(store.write(large, 0, at, Uint8Array.of(2), 0, 1), 1);
  assert.ok((await collected()) - before > 15 * MIB, 'both states are there');
  clone.close();
  assert.ok((await collected()) - before < MIB, 'one state is there');
  assert.is(find(store, 'large'), large);
  assert.is(store.entries(store.root()), 41);
  assert.is(store.unlink(store.root(), 'large', large), 0);
  assert.is(forget(store, large), 0);
  using later = store.clone();
  assert.is(later.lookup(later.root(), 'large'), E.ENOENT);
  assert.is(later.entries(later.root()), 40);
});

/** Collects garbage twice, with a task in between for the stores that are found to be dropped. */
async function collected(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  await new Promise((resolve) => setTimeout(resolve, 10));
  collect();
  return process.memoryUsage().arrayBuffers;
}

for (const isClosed of [true, false]) {
  test(`clones that are ${isClosed ? 'closed' : 'dropped'} leave nothing behind`, async () => {
    using store = new RamBackend();
    const large = make(store, 'large', new Uint8Array(4 * MIB));
    for (let i = 0; i < 40; i++) make(store, `f${i}`, Uint8Array.of(i));
    // One from the beginning stays open, and needs what was then.
    using oldest = store.clone();
    const before = await collected();
    for (let i = 0; i < 100; i++) {
      const clone = store.clone();
      const next = clone.clone();
      for (const each of [clone, next]) {
        assert.is(each.write(find(each, 'large'), 0, MIB, Uint8Array.of(i), 0, 1), 1);
      }
      assert.is(store.write(large, 0, 2 * MIB, Uint8Array.of(i), 0, 1), 1);
      if (isClosed) for (const each of [clone, next]) each.close();
    }
    // 300 chunks of a MiB were copied; the newest state and one for each layer may be there.
    let grown = Infinity;
    // The collector tells of a dropped store in its own time.
    for (let tries = 0; tries < 50 && grown >= 10 * MIB; tries++) grown = (await collected()) - before;
    assert.ok(grown < 10 * MIB, `${(grown / MIB).toFixed(1)} MiB`);
    assert.is(byteAt(oldest, find(oldest, 'large'), 2 * MIB), 0);
  });
}

test.run();
