import { XATTR_CREATE, XATTR_REPLACE } from '../9p/constants.ts';
import { E } from '../errno.ts';

/** An inode that keeps its extended attributes in a map, for backends in memory. */
export interface XattrHolder {
  xattrs: Map<string, Uint8Array> | null;
}

/** getxattr(2): a copy of the value, or ENODATA. */
export function getXattr(inode: XattrHolder, name: string): Uint8Array | number {
  const value = inode.xattrs?.get(name);
  return value === undefined ? E.ENODATA : value.slice();
}

/** How many bytes the attributes take of a store that has a limit. */
export function xattrBytes({ xattrs }: XattrHolder): number {
  if (xattrs === null) return 0;
  let bytes = 0;
  for (const [name, value] of xattrs) bytes += name.length + value.length;
  return bytes;
}

/**
 * setxattr(2), and removexattr(2) as v9fs sends it: an empty value with XATTR_REPLACE. 0, EEXIST, ENODATA; ENOSPC when
 * they would take more than `room` bytes more.
 */
export function setXattr(inode: XattrHolder, name: string, value: Uint8Array, flags: number, room: number): number {
  const there = inode.xattrs?.has(name) === true;
  if ((flags & XATTR_CREATE) !== 0 && there) return E.EEXIST;
  if ((flags & XATTR_REPLACE) !== 0 && !there) return E.ENODATA;
  if (flags === XATTR_REPLACE && value.length === 0) {
    inode.xattrs!.delete(name);
    return 0;
  }
  const more = there ? value.length - inode.xattrs!.get(name)!.length : name.length + value.length;
  if (more > 0 && more > room) return E.ENOSPC;
  inode.xattrs ??= new Map();
  inode.xattrs.set(name, value);
  return 0;
}

/** listxattr(2). */
export function listXattrs(inode: XattrHolder): string[] {
  return inode.xattrs === null ? [] : [...inode.xattrs.keys()];
}
