// Memory that is passed to libc: with guard bytes around each buffer, no call writes beyond it, and each name that is
// passed ends within it.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../../../build/test/skip.ts';
import { LOCK_TYPE_UNLCK, LOCK_TYPE_WRLCK } from '../../../9p/constants.ts';
import { O_RDONLY, O_RDWR, S_IFIFO, XATTR_REPLACE } from '../../../linux/constants.ts';
import { Kit } from '../../../../testing/kit.ts';
import { everyCall, inMemory, reasonAgainst, scratch, throughLibc } from '../testing.ts';
import type { HostDirStore } from '../backend.ts';
import type { HostInode } from '../tree/inode.ts';
import { DECLARATIONS, libc, type Libc } from './libc.ts';

const GUARD = 256;
const MARK = 0xa5;

/** Arguments that are names or paths, by call; `null` arguments have a size of their own. */
const NAMES: Readonly<Record<string, number[]>> = {
  openat: [1],
  statx: [1],
  mkdirat: [1],
  symlinkat: [0, 2],
  unlinkat: [1],
  renameat: [1, 3],
  linkat: [1, 3],
  readlinkat: [1],
  chmod: [0],
  fchownat: [1],
  utimensat: [1],
  inotify_add_watch: [1],
  getxattr: [0, 1],
  setxattr: [0, 1],
  removexattr: [0, 1],
  listxattr: [0],
  openat2: [2],
  mknodat: [2],
};

/** The limit of bytes that the kernel writes, by call: the argument of the buffer, and its size or the argument that has it. */
const FILLED: Readonly<Record<string, [buffer: number, size: number | { argument: number }]>> = {
  statx: [4, 256],
  readlinkat: [2, { argument: 3 }],
  fstatfs: [1, 120],
  pread: [1, { argument: 2 }],
  read: [1, { argument: 2 }],
  fcntlLock: [2, 32],
  getxattr: [2, { argument: 3 }],
  listxattr: [1, { argument: 2 }],
  getdents64: [2, { argument: 3 }],
};

/** A buffer whose address was asked for, and its copy between guards. */
interface Copied {
  bytes: Uint8Array;
  copy: Uint8Array;
  address: number;
}

/** A libc whose buffers are copies between guards. */
function guarded(own: Libc, used: Set<string>): Libc {
  const all: Record<string, unknown> = { errno: () => own.errno() };
  const known: Copied[] = [];
  all['address'] = (bytes: Uint8Array): number => {
    const copy = between(bytes);
    const address = own.address(copy);
    known.push({ bytes, copy, address });
    return address;
  };
  const find = (address: number): Copied => {
    const found = known.findLast(({ address: from, copy }) => address >= from && address < from + copy.length);
    assert.ok(found, 'an address of no buffer');
    return found;
  };
  for (const [name, call] of Object.entries(own) as [string, (...args: unknown[]) => number][]) {
    const declared = DECLARATIONS[name as keyof typeof DECLARATIONS] as readonly string[] | undefined;
    if (declared === undefined) continue;
    all[name] = (...args: unknown[]): number => {
      used.add(name);
      // The bytes of each argument that is memory, from its address on.
      const memory = args.map((arg, i): Copied | null => {
        if (declared[i + 2] === 'uintptr_t') return find(arg as number);
        return arg instanceof Uint8Array ? { bytes: arg, copy: between(arg), address: 0 } : null;
      });
      const bytesOf = (at: number): Uint8Array => {
        const { bytes, address } = memory[at]!;
        return address === 0 ? bytes : bytes.subarray((args[at] as number) - address);
      };
      const filled = FILLED[name];
      if (filled !== undefined) {
        const size = typeof filled[1] === 'number' ? filled[1] : (args[filled[1].argument] as number);
        assert.ok(bytesOf(filled[0]).length >= size, `${name} is given too small a buffer`);
      }
      for (const at of NAMES[name] ?? []) assert.ok(bytesOf(at).includes(0), `${name}: a name has no end`);
      for (const each of memory) each?.copy.set(each.bytes);
      const result = call(...args.map((arg, i) => (memory[i]?.address === 0 ? memory[i]!.copy : arg)));
      for (const [i, each] of memory.entries()) {
        if (each === null) continue;
        assert.ok(isIntact(each.copy), `${name} has written beyond argument ${i}`);
        each.bytes.set(each.copy);
      }
      return result;
    };
  }
  return all as unknown as Libc;
}

