// A store and its model: each random call is made on both.
import * as assert from 'uvu/assert';
import { SETATTR_MODE, SETATTR_SIZE } from '../../../9p/constants.ts';
import { S_IFDIR, S_IFLNK, S_IFREG } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import { noAttr, noSetAttr } from '../../../backend/attr.ts';
import { forget, ref, unref } from '../../../backend/inode-refs.ts';
import { COST, nameCost, type Space } from '../../../backend/space.ts';
import { xattrBytes } from '../../../backend/xattrs.ts';
import { RamBackend } from '../backend.ts';
import type { Cells } from '../cells.ts';
import type { RamInode } from '../inode.ts';
import type { NamesCursor } from '../names-cursor.ts';
import {
  deepCopy,
  depthOf,
  isDir,
  isFile,
  isLink,
  isWithin,
  kindOf,
  newNode,
  resized,
  type ModelNode,
} from './model-testing.ts';

const MIB = 2 ** 20;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', ...Array.from({ length: 14 }, (_, i) => `name${i}`)];
const SET = noSetAttr();

let seed = 20_261_129;
/** A whole number from 0 on, below a limit. The sequence is the same in each run. */
export const random = (below: number): number => (seed = (Math.imul(seed, 48_271) >>> 0) % 0x7fffffff) % below;
export const pick = <T>(list: readonly T[]): T | undefined => list[random(list.length)];
/** True once in `one` times. */
export const chance = (one: number): boolean => random(one) === 0;

/** An open file or directory. */
interface Held {
  inode: RamInode;
  node: ModelNode;
}

/** A listing in progress, and the names that were there throughout. */
interface Listing {
  dir: ModelNode;
  held: RamInode;
  cursor: NamesCursor;
  stayed: Set<string>;
  seen: Set<string>;
}

/** A store and its model. Each call is made on both. */
export class StorePair {
  held: Held[] = [];
  listings: Listing[] = [];
  readonly store: RamBackend;
  readonly root: ModelNode;

  constructor(store: RamBackend, root: ModelNode) {
    this.store = store;
    this.root = root;
  }

  static empty(): StorePair {
    const store = new RamBackend({ capacity: Infinity });
    const pair = new StorePair(store, newNode());
    pair.saw(store.root(), pair.root);
    return pair;
  }

  clone(): StorePair {
    return new StorePair(this.store.clone(), deepCopy(this.root, null, new Map()));
  }

  /** Takes over the attributes after a call that may change them. */
  saw(inode: RamInode, node: ModelNode): void {
    this.store.getattr(inode, node.attr);
  }

  /** A random directory, by a walk from the root. */
  dir(): Held {
    let inode = this.store.root();
    let node = this.root;
    for (let depth = random(5); depth > 0; depth--) {
      const below = [...node.entries].filter(([, child]) => isDir(child));
      if (below.length === 0) break;
      const [name, child] = pick(below)!;
      inode = this.store.lookup(inode, name) as RamInode;
      node = child;
    }
    return { inode, node };
  }

  /** A random name of a directory that exists, with its inode. */
  entry({ inode, node }: Held, wanted: (child: ModelNode) => boolean): (Held & { name: string }) | null {
    const found = pick([...node.entries].filter(([, child]) => wanted(child)));
    if (found === undefined) return null;
    const child = this.store.lookup(inode, found[0]) as RamInode;
    return { name: found[0], inode: child, node: found[1] };
  }

  /** A random file, by its name or open. */
  file(): Held | null {
    if (chance(3)) return pick(this.held.filter(({ node }) => isFile(node))) ?? null;
    return this.entry(this.dir(), isFile);
  }

  create(kind: number): void {
    const dir = this.dir();
    const name = pick(NAMES)!;
    const there = this.store.lookup(dir.inode, name);
    assert.is(typeof there === 'number', !dir.node.entries.has(name), name);
    if (typeof there !== 'number') return;
    if (kind === S_IFDIR && depthOf(dir.node) > 3) return;
    const target = '/some/where';
    const made = (
      kind === S_IFLNK
        ? this.store.symlink(dir.inode, name, target, 1, 2)
        : this.store.create(dir.inode, name, kind | 0o640, 0, 3, 4)
    ) as RamInode;
    const node = newNode();
    node.parent = dir.node;
    if (kind === S_IFLNK) node.target = target;
    this.enter(dir, name, { inode: made, node });
  }

  enter(dir: Held, name: string, child: Held): void {
    dir.node.entries.set(name, child.node);
    this.saw(child.inode, child.node);
    this.saw(dir.inode, dir.node);
  }

