// Packs a tree, read through a 9P client, as a tar archive (pax, GNU sparse format 1.0). Runs in a browser.
import { GETATTR_ALL } from '../9p/constants.ts';
import { O_RDONLY, S_IFBLK, S_IFCHR, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../linux/constants.ts';
import type { Client } from '../client/client.ts';
import { E, errnoName } from '../linux/errno.ts';
import { Iov } from '../lib/iov.ts';
import { decodeText } from '../lib/utf8.ts';
import { checkKind } from '../lib/options.ts';
import { canHold, headersOf, mapOf, type Meta } from '../backends/tar/format/header.ts';
import { failure, namesIn, walkTo, inTree, type TreeRoot, type TreeSession } from './tree.ts';
import { BLOCK, padded } from '../backends/tar/format/size.ts';
import type { Skipped } from '../backends/tar/tree.ts';
import { xattrwalk } from '../client/rare-messages.ts';

/** A member to write: its header blocks (with the map of a sparse file), and the file whose data follows. */
interface PackedMember {
  head: Uint8Array;
  path: string;
  /** Pairs of begin and end offsets of its data, each begin aligned to a block of the archive. */
  extents: readonly number[];
}

/** A directory of the walk. */
interface Level {
  fid: number;
  /** With a trailing slash; '' for the root. */
  path: string;
  names: string[];
  /** The number of names visited. */
  at: number;
}

/**
 * Packs a tree as a tar archive: modes, owners, mtimes to the nanosecond, symlinks, hard links, fifos, empty
 * directories, extended attributes, and holes as GNU tar stores them. Members are sorted by name, so that equal trees
 * give equal bytes.
 * @param from The tree: a backend, a server, or an attachment.
 * @param onSkip Called for each file that a tar cannot hold: a socket, a symlink whose target the store
 *   cannot read.
 * @returns The archive, uncompressed.
 * @throws TypeError if `from` has an unsupported type; Error if a file cannot be read, or the archive exceeds memory.
 */
export function packTar(from: TreeRoot, onSkip?: (skipped: Skipped) => void): Uint8Array {
  checkKind(onSkip, 'function|undefined', 'onSkip');
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

/** Returns the bytes that extents occupy in the archive. */
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

/** Reads the extents of a file into the archive at `at`; data truncated meanwhile stays zero. */
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

/** Walks a tree and collects the members. */
class Survey {
  private readonly tree: TreeSession;
  private readonly client: Client;
  private readonly onSkip: ((skipped: Skipped) => void) | undefined;
  private readonly list: PackedMember[] = [];
  /** The first path of each file with several names, by inode number. */
  private readonly links = new Map<number, string>();
  /** From the root down; a list instead of recursion, since a tree may be deeper than the call stack. */
  private readonly levels: Level[] = [];

  constructor(tree: TreeSession, onSkip: ((skipped: Skipped) => void) | undefined) {
    this.tree = tree;
    this.client = tree.client;
    this.onSkip = onSkip;
  }

  items(): PackedMember[] {
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

  /** Visits the next name of a directory, and enters it if it is a directory. */
  private step(level: Level): void {
    const { client } = this;
    if (level.at === level.names.length) {
      this.leave();
      return;
    }
    const name = level.names[level.at++]!;
    const path = level.path + name;
    const fid = client.walk(level.fid, [name], 0, 1);
    // Removed since it was listed.
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

  /** Adds a member. Returns its kind. */
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

  /** Returns the member, stored sparse if that is shorter. */
  private item(fid: number, meta: Meta, path: string, blocks: number): PackedMember {
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

  /**
   * Fills in what takes more messages: target, hard link, xattrs. Returns the reason to skip it; '' if there is none.
   */
  private complete(fid: number, meta: Meta, ino: number, nlink: number): string {
    const { client } = this;
    if (!canHold(meta.kind)) return 'a tar archive cannot hold a socket';
    if (meta.kind === S_IFLNK) {
      const errno = client.readlink(fid);
      if (errno !== 0) return `its target is ${errnoName(errno)}`;
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
    const names = decodeText(list).split('\0').slice(0, -1).sort();
    const xattrs = new Map<string, Uint8Array>();
    for (const name of names) {
      const value = this.xattr(fid, name, path);
      if (value !== null) xattrs.set(name, value);
    }
    return xattrs;
  }

  /** Reads an extended attribute, or the list of names for ''; null if there is none. */
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
