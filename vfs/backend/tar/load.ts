import {
  AT_REMOVEDIR,
  O_EXCL,
  O_WRONLY,
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
} from '../../9p/constants.ts';
import type { Client } from '../../client/client.ts';
import { E, errnoName } from '../../errno.ts';
import { Iov } from '../../iov.ts';
import type { TarBackend } from './backend.ts';
import type { TarInode } from './inode.ts';
import { failure, walkTo, inTree, type Place, type Tree } from './place.ts';
import type { Skipped } from './tree.ts';
import { mknod, setMode, xattrcreate } from '../../client/seldom.ts';

const TIMES = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;
const NOT_MADE = 'special files of its kind cannot be made there';

/** Copies the tree of an archive into a place, over what is there already: directories are merged, all else goes. */
export function copyInto(archive: TarBackend, into: Place, onSkip?: (skipped: Skipped) => void): void {
  for (const skipped of archive.skipped) onSkip?.(skipped);
  inTree(into, (tree) => new Loader(tree, archive, onSkip).run());
}

class Loader {
  private readonly tree: Tree;
  private readonly client: Client;
  private readonly archive: TarBackend;
  private readonly onSkip: ((skipped: Skipped) => void) | undefined;
  /** Where files with several names have been put first; null for what was left out. */
  private readonly placed = new Map<TarInode, readonly string[] | null>();

  constructor(tree: Tree, archive: TarBackend, onSkip: ((skipped: Skipped) => void) | undefined) {
    this.tree = tree;
    this.client = tree.client;
    this.archive = archive;
    this.onSkip = onSkip;
  }

  run(): void {
    const { client, archive } = this;
    const root = archive.root();
    this.fill(client.root, root, []);
    if (archive.isTold(root)) this.finish(client.root, root, []);
  }

  /** Puts the entries of a directory in. Its own times come after, for this moves them. */
  private fill(dir: number, from: TarInode, names: readonly string[]): void {
    for (const [name, inode] of from.children) {
      const path = [...names, name];
      if (inode.kind === S_IFDIR) this.directory(dir, name, inode, path);
      else this.file(dir, name, inode, path);
    }
  }

  private directory(dir: number, name: string, inode: TarInode, path: readonly string[]): void {
    const { client } = this;
    let errno = client.mkdir(dir, name, 0o700);
    const isNew = errno !== E.EEXIST;
    if (!isNew && !this.isDirectory(dir, name)) errno = client.unlinkat(dir, name, 0) || client.mkdir(dir, name, 0o700);
    if (errno !== 0 && errno !== E.EEXIST) throw failure('made', path.join('/'), errno);
    const fid = client.walk(dir, [name], 0, 1);
    if (fid < 0) throw failure('made', path.join('/'), -fid);
    try {
      this.fill(fid, inode, path);
      // What the archive says nothing of keeps what it has.
      if (isNew || this.archive.isTold(inode)) this.finish(fid, inode, path);
    } finally {
      client.clunk(fid);
    }
  }

  private isDirectory(dir: number, name: string): boolean {
    const fid = this.client.walk(dir, [name, '.'], 0, 2);
    if (fid > 0) this.client.clunk(fid);
    return fid > 0;
  }

  private file(dir: number, name: string, inode: TarInode, path: readonly string[]): void {
    const first = this.placed.get(inode);
    if (first !== undefined) {
      this.link(dir, name, first, path);
      return;
    }
    let fid = this.make(dir, name, inode);
    if (fid === -E.EEXIST) {
      this.clear(dir, name, path);
      fid = this.make(dir, name, inode);
    }
    const isLeftOut = fid === -E.EPERM && inode.kind !== S_IFREG && inode.kind !== S_IFLNK;
    this.placed.set(inode, isLeftOut ? null : path);
    if (isLeftOut) {
      this.skip(path, NOT_MADE);
      return;
    }
    if (fid < 0) throw failure('made', path.join('/'), -fid);
    try {
      if (inode.kind === S_IFREG) this.write(fid, inode.data, path);
      this.finish(fid, inode, path);
    } finally {
      this.client.clunk(fid);
    }
  }

