// Snapshots of the attributes of a file, as the journal stores them, and their restoration.
import { S_IFLNK, XATTR_REPLACE } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Attr, Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { noAttr } from '../../../backend/attr.ts';
import { attempt, setMode, setTimes } from './layer.ts';
import { check, must } from './walk.ts';

/** Seconds since 1970, and nanoseconds within the second. */
export type JournalTime = readonly [sec: number, nsec: number];

/** The attributes of a file, as the journal stores them. */
export interface Look {
  mode: number;
  atime: JournalTime;
  mtime: JournalTime;
  /** Names and values, the values in hexadecimal; null if the backend has no xattrs. */
  xattrs: (readonly [name: string, value: string])[] | null;
}

/**
 * Returns all attributes.
 * @throws Error for an errno.
 */
export function attrOf(backend: Backend, inode: Inode): Attr {
  const attr = noAttr();
  check(backend.getattr(inode, attr));
  return attr;
}

/**
 * Takes a snapshot of the attributes.
 * @throws Error for an errno.
 */
export function lookOf(backend: Backend, inode: Inode, attr: Attr = attrOf(backend, inode)): Look {
  const names = backend.listxattr(inode);
  if (typeof names === 'number' && names !== E.ENOTSUP) check(names);
  return {
    mode: attr.mode,
    atime: [attr.atime_sec, attr.atime_nsec],
    mtime: [attr.mtime_sec, attr.mtime_nsec],
    xattrs:
      typeof names === 'number'
        ? null
        : names.sort().map((name) => [name, toHex(must(backend.getxattr(inode, name)))] as const),
  };
}

/**
 * True if two snapshots are equal.
 * @param atimes True to compare atimes too.
 */
export function sameLook(a: Look, b: Look, kind: number, atimes: boolean): boolean {
  if (kind !== S_IFLNK && (a.mode & 0o7777) !== (b.mode & 0o7777)) return false;
  if (!sameTime(a.mtime, b.mtime) || (atimes && !sameTime(a.atime, b.atime))) return false;
  return a.xattrs === null || b.xattrs === null || JSON.stringify(a.xattrs) === JSON.stringify(b.xattrs);
}

function sameTime(a: JournalTime, b: JournalTime): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/**
 * Restores a snapshot: xattrs, mode, times. The owner is not part of it.
 * @throws Error for an errno.
 */
export function dress(backend: Backend, inode: Inode, look: Look): void {
  if (look.xattrs !== null) check(setXattrs(backend, inode, look.xattrs));
  if (inode.kind !== S_IFLNK && ((attrOf(backend, inode).mode ^ look.mode) & 0o7777) !== 0) {
    check(setMode(backend, inode, look.mode));
  }
  restoreTimes(backend, inode, look);
}

/** Restores the times; EPERM is ignored, since only the owner may set them (utimensat(2)). */
export function restoreTimes(backend: Backend, inode: Inode, { atime, mtime }: Look): void {
  const attr = noAttr();
  [attr.atime_sec, attr.atime_nsec] = atime;
  [attr.mtime_sec, attr.mtime_nsec] = mtime;
  const errno = attempt(() => setTimes(backend, inode, attr));
  if (errno !== E.EPERM) check(errno);
}

/** Sets exactly these extended attributes. A backend without support for them is not an error. */
function setXattrs(backend: Backend, inode: Inode, xattrs: NonNullable<Look['xattrs']>): number {
  const there = backend.listxattr(inode);
  if (typeof there === 'number') return there === E.ENOTSUP ? 0 : there;
  const wanted = new Set(xattrs.map(([name]) => name));
  for (const name of there) {
    if (wanted.has(name)) continue;
    const errno = attempt(() => backend.setxattr(inode, name, new Uint8Array(0), XATTR_REPLACE));
    if (errno !== 0) return errno;
  }
  for (const [name, value] of xattrs) {
    const now = backend.getxattr(inode, name);
    if (typeof now !== 'number' && toHex(now) === value) continue;
    const errno = attempt(() => backend.setxattr(inode, name, fromHex(value), 0));
    if (errno === E.ENOTSUP) return 0;
    if (errno !== 0) return errno;
  }
  return 0;
}

function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}