  /** A name is gone: what is not open is reclaimed. */
  lost(dir: Held, name: string, child: Held): void {
    dir.node.entries.delete(name);
    for (const listing of this.listings) if (listing.dir === dir.node) listing.stayed.delete(name);
    this.saw(dir.inode, dir.node);
    const isGone = child.inode.nlink === 0 && child.inode.refs === 0;
    assert.is(forget(this.store, child.inode), 0);
    if (!isGone) this.saw(child.inode, child.node);
  }

  link(): void {
    const file = this.entry(this.dir(), (child) => !isDir(child));
    const dir = this.dir();
    const name = pick(NAMES)!;
    if (file === null || dir.node.entries.has(name)) return;
    assert.is(this.store.link(dir.inode, name, file.inode), 0);
    this.enter(dir, name, file);
  }

  unlink(): void {
    const dir = this.dir();
    const child = this.entry(dir, (node) => node.entries.size === 0);
    if (child === null) return;
    assert.is(this.store.unlink(dir.inode, child.name, child.inode), 0);
    this.lost(dir, child.name, child);
  }

  rename(): void {
    const from = this.dir();
    const child = this.entry(from, () => true);
    const to = this.dir();
    const name = pick(NAMES)!;
    if (child === null || (isDir(child.node) && (depthOf(to.node) > 3 || isWithin(to.node, child.node)))) return;
    const target = to.node.entries.get(name) ?? null;
    if (target === child.node || (target !== null && (isDir(target) || isDir(child.node)))) return;
    const there = target === null ? null : (this.store.lookup(to.inode, name) as RamInode);
    assert.is(this.store.rename(from.inode, child.name, child.inode, to.inode, name, there), 0);
    if (target !== null) this.lost(to, name, { inode: there!, node: target });
    from.node.entries.delete(child.name);
    for (const listing of this.listings) if (listing.dir === from.node) listing.stayed.delete(child.name);
    if (isDir(child.node)) child.node.parent = to.node;
    this.enter(to, name, child);
    this.saw(from.inode, from.node);
  }

  write(): void {
    const file = this.file();
    if (file === null) return;
    const { inode, node } = file;
    const isLarge = chance(150);
    const offset = isLarge ? random(2 * MIB) : random(node.data.length + 100);
    const bytes = new Uint8Array(isLarge && chance(3) ? 1.25 * MIB : 1 + random(chance(9) ? 6000 : 300)).fill(
      random(256),
    );
    assert.is(this.store.write(inode, 0, offset, bytes, 0, bytes.length), bytes.length);
    this.store.modified(inode);
    if (offset + bytes.length > node.data.length) node.data = resized(node.data, offset + bytes.length);
    node.data.set(bytes, offset);
    this.saw(inode, node);
  }

  resize(): void {
    const file = this.file();
    if (file === null) return;
    const size = chance(3) ? 0 : random(file.node.data.length + 2000);
    assert.is(this.store.setattr(file.inode, { ...SET, valid: SETATTR_SIZE, size }), 0);
    file.node.data = resized(file.node.data, size);
    this.saw(file.inode, file.node);
  }

  attributes(): void {
    const dir = this.dir();
    const child = this.entry(dir, (node) => !isLink(node)) ?? dir;
    if (chance(2)) {
      assert.is(this.store.setattr(child.inode, { ...SET, valid: SETATTR_MODE, mode: random(0o1000) }), 0);
    } else {
      const [name, value] = [`user.${random(3)}`, `value ${random(100)}`];
      assert.is(this.store.setxattr(child.inode, name, new TextEncoder().encode(value), 0), 0);
      child.node.xattrs.set(name, value);
    }
    this.saw(child.inode, child.node);
  }

  read(): void {
    const file = this.file();
    if (file === null) return;
    this.compareData(file.inode, file.node, random(file.node.data.length + 1));
    this.store.accessed(file.inode);
    this.saw(file.inode, file.node);
    if (chance(2)) this.store.release(file.inode);
    this.saw(file.inode, file.node);
  }

  hold(): void {
    if (this.held.length > 10) this.drop(random(this.held.length));
    const dir = this.dir();
    const child = this.entry(dir, () => true) ?? dir;
    ref(child.inode);
    this.held.push(child);
  }

  drop(at: number): void {
    const [{ inode, node }] = this.held.splice(at, 1) as [Held];
    assert.is(unref(this.store, inode), 0);
    if (inode.nlink > 0) this.saw(inode, node);
  }

  beginListing(): void {
    const { inode, node } = this.dir();
    ref(inode);
    this.listings.push({
      dir: node,
      held: inode,
      cursor: this.store.list(inode),
      stayed: new Set(node.entries.keys()),
      seen: new Set(),
    });
  }