  /** A fid on a new file that is no directory, a regular one opened; or −errno. */
  private make(dir: number, name: string, inode: TarInode): number {
    return inode.kind === S_IFREG ? this.create(dir, name) : this.special(dir, name, inode);
  }

  /** Takes away what has the name, an empty directory too. */
  private clear(dir: number, name: string, path: readonly string[]): void {
    const { client } = this;
    let errno = client.unlinkat(dir, name, 0);
    if (errno === E.EISDIR) errno = client.unlinkat(dir, name, AT_REMOVEDIR);
    if (errno !== 0) throw failure('replaced', path.join('/'), errno);
  }

  private create(dir: number, name: string): number {
    const { client } = this;
    const fid = client.clone(dir);
    if (fid < 0) return fid;
    const errno = client.lcreate(fid, name, O_WRONLY | O_EXCL, 0o600);
    if (errno === 0) return fid;
    client.clunk(fid);
    return -errno;
  }

  private special(dir: number, name: string, inode: TarInode): number {
    const { client } = this;
    const { rdev } = inode.meta;
    const errno =
      inode.kind === S_IFLNK
        ? client.symlink(dir, name, inode.content as string)
        : mknod(client, dir, name, inode.kind | 0o600, (rdev >>> 8) & 0xfff, (rdev & 0xff) | ((rdev >>> 12) & 0xfff00));
    return errno === 0 ? client.walk(dir, [name], 0, 1) : -errno;
  }

  private link(dir: number, name: string, first: readonly string[] | null, path: readonly string[]): void {
    const { client } = this;
    if (first === null) {
      this.skip(path, NOT_MADE);
      return;
    }
    const fid = walkTo(client, first);
    if (fid < 0) throw failure('linked', path.join('/'), -fid);
    try {
      let errno = client.link(dir, fid, name);
      if (errno === E.EEXIST) {
        this.clear(dir, name, path);
        errno = client.link(dir, fid, name);
      }
      if (errno !== 0) throw failure('linked', path.join('/'), errno);
    } finally {
      client.clunk(fid);
    }
  }

  private write(fid: number, data: Uint8Array, path: readonly string[]): void {
    const iov = new Iov();
    iov.single(data, 0, data.length);
    const count = data.length === 0 ? 0 : this.client.write(fid, 0, iov);
    if (count !== data.length) throw failure('written', path.join('/'), count < 0 ? -count : E.ENOSPC);
  }

  /** Owner, permissions, attributes and, after all that moves them, times. */
  private finish(fid: number, inode: TarInode, path: readonly string[]): void {
    const { client } = this;
    const { perm, uid, gid, atime, mtime, xattrs } = inode.meta;
    const owner = this.tree.setOwner(fid, uid, gid);
    // Only root of a host may give files away: as tar, whoever is not keeps them.
    if (owner !== 0 && owner !== E.EPERM) throw failure('given its owner', path.join('/'), owner);
    const mode = inode.kind === S_IFLNK ? 0 : setMode(client, fid, SETATTR_MODE, perm);
    if (mode !== 0) throw failure('given its mode', path.join('/'), mode);
    for (const [name, value] of xattrs ?? []) this.xattr(fid, name, value, path);
    const { sec, nsec } = atime ?? mtime;
    const times = client.setTimes(fid, TIMES, sec, nsec, mtime.sec, mtime.nsec);
    if (times !== 0) throw failure('given its times', path.join('/'), times);
  }

  private xattr(fid: number, name: string, value: Uint8Array, path: readonly string[]): void {
    const { client } = this;
    const setter = client.clone(fid);
    if (setter < 0) throw failure('given its attributes', path.join('/'), -setter);
    const created = xattrcreate(client, setter, name, value.length, 0);
    const iov = new Iov();
    iov.single(value, 0, value.length);
    if (created === 0 && value.length > 0) client.write(setter, 0, iov);
    const errno = client.clunk(setter) || created;
    if (errno !== 0) this.skip(path, `its attribute ${name} cannot be kept there (${errnoName(errno)})`);
  }

  private skip(path: readonly string[], reason: string): void {
    this.onSkip?.({ path: path.join('/'), reason });
  }
}
