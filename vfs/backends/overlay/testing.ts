// Overlays on prepared lower layers, and snapshots of trees, for the tests of this folder.
import * as assert from 'uvu/assert';
import {
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
} from '../../9p/constants.ts';
import { O_WRONLY, S_IFDIR, S_IFLNK, S_IFREG } from '../../linux/constants.ts';
import { errnoName } from '../../linux/errno.ts';
import { Iov } from '../../lib/iov.ts';
import type { Attr, Backend } from '../../backend/backend.ts';
import { Kit } from '../../../testing/kit.ts';
import type { Inode } from '../../backend/inode.ts';
import { ram } from '../ram/index.ts';
import { overlay, type OverlayBackend } from './index.ts';
import { noAttr } from '../../backend/attr.ts';
import { heldDuring, listNames } from './layer/walk.ts';
import { setMode, xattrcreate, xattrwalk } from '../../client/rare-messages.ts';

const decoder = new TextDecoder('latin1');

/**
 * Returns a tree of a backend as text, to the byte and the nanosecond.
 * @param atimes False for a host directory, whose kernel moves atimes when this reads it.
 */
export function picture(backend: Backend, atimes: boolean): string {
  const lines: string[] = [];
  draw(backend, backend.root(), '.', atimes, lines);
  return lines.join('\n');
}

function draw(backend: Backend, inode: Inode, path: string, atimes: boolean, lines: string[]): void {
  const attr = noAttr();
  backend.getattr(inode, attr);
  const xattrs = backend.listxattr(inode);
  lines.push(
    [
      path,
      inode.ino,
      attr.mode.toString(8),
      attr.uid,
      attr.gid,
      attr.nlink,
      attr.size,
      `${attr.mtime_sec}.${attr.mtime_nsec}`,
      `${attr.ctime_sec}.${attr.ctime_nsec}`,
      atimes ? `${attr.atime_sec}.${attr.atime_nsec}` : '',
      typeof xattrs === 'number' ? '' : xattrs.map((name) => `${name}=${backend.getxattr(inode, name)}`).join(),
      content(backend, inode, attr.size),
    ].join(' '),
  );
  if (inode.kind !== S_IFDIR) return;
  for (const name of [...listNames(backend, inode)].sort()) {
    heldDuring(backend, inode, name, (child) => draw(backend, child, `${path}/${name}`, atimes, lines));
  }
}

function content(backend: Backend, inode: Inode, size: number): string {
  if (inode.kind === S_IFLNK) return String(backend.readlink(inode));
  if (inode.kind !== S_IFREG) return '';
  const handle = backend.open(inode, 0);
  const bytes = new Uint8Array(Math.min(size, 1 << 16));
  const count = backend.read(inode, handle, 0, bytes, 0, bytes.length);
  backend.closeHandle(inode, handle);
  return decoder.decode(bytes.subarray(0, count));
}

/** Returns the content of each path of a tree: kind, mode, and bytes or target; the root is `.`. */
export function contents(
  backend: Backend,
  look: (path: string, inode: Inode, attr: Attr) => void = () => {},
): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (inode: Inode, path: string): void => {
    const attr = noAttr();
    backend.getattr(inode, attr);
    const at = path === '' ? '.' : path;
    // The mode of a symlink has no meaning (symlink(7)).
    const mode = inode.kind === S_IFLNK ? 'symlink' : attr.mode.toString(8);
    found.set(at, `${mode} ${content(backend, inode, attr.size)}`);
    look(at, inode, attr);
    if (inode.kind !== S_IFDIR) return;
    for (const name of listNames(backend, inode)) {
      heldDuring(backend, inode, name, (child) => visit(child, path === '' ? name : `${path}/${name}`));
    }
  };
  visit(backend.root(), '');
  return found;
}

/** Fills a backend through a separate server, before an overlay is put over it. */
export function fill(backend: Backend, run: (kit: Kit) => void): void {
  const kit = new Kit({ backend, dispose: () => {} });
  run(kit);
  kit.end();
}

/**
 * Runs a test on an overlay over a lower layer with files, then checks that the lower layer is unchanged and nothing
 * leaks.
 */
export function overlaid(
  before: (kit: Kit) => void,
  run: (kit: Kit, merged: OverlayBackend, lower: Backend) => void,
  { lower = ram(), upper = ram() }: { lower?: Backend; upper?: Backend } = {},
): void {
  fill(lower, before);
  const seen = picture(lower, true);
  const merged = overlay({ lower, upper });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  run(kit, merged, lower);
  kit.end();
  assert.is(picture(lower, true), seen, 'the lower layer has changed');
  assert.is(merged.leaked, 0);
}

/** For Tsetattr: both times, as given. */
export const SET_BOTH = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;

/** Sets a mode and times that differ from any clock's. */
export function age(kit: Kit, path: string, mode: number): void {
  const fid = kit.walk(path);
  setMode(kit.client, fid, SETATTR_MODE, mode);
  kit.client.setTimes(fid, SET_BOTH, 1000, 123_456_789, 2000, 987_654_321);
  kit.clunk(fid);
}

/** Writes to an existing file. */
export function write(kit: Kit, path: string, text: string, flags = 0): void {
  const fid = kit.open(path, O_WRONLY | flags);
  kit.write(fid, 0, text);
  kit.clunk(fid);
}

/** Sets an extended attribute through a copy of the fid. */
export function setXattr(kit: Kit, fid: number, name: string, value: string, flags = 0): string {
  const copy = kit.clone(fid);
  const bytes = new TextEncoder().encode(value);
  const errno = xattrcreate(kit.client, copy, name, bytes.length, flags);
  const iov = new Iov();
  iov.single(bytes, 0, bytes.length);
  if (errno === 0) assert.is(kit.client.write(copy, 0, iov), bytes.length);
  return errnoName(errno || kit.client.clunk(copy));
}

/** Returns the value of an extended attribute, or the error. */
export function getXattr(kit: Kit, path: string, name: string): string {
  const fid = kit.walk(path);
  const reader = xattrwalk(kit.client, fid, name);
  kit.clunk(fid);
  if (reader < 0) return errnoName(-reader);
  const text = kit.read(reader);
  kit.clunk(reader);
  return text;
}
