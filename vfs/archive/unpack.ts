// Unpacks a tar archive into a tree through a 9P client. Runs in a browser.
import { checkKind } from '../lib/options.ts';
import type { TarOptions } from '../backends/tar/format/limits.ts';
import { openTar } from '../backends/tar/open.ts';
import {
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_GID,
  SETATTR_MODE,
  SETATTR_UID,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  SETATTR_SIZE,
} from '../9p/constants.ts';
import { AT_REMOVEDIR, O_EXCL, O_WRONLY, S_IFDIR, S_IFLNK, S_IFREG } from '../linux/constants.ts';
import type { Client } from '../client/client.ts';
import { E, errnoName } from '../linux/errno.ts';
import { Iov } from '../lib/iov.ts';
import type { TarStore } from '../backends/tar/backend.ts';
import { Sparse, type MemberData } from '../backends/tar/format/data.ts';
import type { TarInode } from '../backends/tar/inode.ts';
import type { PaxTime } from '../backends/tar/format/pax.ts';
import { failure, walkTo, inTree, type TreeRoot, type TreeSession } from './tree.ts';
import type { Skipped } from '../backends/tar/tree.ts';
import { mknod, setMode, setOwner, xattrcreate } from '../client/rare-messages.ts';

const TIMES = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;
/** The seconds from 1970 to the latest Date of JavaScript. */
const DATE_MAX = 8.64e12;
const NOT_MADE = 'special files of its kind cannot be made there';

/** Copies the tree of an archive over an existing tree: directories are merged, everything else is replaced. */
function copyInto(archive: TarStore, into: TreeRoot, onSkip?: (skipped: Skipped) => void): void {
  for (const skipped of archive.skipped) onSkip?.(skipped);
  inTree(into, 'into', (tree) => new Loader(tree, archive, onSkip).run());
}

/** A directory of the walk. */
interface Level {
  fid: number;
  inode: TarInode;
  name: string;
  rest: Iterator<[string, TarInode]>;
  /** True if owner, mode and times are set from the archive. */
  isOurs: boolean;
}

class Loader {
  private readonly client: Client;
  private readonly archive: TarStore;
  private readonly onSkip: ((skipped: Skipped) => void) | undefined;
  /** From the root down; a list instead of recursion, since a tree may be deeper than the call stack. */
  private readonly levels: Level[] = [];
  /** The first path of each file with several names; null if it was skipped. */
  private readonly placed = new Map<TarInode, string | null>();

  constructor(tree: TreeSession, archive: TarStore, onSkip: ((skipped: Skipped) => void) | undefined) {
    this.client = tree.client;
    this.archive = archive;
    this.onSkip = onSkip;
  }

  run(): void {
    const { levels, archive } = this;
    const root = archive.root();
    this.enter(this.client.root, root, '', archive.isExplicit(root));
    try {
      while (levels.length > 0) this.step(levels.at(-1)!);
    } finally {
      while (levels.length > 0) this.leave();
    }
  }

  /** Unpacks the next entry of a directory. The times of the directory are set after its entries, which move them. */
  private step(level: Level): void {
    const next = level.rest.next();
    if (next.done === true) {
      if (level.isOurs) this.finish(level.fid, level.inode, '');
      this.leave();
      return;
    }
    const [name, inode] = next.value;
    if (inode.kind === S_IFDIR) this.directory(level.fid, name, inode);
    else this.file(level.fid, name, inode);
  }

  private enter(fid: number, inode: TarInode, name: string, isOurs: boolean): void {
    this.levels.push({ fid, inode, name, rest: inode.children.entries(), isOurs });
  }

  private leave(): void {
    const { fid } = this.levels.pop()!;
    if (fid !== this.client.root) this.client.clunk(fid);
  }

  /** Returns the path of `name` in the current directory; of the directory itself for ''. */
  private pathOf(name: string): string {
    const names = this.levels.map((level) => level.name);
    return [...names, name].filter((part) => part !== '').join('/');
  }

  private directory(dir: number, name: string, inode: TarInode): void {
    const { client } = this;
    let errno = client.mkdir(dir, name, 0o700);
    const isNew = errno !== E.EEXIST;
    if (!isNew && !this.isDirectory(dir, name)) errno = client.unlinkat(dir, name, 0) || client.mkdir(dir, name, 0o700);
    if (errno !== 0 && errno !== E.EEXIST) throw this.failure('made', name, errno);
    const fid = client.walk(dir, [name], 0, 1);
    if (fid < 0) throw this.failure('made', name, -fid);
    // A directory without a member keeps its attributes.
    this.enter(fid, inode, name, isNew || this.archive.isExplicit(inode));
  }

  private failure(what: string, name: string, errno: number): Error {
    return failure(what, this.pathOf(name), errno);
  }

  private isDirectory(dir: number, name: string): boolean {
    const fid = this.client.walk(dir, [name, '.'], 0, 2);
    if (fid > 0) this.client.clunk(fid);
    return fid > 0;
  }

  private file(dir: number, name: string, inode: TarInode): void {
    const first = this.placed.get(inode);
    if (first !== undefined) {
      this.link(dir, name, first);
      return;
    }
    let fid = this.make(dir, name, inode);
    if (fid === -E.EEXIST) {
      this.clear(dir, name);
      fid = this.make(dir, name, inode);
    }
    const isLeftOut = fid === -E.EPERM && inode.kind !== S_IFREG && inode.kind !== S_IFLNK;
    if (inode.nlink > 1) this.placed.set(inode, isLeftOut ? null : this.pathOf(name));
    if (isLeftOut) {
      this.skip(name, NOT_MADE);
      return;
    }
    if (fid < 0) throw this.failure('made', name, -fid);
    try {
      if (inode.kind === S_IFREG) this.write(fid, inode.data, name);
      this.finish(fid, inode, name);
    } finally {
      this.client.clunk(fid);
    }
  }

