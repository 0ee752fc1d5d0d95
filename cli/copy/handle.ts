// A file held by a fid, on which `cp` and `tree` work, so that a change of its name cannot redirect them.
import {
  GETATTR_BASIC,
  GETATTR_BTIME,
  QTDIR,
  QTSYMLINK,
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  SETATTR_SIZE,
} from '../../vfs/9p/constants.ts';
import {
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  S_IFMT,
  S_IFREG,
} from '../../vfs/linux/constants.ts';
import type { AtCalls } from '../../vfs/client/at/at-calls.ts';
import { Found } from '../../vfs/client/at/resolve/found.ts';
import { step } from '../../vfs/client/at/resolve/step.ts';
import { DirectoryListing } from '../../vfs/client/directory-listing.ts';
import { entriesOf, sortByName, type ListedEntry } from '../../vfs/client/entries.ts';
import { setMode } from '../../vfs/client/rare-messages.ts';
import { E } from '../../vfs/linux/errno.ts';
import { fsError } from '../../vfs/fs/values/errors.ts';
import type { FileSystem } from '../../vfs/fs/index.ts';
import { rootedOf } from '../../vfs/fs/rooted-of.ts';
import { Iov } from '../../vfs/lib/iov.ts';

const BOTH_TIMES = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;
/** The mode of an incomplete copy: only its owner can read it. */
const NEW_FILE = 0o600;
const NEW_DIRECTORY = 0o700;

export type { ListedEntry };

/** The attributes of a file. */
export interface Attributes {
  /** Identifies the file, by device and inode number. */
  readonly key: string;
  readonly device: number;
  readonly mode: number;
  readonly nlink: number;
  readonly size: number;
  /** In units of 512 bytes. */
  readonly blocks: number;
  readonly atimeSec: number;
  readonly atimeNsec: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  /** ctime and birthtime. */
  readonly changed: string;
}

const iov = new Iov();
const found = new Found();

/**
 * A file held by a fid: a rename or removal of its name does not affect the handle. Names below it are looked up one by
 * one, and no symlink is followed. A failed call throws the error of `node:fs`, with `side` as its `path`.
 */
export class Handle {
  /** The tree of the file. */
  readonly at: AtCalls;
  readonly fid: number;
  /** The `path` of its errors, for messages. */
  readonly side: string;
  private readonly type: number;
  private readonly isOwn: boolean;

  private constructor(at: AtCalls, fid: number, type: number, isOwn: boolean, side: string) {
    this.at = at;
    this.fid = fid;
    this.type = type;
    this.isOwn = isOwn;
    this.side = side;
  }

  /** Resolves a path, with symlinks followed, the last one only if asked; or returns an errno. */
  static find(fs: FileSystem, path: string, follow: boolean, side: string): Handle | number {
    const errno = rootedOf(fs).lookup(path, follow, found);
    return errno || new Handle(found.tree, found.fid, found.type, !found.borrowed, side);
  }

  get isDirectory(): boolean {
    return this.type === QTDIR;
  }

  get isSymlink(): boolean {
    return this.type === QTSYMLINK;
  }

  close(): void {
    if (this.isOwn) this.at.client.clunk(this.fid);
  }

  /** Another fid on the same file. */
  clone(): Handle {
    const fid = this.at.client.clone(this.fid);
    if (fid < 0) throw this.error(-fid);
    return new Handle(this.at, fid, this.type, true, this.side);
  }

  /** Looks up a name in this directory, without following a symlink; or returns an errno. */
  child(name: string): Handle | number {
    const errno = step(this.at, this.fid, name, found);
    return errno || new Handle(found.tree, found.fid, found.type, true, this.side);
  }

  attributes(): Attributes {
    const { client, device } = this.at;
    this.check(client.getattr(this.fid, GETATTR_BASIC | GETATTR_BTIME));
    const { r } = client;
    return {
      key: `${device}:${r.qid_path_hi}:${r.qid_path_lo}`,
      device,
      mode: r.mode,
      nlink: r.nlink,
      size: r.size,
      blocks: r.blocks,
      atimeSec: r.atime_sec,
      atimeNsec: r.atime_nsec,
      mtimeSec: r.mtime_sec,
      mtimeNsec: r.mtime_nsec,
      changed: `${r.ctime_sec}.${r.ctime_nsec} ${r.btime_sec}.${r.btime_nsec}`,
    };
  }

  /** The entries of a directory, by name. */
  entries(): ListedEntry[] {
    const entries = entriesOf(DirectoryListing.open(this.at, this.fid));
    if (typeof entries === 'number') throw this.error(entries);
    return sortByName(entries);
  }

  /** Returns the target of a symlink. */
  target(): string {
    const { client } = this.at;
    this.check(client.readlink(this.fid));
    return client.r.target;
  }

  /** Opens the file for reading; after that no name can be looked up in it. */
  openToRead(): void {
    this.check(this.at.client.lopen(this.fid, O_RDONLY));
  }

  /** Opens the file for writing and truncates it. */
  openToWrite(): void {
    this.check(this.at.client.lopen(this.fid, O_WRONLY | O_TRUNC));
  }

  /** Reads into `u8[0, count)`; returns the number of bytes, 0 at the end. */
  read(offset: number, u8: Uint8Array, count: number): number {
    iov.single(u8, 0, count);
    const got = this.at.client.read(this.fid, offset, iov);
    if (got < 0) throw this.error(-got);
    return got;
  }

  /** Writes all of `u8[start, end)`. */
  write(offset: number, u8: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end;) {
      iov.single(u8, at, end);
      const count = this.at.client.write(this.fid, offset + at - start, iov);
      if (count < 0) throw this.error(-count);
      if (count === 0) throw this.error(E.EIO);
      at += count;
    }
  }

  setSize(size: number): void {
    this.check(this.at.client.setSize(this.fid, SETATTR_SIZE, size));
  }

  setMode(mode: number): void {
    this.check(setMode(this.at.client, this.fid, SETATTR_MODE, mode & 0o1777));
  }

  setTimes({ atimeSec, atimeNsec, mtimeSec, mtimeNsec }: Omit<Attributes, 'key'>): void {
    this.check(this.at.client.setTimes(this.fid, BOTH_TIMES, atimeSec, atimeNsec, mtimeSec, mtimeNsec));
  }

  /** Creates a file and opens it for writing; EEXIST if the name exists. */
  createFile(name: string): Handle {
    const { client } = this.at;
    const made = this.clone();
    const errno = client.lcreate(made.fid, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, NEW_FILE);
    if (errno === 0) return new Handle(this.at, made.fid, client.r.qid_type, true, this.side);
    made.close();
    throw this.error(errno);
  }

  /** Creates a directory; EEXIST if the name exists. */
  mkdir(name: string): void {
    this.check(this.at.client.mkdir(this.fid, name, NEW_DIRECTORY));
  }

  symlink(target: string, name: string): void {
    this.check(this.at.symlinkat(target, this.fid, name));
  }

  unlink(name: string): void {
    this.check(this.at.unlinkat(this.fid, name));
  }

  /** Creates a hard link to a file in this directory; returns an errno. */
  link(file: Handle, name: string): number {
    if (file.at.client !== this.at.client) return E.EXDEV;
    return this.at.client.link(this.fid, file.fid, name);
  }

  private check(errno: number): void {
    if (errno !== 0) throw this.error(errno);
  }

  private error(errno: number): Error {
    return fsError(errno, 'cp', this.side);
  }
}

export function isRegular({ mode }: Attributes): boolean {
  return (mode & S_IFMT) === S_IFREG;
}
