// The tree that the read-only suite is run on, and a snapshot of a tree as text.
import * as assert from '../assert.ts';
import {
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
} from '../../vfs/9p/constants.ts';
import { O_CREAT, O_RDWR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from '../../vfs/linux/constants.ts';
import { errnoName } from '../../vfs/linux/errno.ts';
import { Iov } from '../../vfs/lib/iov.ts';
import type { Backend } from '../../vfs/backend/backend.ts';
import { Kit } from '../kit.ts';
import { mknod, setMode, xattrcreate } from '../../vfs/client/rare-messages.ts';

const TIMES = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;

/**
 * Returns a snapshot of a tree as text, one line per name, without atimes, which a host's kernel moves.
 * @param own True to include store-specific values: inode numbers, versions, ctimes.
 */
export function picture(kit: Kit, path = '', own = true): string {
  const lines: string[] = [];
  for (const name of kit.list(path)) {
    const child = path === '' ? name : `${path}/${name}`;
    const { ino, version, kind, perm, nlink, size, mtime, ctime } = kit.stat(child);
    const content = kind === S_IFREG ? kit.get(child) : kind === S_IFLNK ? kit.readlink(child) : '';
    const mode = kind.toString(8) + perm.toString(8);
    // The size of a directory depends on the file system.
    const fields = [child, mode, nlink, kind === S_IFDIR ? '' : size, mtime, content];
    lines.push([...fields, ...(own ? [ino, version, ctime] : [])].join(' '));
    if (kind === S_IFDIR) lines.push(picture(kit, child, own));
  }
  return lines.join('\n');
}

/** The bytes of `big`, which takes several messages. */
export const BIG = Uint8Array.from({ length: 300_001 }, (_, i) => (i * 31) % 251);
/** The mtime of everything in the tree. */
export const MTIME = [1_600_000_000, 123_456_000] as const;
export const LONG = 'x'.repeat(255);
export const UNICODE = 'ümläut ☃ 😀';

/**
 * Creates the suite's tree in an empty store: `f` data, `x` an executable, `d` with `g` and `sub/deep`, `e` empty,
 * `many` with 100 files, `l` → f, `ld` → d, `dangling` → missing, `loop` → loop, `big`, unusual names; where the store
 * supports them `h1` and `h2` as hard links, `fifo`, and the attribute `user.a` on `f`.
 */
export function fill(writable: Backend): void {
  const kit = new Kit({ backend: writable, dispose: () => {} });
  const { hardLinks, specialFiles, xattrs } = writable.capabilities;
  kit.put('f', 'data');
  kit.put('x', '#!');
  for (const dir of ['d', 'd/sub', 'e', 'many']) assert.is(kit.mkdir(dir), 'ok');
  kit.put('d/g', 'g');
  kit.put('d/sub/deep', 'deep');
  for (let i = 0; i < 100; i++) kit.put(`many/n${String(i).padStart(3, '0')}`, `${i}`);
  for (const [name, target] of [
    ['l', 'f'],
    ['ld', 'd'],
    ['dangling', 'nowhere'],
    ['loop', 'loop'],
  ] as const)
    assert.is(kit.symlink(target, name), 'ok');
  kit.put(LONG, 'long');
  kit.put(UNICODE, 'unicode');
  kit.put('empty', '');
  putBig(kit);
  if (hardLinks) {
    kit.put('h1', 'hard');
    assert.is(kit.link('h1', 'h2'), 'ok');
  }
  if (specialFiles) assert.is(errnoName(mknod(kit.client, kit.root, 'fifo', S_IFIFO | 0o600, 0, 0)), 'ok');
  if (xattrs) setXattr(kit, 'f', 'user.a', Uint8Array.of(0, 10, 61, 255));
  for (const [path, mode] of [
    ['x', 0o755],
    ['f', 0o640],
    ['d', 0o750],
    ['e', 0o1777],
  ] as const)
    onFid(kit, path, (fid) => setMode(kit.client, fid, SETATTR_MODE, mode));
  settle(kit, '');
  kit.end();
}

function putBig(kit: Kit): void {
  const fid = kit.open('big', O_RDWR | O_CREAT);
  writeBytes(kit, fid, BIG);
  kit.clunk(fid);
}

/** Sets the suite's mtime on everything below a path, directories last. */
function settle(kit: Kit, path: string): void {
  for (const name of kit.list(path)) {
    const child = path === '' ? name : `${path}/${name}`;
    if (kit.stat(child).kind === S_IFDIR) settle(kit, child);
    onFid(kit, child, (fid) => kit.client.setTimes(fid, TIMES, MTIME[0], MTIME[1], MTIME[0], MTIME[1]));
  }
}

function onFid(kit: Kit, path: string, run: (fid: number) => number): void {
  const fid = kit.walk(path);
  assert.is(errnoName(run(fid)), 'ok', path);
  kit.clunk(fid);
}

function setXattr(kit: Kit, path: string, name: string, value: Uint8Array): void {
  const fid = kit.walk(path);
  assert.is(errnoName(xattrcreate(kit.client, fid, name, value.length, 0)), 'ok');
  writeBytes(kit, fid, value);
  kit.clunk(fid);
}

function writeBytes(kit: Kit, fid: number, bytes: Uint8Array): void {
  const iov = new Iov();
  iov.single(bytes, 0, bytes.length);
  assert.is(kit.client.write(fid, 0, iov), bytes.length);
}