  /** Creates a file that is not a directory. Returns a fid, opened for a regular file; or −errno. */
  private make(dir: number, name: string, inode: TarInode): number {
    return inode.kind === S_IFREG ? this.create(dir, name) : this.special(dir, name, inode);
  }

  /** Removes the file or empty directory of a name. */
  private clear(dir: number, name: string): void {
    const { client } = this;
    let errno = client.unlinkat(dir, name, 0);
    if (errno === E.EISDIR) errno = client.unlinkat(dir, name, AT_REMOVEDIR);
    if (errno !== 0) throw this.failure('replaced', name, errno);
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

  private link(dir: number, name: string, first: string | null): void {
    const { client } = this;
    if (first === null) {
      this.skip(name, NOT_MADE);
      return;
    }
    const fid = walkTo(client, first.split('/'));
    if (fid < 0) throw this.failure('linked', name, -fid);
    try {
      let errno = client.link(dir, fid, name);
      if (errno === E.EEXIST) {
        this.clear(dir, name);
        errno = client.link(dir, fid, name);
      }
      if (errno !== 0) throw this.failure('linked', name, errno);
    } finally {
      client.clunk(fid);
    }
  }

  private write(fid: number, data: MemberData, name: string): void {
    if (!(data instanceof Sparse)) {
      this.put(fid, data, 0, name);
      return;
    }
    // The size first, so that EFBIG comes before any data; ranges not written stay holes.
    const errno = this.client.setSize(fid, SETATTR_SIZE, data.length);
    if (errno !== 0) throw this.failure('written', name, errno);
    for (let i = 0; i < data.begins.length; i++) this.put(fid, data.part(i), data.begins[i]!, name);
  }

  private put(fid: number, bytes: Uint8Array, offset: number, name: string): void {
    const iov = new Iov();
    iov.single(bytes, 0, bytes.length);
    const count = bytes.length === 0 ? 0 : this.client.write(fid, offset, iov);
    if (count !== bytes.length) throw this.failure('written', name, count < 0 ? -count : E.ENOSPC);
  }

  /** Sets owner, mode, xattrs and, last, times. */
  private finish(fid: number, inode: TarInode, name: string): void {
    const { client } = this;
    const { perm, uid, gid, atime, mtime, xattrs } = inode.meta;
    const owner = setOwner(this.client, fid, SETATTR_UID | SETATTR_GID, uid, gid);
    // Only root may chown(2): other users keep the files, as with tar.
    if (owner !== 0 && owner !== E.EPERM) throw this.failure('given its owner', name, owner);
    const mode = inode.kind === S_IFLNK ? 0 : setMode(client, fid, SETATTR_MODE, perm);
    if (mode !== 0) throw this.failure('given its mode', name, mode);
    for (const [attribute, value] of xattrs ?? []) this.xattr(fid, attribute, value, name);
    let times = this.setTimes(fid, atime ?? mtime, mtime);
    if (times === E.EINVAL) times = this.setTimes(fid, clamped(atime ?? mtime), clamped(mtime));
    if (times === E.EINVAL) this.skip(name, 'its times cannot be kept there');
    else if (times !== 0) throw this.failure('given its times', name, times);
  }

  private setTimes(fid: number, atime: PaxTime, mtime: PaxTime): number {
    return this.client.setTimes(fid, TIMES, atime.sec, atime.nsec, mtime.sec, mtime.nsec);
  }

  private xattr(fid: number, attribute: string, value: Uint8Array, name: string): void {
    const { client } = this;
    const setter = client.clone(fid);
    if (setter < 0) throw this.failure('given its attributes', name, -setter);
    const created = xattrcreate(client, setter, attribute, value.length, 0);
    const iov = new Iov();
    iov.single(value, 0, value.length);
    if (created === 0 && value.length > 0) client.write(setter, 0, iov);
    const errno = client.clunk(setter) || created;
    if (errno !== 0) this.skip(name, `its attribute ${attribute} cannot be kept there (${errnoName(errno)})`);
  }

  private skip(name: string, reason: string): void {
    this.onSkip?.({ path: this.pathOf(name), reason });
  }
}

/** Clamps a time to the range of JavaScript's Date, as Linux clamps to that of the file system. */
function clamped({ sec, nsec }: PaxTime): PaxTime {
  return Math.abs(sec) < DATE_MAX ? { sec, nsec } : { sec: Math.sign(sec) * DATE_MAX, nsec: 0 };
}

/**
 * Unpacks an archive over an existing tree: directories are merged, everything else is replaced. Holes are kept, and
 * owners if permitted.
 * @param bytes As for `tar`.
 * @param into The tree: a backend, a server, or an attachment.
 * @param onSkip Called for each member, and each attribute, that cannot be created there.
 * @param options As for `tar`.
 * @throws TypeError if an argument is invalid; Error if the archive cannot be read, or a file cannot be written: then
 *   the members before it are there.
 */
export function unpackTar(
  bytes: Uint8Array,
  into: TreeRoot,
  onSkip?: (skipped: Skipped) => void,
  options?: TarOptions,
): void {
  checkKind(onSkip, 'function|undefined', 'onSkip');
  copyInto(openTar(bytes, options), into, onSkip);
}
