// Through libc each hole is found. Through node:fs a file without blocks is reported as one hole, on file systems whose
// block counts are exact, and on no others.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_RDONLY } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import { Extents } from '../../backend/extents.ts';
import type { HostDirStore } from './backend.ts';
import { libc, type Libc } from './libc/libc.ts';
import { reasonAgainst, scratch, throughLibc, throughProc } from './testing.ts';
import { NOT_LINUX, unless } from '../../../build/test/skip.ts';

const linux = unless(NOT_LINUX);
const byLibc = unless(NOT_LINUX || reasonAgainst('openat'));

const EXT = 0xef53n;
const TMPFS = 0x01021994n;
const XFS = 0x58465342n;
const BTRFS = 0x9123683en;
const ZFS = 0x2fc12fc1n;
const OVERLAYFS = 0x794c7630n;

/** Returns the extents of `f` in a directory, on a pretended file system. */
function extents(root: string, type?: bigint, more: Partial<typeof fs> = {}): [number, number][] {
  const own = {
    ...fs,
    ...more,
    statfsSync: (path: string) =>
      Object.assign(fs.statfsSync(path, { bigint: true }), type === undefined ? {} : { type }),
  } as unknown as typeof fs;
  const backend = throughProc(own, root);
  const found = extentsOf(backend);
  backend.close();
  return found;
}

function extentsOf(backend: HostDirStore): [number, number][] {
  const inode = backend.lookup(backend.root() as never, 'f') as never;
  const handle = backend.open(inode, O_RDONLY);
  const found: [number, number][] = [];
  const all = new Extents(backend, inode, handle, 0, 2 ** 52);
  while (all.next()) found.push([all.start, all.end]);
  assert.is(all.errno, 0);
  assert.is(backend.seekData(inode, handle, 2 ** 45), -E.ENXIO);
  assert.is(backend.seekHole(inode, handle, 2 ** 45), -E.ENXIO);
  backend.closeHandle(inode, handle);
  return found;
}

for (const base of [tmpdir(), '/dev/shm'].filter((path) => fs.existsSync(path))) {
  linux(`a hole of a terabyte is skipped, and just written bytes are data: ${base}`, () => {
    const { root, remove } = scratch(base);
    const fd = fs.openSync(`${root}/f`, 'w');
    fs.ftruncateSync(fd, 2 ** 40);
    const type = fs.statfsSync(root, { bigint: true }).type;
    const known = [EXT, TMPFS, XFS].includes(type);
    assert.equal(extents(root), known ? [] : [[0, 2 ** 40]]);
    // Not written back yet.
    fs.writeSync(fd, 'x', 12_345);
    assert.equal(extents(root), [[0, 2 ** 40]]);
    fs.ftruncateSync(fd, 1);
    fs.writeSync(fd, 'y', 0);
    assert.equal(extents(root), [[0, 1]]);
    fs.closeSync(fd);
    remove();
  });
}

for (const base of [tmpdir(), '/dev/shm'].filter((path) => fs.existsSync(path))) {
  byLibc(`each hole is found through libc: ${base}`, () => {
    const { root, remove } = scratch(base);
    const fd = fs.openSync(`${root}/f`, 'w');
    const found = (): [number, number][] => {
      const backend = throughLibc(libc() as Libc, 'openat', root);
      const all = extentsOf(backend);
      backend.close();
      return all;
    };
    fs.ftruncateSync(fd, 2 ** 40);
    assert.equal(found(), []);
    const MIB = 2 ** 20;
    for (const place of [2 ** 39, 8 * MIB]) fs.writeSync(fd, new Uint8Array(MIB), 0, MIB, place);
    assert.equal(found(), [
      [8 * MIB, 9 * MIB],
      [2 ** 39, 2 ** 39 + MIB],
    ]);
    fs.closeSync(fd);
    remove();
  });
}

linux('no blocks say nothing where they are counted otherwise', () => {
  const { root, remove } = scratch();
  fs.truncateSync(`${(fs.writeFileSync(`${root}/f`, ''), root)}/f`, 1000);
  for (const type of [EXT, TMPFS, XFS]) assert.equal(extents(root, type), []);
  for (const type of [BTRFS, ZFS, OVERLAYFS, 0n]) assert.equal(extents(root, type), [[0, 1000]]);
  remove();
});

linux('blocks that are counted as neither reserved nor allocated for a moment are data', () => {
  const { root, remove } = scratch();
  fs.writeFileSync(`${root}/f`, 'data');
  let calls = 0;
  const more = {
    fstatSync: (fd: number, options: { bigint: true }) => {
      const st = fs.fstatSync(fd, options);
      if (st.isFile() && calls++ % 2 === 0) st.blocks = 0n;
      return st;
    },
  } as unknown as Partial<typeof fs>;
  for (let i = 0; i < 4; i++) {
    calls = i;
    assert.equal(extents(root, EXT, more), [[0, 4]]);
  }
  remove();
});

test.run();
