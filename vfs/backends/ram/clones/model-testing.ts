// The model of a tree in memory: plain objects, which are copied the slow way.
import { S_IFDIR, S_IFLNK, S_IFREG } from '../../../linux/constants.ts';
import { noAttr, type Attr } from '../../../backend/attr.ts';

/** The model of an inode. */
export interface ModelNode {
  attr: Attr;
  data: Uint8Array;
  target: string;
  xattrs: Map<string, string>;
  entries: Map<string, ModelNode>;
  parent: ModelNode | null;
}

/** Copies a model; nodes with several names stay one. */
export function deepCopy(node: ModelNode, parent: ModelNode | null, done: Map<ModelNode, ModelNode>): ModelNode {
  const there = done.get(node);
  if (there !== undefined) return there;
  const copy: ModelNode = {
    attr: { ...node.attr },
    data: node.data.slice(),
    target: node.target,
    xattrs: new Map(node.xattrs),
    entries: new Map(),
    parent,
  };
  done.set(node, copy);
  for (const [name, child] of node.entries) copy.entries.set(name, deepCopy(child, copy, done));
  return copy;
}

export function newNode(): ModelNode {
  return { attr: noAttr(), data: new Uint8Array(0), target: '', xattrs: new Map(), entries: new Map(), parent: null };
}

export const kindOf = (node: ModelNode): number => node.attr.mode & 0o170000;
export const isDir = (node: ModelNode): boolean => kindOf(node) === S_IFDIR;
export const isFile = (node: ModelNode): boolean => kindOf(node) === S_IFREG;
export const isLink = (node: ModelNode): boolean => kindOf(node) === S_IFLNK;

export function depthOf(node: ModelNode): number {
  let depth = 0;
  for (let at = node.parent; at !== null; at = at.parent) depth++;
  return depth;
}

export function isWithin(node: ModelNode | null, outer: ModelNode): boolean {
  for (let at = node; at !== null; at = at.parent) if (at === outer) return true;
  return false;
}

/** Returns the data cut or filled with zeros to a size. */
export function resized(data: Uint8Array, size: number): Uint8Array {
  const next = new Uint8Array(size);
  next.set(data.subarray(0, size));
  return next;
}
