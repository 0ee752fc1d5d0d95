import { XATTR_CREATE, XATTR_REPLACE } from '../9p/constants.ts';
import { E } from '../errno.ts';
import { COST, type Space } from './space.ts';

/** An inode that keeps its extended attributes in a map, for backends in memory. */
export interface XattrHolder {
  xattrs: Map<string, Uint8Array> | null;
}

/** getxattr(2): a copy of the value, or ENODATA. */
export function getXattr(inode: XattrHolder, name: string): Uint8Array | number {
  const value = inode.xattrs?.get(name);
  return value === undefined ? E.ENODATA : value.slice();
}

/** What an attribute costs of a store's room, in bytes. */
function xattrCost(name: string, value: Uint8Array): number {
  return COST.xattr + COST.letter * name.length + value.length;
}

/** What all attributes of an inode cost. */
export function xattrBytes({ xattrs }: XattrHolder): number {
  if (xattrs === null) return 0;
  let bytes = 0;
  for (const [name, value] of xattrs) bytes += xattrCost(name, value);
  return bytes;
}

/**
 * setxattr(2), and removexattr(2) as v9fs sends it: an empty value with XATTR_REPLACE. 0, EEXIST, ENODATA; ENOSPC when
 * the store has no room for it.
 */
export function setXattr(
  inode: XattrHolder,
  name: string,
  value: Uint8Array,
  flags: number,
  space: Pick<Space, 'takeHeap' | 'giveHeap'>,
): number {
  const there = inode.xattrs?.get(name);
  if ((flags & XATTR_CREATE) !== 0 && there !== undefined) return E.EEXIST;
  if ((flags & XATTR_REPLACE) !== 0 && there === undefined) return E.ENODATA;
  const before = there === undefined ? 0 : xattrCost(name, there);
  if (flags === XATTR_REPLACE && value.length === 0) {
    space.giveHeap(before);
    inode.xattrs!.delete(name);
    return 0;
  }
  const more = xattrCost(name, value) - before;
  if (more <= 0) space.giveHeap(-more);
  else if (!space.takeHeap(more)) return E.ENOSPC;
  inode.xattrs ??= new Map();
  inode.xattrs.set(name, value);
  return 0;
}

/** listxattr(2). */
export function listXattrs(inode: XattrHolder): string[] {
  return inode.xattrs === null ? [] : [...inode.xattrs.keys()];
}
