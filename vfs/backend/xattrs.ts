// Extended attributes in a Map on the inode, for backends in memory (xattr(7)).
import { XATTR_CREATE, XATTR_REPLACE } from '../linux/constants.ts';
import { byteLength } from '../lib/utf8.ts';
import { E } from '../linux/errno.ts';
import { COST, type Space } from './space.ts';

/** An inode with its extended attributes: name → value; null if it never had one. */
export interface XattrHolder {
  readonly xattrs: ReadonlyMap<string, Uint8Array> | null;
}

/** The attributes of an inode that can be changed, name → value, by `setXattr` only. */
export class Xattrs extends Map<string, Uint8Array> {
  /** Length of the list of names in bytes: counted here, since a sum over all names at each new one is quadratic. */
  listBytes = 0;
}

/** An inode whose extended attributes can be set. */
export interface XattrOwner {
  xattrs: Xattrs | null;
}

/** getxattr(2): a copy of the value; or ENODATA if the attribute is not set. */
export function getXattr(inode: XattrHolder, name: string): Uint8Array | number {
  const value = inode.xattrs?.get(name);
  return value === undefined ? E.ENODATA : value.slice();
}

/** Limit of the names of an inode's attributes in bytes, each with its NUL (XATTR_LIST_MAX of limits.h). */
export const XATTR_LIST_MAX = 65536;

/** Bytes counted for an attribute. */
function xattrCost(name: string, value: Uint8Array): number {
  return COST.xattr + COST.letter * name.length + value.length;
}

/** Bytes counted for all attributes of an inode, to be given back when it is reclaimed. */
export function xattrBytes({ xattrs }: XattrHolder): number {
  if (xattrs === null) return 0;
  let bytes = 0;
  for (const [name, value] of xattrs) bytes += xattrCost(name, value);
  return bytes;
}

/**
 * setxattr(2), and removexattr(2) as v9fs sends it: an empty value with XATTR_REPLACE. The map keeps `value` itself.
 * Errors: EEXIST, ENODATA; ENOSPC if the inode's list of names is full, as in ext4; ENOSPC if the store is.
 */
export function setXattr(
  inode: XattrOwner,
  name: string,
  value: Uint8Array,
  flags: number,
  space: Pick<Space, 'takeHeap' | 'giveHeap'>,
): number {
  const { xattrs } = inode;
  const there = xattrs?.get(name);
  if ((flags & XATTR_CREATE) !== 0 && there !== undefined) return E.EEXIST;
  if ((flags & XATTR_REPLACE) !== 0 && there === undefined) return E.ENODATA;
  const before = there === undefined ? 0 : xattrCost(name, there);
  if (flags === XATTR_REPLACE && value.length === 0) {
    space.giveHeap(before);
    xattrs!.delete(name);
    xattrs!.listBytes -= byteLength(name) + 1;
    return 0;
  }
  const listed = there === undefined ? byteLength(name) + 1 : 0;
  if (listed > 0 && (xattrs?.listBytes ?? 0) + listed > XATTR_LIST_MAX) return E.ENOSPC;
  const more = xattrCost(name, value) - before;
  if (more <= 0) space.giveHeap(-more);
  else if (!space.takeHeap(more)) return E.ENOSPC;
  const own = (inode.xattrs ??= new Xattrs());
  own.set(name, value);
  own.listBytes += listed;
  return 0;
}

/** listxattr(2): the names, in the order in which they were set first. */
export function listXattrs(inode: XattrHolder): string[] {
  return inode.xattrs === null ? [] : [...inode.xattrs.keys()];
}

/** A map of its own with the same attributes. The values, which never change, are shared. */
export function cloneXattrs(xattrs: Xattrs): Xattrs {
  const copy = new Xattrs(xattrs);
  copy.listBytes = xattrs.listBytes;
  return copy;
}