  stepListing(): void {
    const listing = pick(this.listings);
    if (listing === undefined) return;
    const { cursor, dir, stayed, seen } = listing;
    if (cursor.next()) {
      assert.is(kindOf(dir.entries.get(cursor.name)!), cursor.kind, cursor.name);
      assert.ok(!stayed.has(cursor.name) || !seen.has(cursor.name), `${cursor.name} twice`);
      seen.add(cursor.name);
      return;
    }
    for (const name of stayed) assert.ok(seen.has(name), `${name} was left out`);
    this.listings.splice(this.listings.indexOf(listing), 1);
    assert.is(unref(this.store, listing.held), 0);
  }

  compareData(inode: RamInode, node: ModelNode, offset: number): void {
    const into = new Uint8Array(node.data.length - offset + 1).fill(7);
    const count = this.store.read(inode, 0, offset, into, 0, into.length);
    assert.is(count, node.data.length - offset);
    assert.is(Buffer.compare(into.subarray(0, count), node.data.subarray(offset)), 0, 'other bytes');
  }

  /** Compares the whole store with the model, and the charge with what is there. */
  compare(): void {
    const inodes = new Map<ModelNode, RamInode>();
    let bytes = this.compareTree(this.store.root(), this.root, inodes);
    for (const { inode, node } of this.held) {
      assert.is(inodes.get(node) ?? inode, inode, 'the inode of a fid');
      if (!inodes.has(node)) bytes += this.compareInode(inode, node);
      inodes.set(node, inode);
    }
    for (const { held, dir } of this.listings) {
      if (!inodes.has(dir)) bytes += this.compareInode(held, dir);
      inodes.set(dir, held);
    }
    const { space, cells } = this.store as unknown as { space: Space; cells: Cells };
    assert.is(space.used - cells.idle, bytes, 'the charge');
  }

  private compareTree(inode: RamInode, node: ModelNode, inodes: Map<ModelNode, RamInode>): number {
    const there = inodes.get(node);
    if (there !== undefined) assert.is(inode, there, 'two names of one inode');
    if (there !== undefined) return 0;
    inodes.set(node, inode);
    let bytes = this.compareInode(inode, node);
    if (!isDir(node)) return bytes;
    assert.is(this.store.entries(inode), node.entries.size);
    const names: string[] = [];
    const cursor = this.store.list(inode);
    while (cursor.next()) {
      const child = this.store.lookup(inode, cursor.name) as RamInode;
      assert.is(child.ino, cursor.ino, cursor.name);
      assert.is(child.kind, cursor.kind, cursor.name);
      const model = node.entries.get(cursor.name);
      assert.ok(model !== undefined, `${cursor.name} should not be there`);
      if (isDir(model)) assert.is(this.store.parent(child), inode);
      bytes += nameCost(cursor.name) + this.compareTree(child, model, inodes);
      names.push(cursor.name);
    }
    assert.equal(names.sort(), [...node.entries.keys()].sort());
    for (const name of NAMES) if (!node.entries.has(name)) assert.is(this.store.lookup(inode, name), E.ENOENT);
    return bytes;
  }

  private compareInode(inode: RamInode, node: ModelNode): number {
    const attr = noAttr();
    this.store.getattr(inode, attr);
    assert.equal(attr, node.attr);
    if (isFile(node)) this.compareData(inode, node, 0);
    if (isLink(node)) assert.is(this.store.readlink(inode), node.target);
    assert.equal(this.store.listxattr(inode), [...node.xattrs.keys()]);
    for (const [name, value] of node.xattrs) {
      assert.is(new TextDecoder().decode(this.store.getxattr(inode, name) as Uint8Array), value);
    }
    const data = isFile(node) ? inode.data.allocated : COST.letter * node.target.length;
    // The root is not charged.
    if (inode === this.store.root()) return xattrBytes(inode);
    return COST.inode + (isDir(node) ? COST.directory : 0) + data + xattrBytes(inode);
  }

  /** Ends all use; the store may be closed then. */
  end(): void {
    while (this.held.length > 0) this.drop(0);
    for (const { held } of this.listings.splice(0)) unref(this.store, held);
  }

  step(): void {
    const call = random(100);
    if (call < 13) this.create(S_IFREG);
    else if (call < 15) this.create(S_IFDIR);
    else if (call < 17) this.create(S_IFLNK);
    else if (call < 22) this.link();
    else if (call < 44) this.unlink();
    else if (call < 54) this.rename();
    else if (call < 68) this.write();
    else if (call < 72) this.resize();
    else if (call < 78) this.attributes();
    else if (call < 86) this.read();
    else if (call < 90) this.hold();
    else if (call < 91) this.beginListing();
    else this.stepListing();
  }
}
