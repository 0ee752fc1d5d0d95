import { GETATTR_ALL, O_RDONLY, S_IFBLK, S_IFCHR, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../9p/constants.ts';
import type { Client } from '../../client/client.ts';
import { E, errnoName } from '../../errno.ts';
import { Iov } from '../../iov.ts';
import { canHold, headersOf, padded, type Meta } from './header.ts';
import { failure, namesIn, walkTo, inTree, type Place } from './place.ts';
import { BLOCK } from './reader.ts';
import { MAX_DEPTH, type Skipped } from './tree.ts';
import { xattrwalk } from '../../client/seldom.ts';

/** One member to be written: its header blocks, and the file whose bytes follow. */
interface Item {
  head: Uint8Array;
  names: readonly string[];
  /** Bytes of data; 0 for what has none. */
  size: number;
}

const decoder = new TextDecoder();

/**
 * Packs a tree as a tar archive: with modes, owners, times of modification to the nanosecond, symlinks, hard links,
 * fifos, empty directories and extended attributes, in an order by names, so that equal trees give equal bytes.
 * @param onSkip Told of each file that a tar cannot hold: a socket, a symlink whose target is not UTF-8.
 * @throws Error when a file cannot be read, or the archive is larger than memory; TypeError for what is no tree.
 */
export function save(from: Place, onSkip?: (skipped: Skipped) => void): Uint8Array {
  return inTree(from, ({ client }) => {
    const items = new Survey(client, onSkip).items();
    const end = 2 * BLOCK;
    const length = items.reduce((sum, { head, size }) => sum + head.length + padded(size), end);
    const bytes = room(length);
    let at = 0;
    for (const { head, names, size } of items) {
      bytes.set(head, at);
      at += head.length;
      if (size > 0) copy(client, names, bytes, at, at + size);
      at += padded(size);
    }
    return bytes;
  });
}

function room(length: number): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch (thrown) {
    throw new Error(`The archive would have ${length} bytes, which is more than memory can hold.`, { cause: thrown });
  }
}

/** Reads a file into [start, end); what it has lost meanwhile stays zero. */
function copy(client: Client, names: readonly string[], bytes: Uint8Array, start: number, end: number): void {
  const fid = walkTo(client, names);
  if (fid < 0) throw failure('read', names.join('/'), -fid);
  const iov = new Iov();
  iov.single(bytes, start, end);
  const errno = client.lopen(fid, O_RDONLY);
  const count = errno === 0 ? client.read(fid, 0, iov) : -errno;
  client.clunk(fid);
  if (count < 0) throw failure('read', names.join('/'), -count);
}

/** Goes through a tree and writes down what is in it. */
class Survey {
  private readonly client: Client;
  private readonly onSkip: ((skipped: Skipped) => void) | undefined;
  private readonly list: Item[] = [];
  /** Where files with several names were come upon first. */
  private readonly links = new Map<number, string>();

  constructor(client: Client, onSkip: ((skipped: Skipped) => void) | undefined) {
    this.client = client;
    this.onSkip = onSkip;
  }

  items(): Item[] {
    const { root } = this.client;
    this.add(root, []);
    this.directory(root, []);
    return this.list;
  }

  private directory(dir: number, names: readonly string[]): void {
    const { client } = this;
    if (names.length >= MAX_DEPTH) throw new Error(`A directory lies more than ${MAX_DEPTH} deep: it cannot be saved.`);
    const found = namesIn(client, dir);
    if (typeof found === 'number') throw failure('listed', names.join('/'), -found);
    for (const name of found) {
      const fid = client.walk(dir, [name], 0, 1);
      // Gone since it was listed.
      if (fid === -E.ENOENT) continue;
      if (fid < 0) throw failure('read', [...names, name].join('/'), -fid);
      try {
        const path = [...names, name];
        if (this.add(fid, path) === S_IFDIR) this.directory(fid, path);
      } finally {
        client.clunk(fid);
      }
    }
  }

  /** Writes one file down: its kind. */
  private add(fid: number, names: readonly string[]): number {
    const { client } = this;
    const errno = client.getattr(fid, GETATTR_ALL);
    if (errno !== 0) throw failure('read', names.join('/'), errno);
    const { r } = client;
    const kind = r.mode & S_IFMT;
    const { nlink } = r;
    const ino = r.qid_path_hi * 0x1_0000_0000 + r.qid_path_lo;
    const meta: Meta = {
      path: names.length === 0 ? './' : names.join('/') + (kind === S_IFDIR ? '/' : ''),
      target: '',
      kind,
      perm: r.mode & 0o7777,
      uid: r.uid,
      gid: r.gid,
      rdev: kind === S_IFCHR || kind === S_IFBLK ? r.rdev : 0,
      size: kind === S_IFREG ? r.size : 0,
      mtime: { sec: r.mtime_sec, nsec: r.mtime_nsec },
      xattrs: null,
    };
    const reason = this.complete(fid, meta, ino, nlink);
    if (reason !== '') this.onSkip?.({ path: names.join('/'), reason });
    else this.list.push({ head: headersOf(meta), names, size: meta.size });
    return kind;
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
