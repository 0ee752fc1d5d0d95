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

/** setxattr(2), and removexattr(2) as v9fs sends it: an empty value with XATTR_REPLACE. 0, EEXIST, ENODATA. */
export function setXattr(inode: XattrHolder, name: string, value: Uint8Array, flags: number): number {
  const there = inode.xattrs?.has(name) === true;
  if ((flags & XATTR_CREATE) !== 0 && there) return E.EEXIST;
  if ((flags & XATTR_REPLACE) !== 0 && !there) return E.ENODATA;
  if (flags === XATTR_REPLACE && value.length === 0) {
    inode.xattrs!.delete(name);
    return 0;
  }
  inode.xattrs ??= new Map();
  inode.xattrs.set(name, value);
  return 0;
}

/** listxattr(2). */
export function listXattrs(inode: XattrHolder): string[] {
  return inode.xattrs === null ? [] : [...inode.xattrs.keys()];
}