function between(bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(bytes.length + 2 * GUARD).fill(MARK);
  all.set(bytes, GUARD);
  return all.subarray(GUARD, GUARD + bytes.length);
}

function isIntact(copy: Uint8Array): boolean {
  const all = new Uint8Array(copy.buffer);
  return [all.subarray(0, GUARD), all.subarray(GUARD + copy.length)].every((guard) => guard.every((b) => b === MARK));
}

for (const way of ['openat2', 'openat'] as const) {
  unless(NOT_LINUX || reasonAgainst(way))(
    `no call writes outside of its buffer, and names end in theirs: ${way}`,
    async () => {
      const { root, remove } = scratch(inMemory);
      const used = new Set<string>();
      const own = libc() as Libc;
      const backend = throughLibc(guarded(own, used), way, root);
      const kit = new Kit({ backend, dispose: () => {} });
      everyCall(kit);
      const long = 'n'.repeat(255);
      kit.put(long, 'x');
      assert.is(kit.get(long), 'x');
      assert.is(kit.symlink('t'.repeat(4095), 'l'), 'ok');
      assert.is(kit.readlink('l').length, 4095);
      for (let i = 0; i < 400; i++) kit.put(`${'m'.repeat(200)}${i}`, '');
      assert.is(kit.list('').length, 402);
      const file = backend.lookup(backend.root() as never, long) as never;
      const handle = backend.open(file, O_RDONLY);
      assert.is(backend.seekData(file, handle, 0), 0);
      locksAndSpace(backend, file);
      backend.setxattr(file, 'user.a', Uint8Array.of(1, 2), 0);
      backend.getxattr(file, 'user.a');
      backend.listxattr(file);
      backend.setxattr(file, 'user.a', new Uint8Array(0), XATTR_REPLACE);
      backend.closeHandle(file, handle);
      // A directory without changes is watched, until it has one.
      await new Promise((resolve) => setTimeout(resolve, 100));
      for (let i = 0; i < 40; i++) kit.stat(long);
      fs.writeFileSync(`${root}/another`, '');
      kit.stat(long);
      kit.end();
      backend.close();
      const unused = Object.keys(DECLARATIONS).filter((name) => !used.has(name));
      // Deep trees need openat2 (openat2.test.ts), locks of a file without permissions fcntl (shared-locks.test.ts).
      assert.equal(unused, ['fcntl', 'openat2']);
      remove();
    },
  );
}

/** The calls that need a handle for writing. */
function locksAndSpace(backend: HostDirStore, file: HostInode): void {
  const handle = backend.open(file, O_RDWR);
  const lock = { type: 0, start: 0, length: 0, pid: 0 };
  assert.is(backend.recordLocks!.set(file, handle, LOCK_TYPE_WRLCK, 5, 2 ** 52), 0);
  assert.is(backend.recordLocks!.find(file, handle, LOCK_TYPE_WRLCK, 0, 0, lock), 0);
  assert.is(lock.type, LOCK_TYPE_UNLCK);
  assert.is(backend.recordLocks!.set(file, handle, LOCK_TYPE_UNLCK, 0, 0), 0);
  assert.is(backend.allocate(file, handle, 0, 10), 0);
  assert.is(typeof backend.create(backend.root() as HostInode, 'fifo', S_IFIFO | 0o600), 'object');
  backend.closeHandle(file, handle);
}

test.run();
