// Packs a tree, read through a 9P client, as a tar archive (pax, GNU sparse format 1.0). Runs in a browser.
import { GETATTR_ALL } from '../9p/constants.ts';
import { O_RDONLY, S_IFBLK, S_IFCHR, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../linux/constants.ts';
import type { Client } from '../client/client.ts';
import { E, errnoName } from '../linux/errno.ts';
import { Iov } from '../lib/iov.ts';
import { check } from '../lib/options.ts';
import { canHold, headersOf, mapOf, type Meta } from '../backends/tar/format/header.ts';
import { failure, namesIn, walkTo, inTree, type Place, type Tree } from './place.ts';
import { BLOCK, padded } from '../backends/tar/format/size.ts';
import type { Skipped } from '../backends/tar/tree.ts';
import { xattrwalk } from '../client/rare-messages.ts';

/** One member to be written: its header blocks, with the map of a file with holes, and the file whose bytes follow. */
interface Item {
  head: Uint8Array;
  path: string;
  /** Where its data begins and ends, pair by pair; each begins with a block of the archive. */
  extents: readonly number[];
}

/** A directory that is being gone through. */
interface Level {
  fid: number;
  /** With a slash at the end, but of the root. */
  path: string;
  names: string[];
  /** How many of them are done. */
  at: number;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Packs a tree as a tar archive: with modes, owners, times of modification to the nanosecond, symlinks, hard links,
 * fifos, empty directories, extended attributes and holes (as GNU tar stores them), in an order by names, so that equal
 * trees give equal bytes.
 * @param onSkip AttrSource of each file that a tar cannot hold: a socket, a symlink whose target is not UTF-8.
 * @throws Error when a file cannot be read, or the archive is larger than memory; TypeError for what is no tree.
 */
export function packTar(from: Place, onSkip?: (skipped: Skipped) => void): Uint8Array {
  check(onSkip, 'function|undefined', 'onSkip');
  return inTree(from, 'from', (tree) => {
    const items = new Survey(tree, onSkip).items();
    const end = 2 * BLOCK;
    const length = items.reduce((sum, { head, extents }) => sum + head.length + bytesOf(extents), end);
    const bytes = room(length);
    let at = 0;
    for (const { head, path, extents } of items) {
      bytes.set(head, at);
      at += head.length;
      if (extents.length > 0) copy(tree.client, path, extents, bytes, at);
      at += bytesOf(extents);
    }
    return bytes;
  });
}

/** What extents take of the archive. */
function bytesOf(extents: readonly number[]): number {
  let bytes = 0;
  for (let i = 0; i < extents.length; i += 2) bytes += padded(extents[i + 1]! - extents[i]!);
  return bytes;
}

function room(length: number): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch (thrown) {
    throw new Error(`The archive would have ${length} bytes, which is more than memory can hold.`, { cause: thrown });
  }
}

/** Reads the extents of a file into the archive from `at` on; what it has lost meanwhile stays zero. */
function copy(client: Client, path: string, extents: readonly number[], bytes: Uint8Array, at: number): void {
  const fid = walkTo(client, path.split('/'));
  if (fid < 0) throw failure('read', path, -fid);
  const iov = new Iov();
  let count = -client.lopen(fid, O_RDONLY);
  let to = at;
  for (let i = 0; i < extents.length && count >= 0; i += 2) {
    const length = extents[i + 1]! - extents[i]!;
    iov.single(bytes, to, to + length);
    count = client.read(fid, extents[i]!, iov);
    to += padded(length);
  }
  client.clunk(fid);
  if (count < 0) throw failure('read', path, -count);
}

/** Goes through a tree and writes down what is in it. */
class Survey {
  private readonly tree: Tree;
  private readonly client: Client;
  private readonly onSkip: ((skipped: Skipped) => void) | undefined;
  private readonly list: Item[] = [];
  /** Where files with several names were come upon first. */
  private readonly links = new Map<number, string>();
  /** From the root down: a list and no recursion, for a tree may be deeper than the stack. */
  private readonly levels: Level[] = [];

  constructor(tree: Tree, onSkip: ((skipped: Skipped) => void) | undefined) {
    this.tree = tree;
    this.client = tree.client;
    this.onSkip = onSkip;
  }

  items(): Item[] {
    const { client, levels } = this;
    this.add(client.root, '');
    this.enter(client.root, '');
    try {
      while (levels.length > 0) this.step(levels.at(-1)!);
    } finally {
      while (levels.length > 0) this.leave();
    }
    return this.list;
  }

  private enter(fid: number, path: string): void {
    const names = namesIn(this.client, fid);
    if (typeof names === 'number') throw failure('listed', path, -names);
    this.levels.push({ fid, path: path === '' ? '' : `${path}/`, names, at: 0 });
  }

  private leave(): void {
    const { fid } = this.levels.pop()!;
    if (fid !== this.client.root) this.client.clunk(fid);
  }

  /** Goes to the next name of a directory, and into it. */
  private step(level: Level): void {
    const { client } = this;
    if (level.at === level.names.length) {
      this.leave();
      return;
    }
    const name = level.names[level.at++]!;
    const path = level.path + name;
    const fid = client.walk(level.fid, [name], 0, 1);
    // Gone since it was listed.
    if (fid === -E.ENOENT) return;
    if (fid < 0) throw failure('read', path, -fid);
    let isEntered = false;
    try {
      if (this.add(fid, path) === S_IFDIR) {
        this.enter(fid, path);
        isEntered = true;
      }
    } finally {
      if (!isEntered) client.clunk(fid);
    }
  }

  /** Writes one file down: its kind. */
  private add(fid: number, path: string): number {
    const { client } = this;
    const errno = client.getattr(fid, GETATTR_ALL);
    if (errno !== 0) throw failure('read', path, errno);
    const { r } = client;
    const kind = r.mode & S_IFMT;
    const { nlink, blocks } = r;
    const ino = r.qid_path_hi * 0x1_0000_0000 + r.qid_path_lo;
    const meta: Meta = {
      path: path === '' ? './' : path + (kind === S_IFDIR ? '/' : ''),
      target: '',
      kind,
      perm: r.mode & 0o7777,
      uid: r.uid,
      gid: r.gid,
      rdev: kind === S_IFCHR || kind === S_IFBLK ? r.rdev : 0,
      size: kind === S_IFREG ? r.size : 0,
      mtime: { sec: r.mtime_sec, nsec: r.mtime_nsec },
      xattrs: null,
      stored: null,
    };
    const reason = this.complete(fid, meta, ino, nlink);
    if (reason === '') this.list.push(this.item(fid, meta, path, blocks));
    else this.onSkip?.({ path, reason });
    return kind;
  }

  /** With its holes left out when that is shorter. */
  private item(fid: number, meta: Meta, path: string, blocks: number): Item {
    const { size } = meta;
    const head = headersOf(meta);
    const plain = { head, path, extents: size > 0 ? [0, size] : [] };
    if (blocks * BLOCK >= size) return plain;
    const extents = this.extents(fid, path, size);
    const map = mapOf(extents, size);
    meta.stored = map.length + bytesOf(extents);
    const sparse = headersOf(meta);
    if (sparse.length + meta.stored >= head.length + padded(size)) return plain;
    return { head: joined(sparse, map), path, extents };
  }

  private extents(fid: number, path: string, size: number): number[] {
    const { client } = this;
    const opened = client.clone(fid);
    const errno = opened < 0 ? -opened : client.lopen(opened, O_RDONLY);
    const extents = errno === 0 ? this.tree.extents(opened, size) : -errno;
    if (opened >= 0) client.clunk(opened);
    if (typeof extents === 'number') throw failure('read', path, -extents);
    return extents;
  }

  /** What takes more messages to find out. Why it cannot be written; '' when it can. */
  private complete(fid: number, meta: Meta, ino: number, nlink: number): string {
    const { client } = this;
    if (!canHold(meta.kind)) return 'a tar archive cannot hold a socket';
    if (meta.kind === S_IFLNK) {
      const errno = client.readlink(fid);
      if (errno !== 0) return errno === E.EILSEQ ? 'its target is not UTF-8' : `its target is ${errnoName(errno)}`;
      meta.target = client.r.target;
    }
    if (meta.kind !== S_IFDIR && nlink > 1) {
      const first = this.links.get(ino);
      if (first !== undefined) {
        Object.assign(meta, { kind: 0, target: first, size: 0 });
        return '';
      }
      this.links.set(ino, meta.path);
    }
    meta.xattrs = this.xattrs(fid, meta.path);
    return '';
  }

  private xattrs(fid: number, path: string): Map<string, Uint8Array> | null {
    const list = this.xattr(fid, '', path);
    if (list === null || list.length === 0) return null;
    const names = decoder.decode(list).split('\0').slice(0, -1).sort();
    const xattrs = new Map<string, Uint8Array>();
    for (const name of names) {
      const value = this.xattr(fid, name, path);
      if (value !== null) xattrs.set(name, value);
    }
    return xattrs;
  }

  /** The value of an attribute, or the list of names; null where there are none. */
  private xattr(fid: number, name: string, path: string): Uint8Array | null {
    const { client } = this;
    const reader = xattrwalk(client, fid, name);
    if (reader === -E.ENOTSUP || reader === -E.ENODATA) return null;
    if (reader < 0) throw failure('read', path, -reader);
    const bytes = new Uint8Array(client.r.size);
    const iov = new Iov();
    iov.single(bytes, 0, bytes.length);
    const count = bytes.length === 0 ? 0 : client.read(reader, 0, iov);
    client.clunk(reader);
    if (count < 0) throw failure('read', path, -count);
    return bytes;
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
