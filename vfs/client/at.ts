import {
  AT_REMOVEDIR,
  GETATTR_NLINK,
  O_ACCMODE,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_TRUNC,
  QTDIR,
  QTSYMLINK,
} from '../9p/constants.ts';
import { E } from '../errno.ts';
import type { Client } from './client.ts';
import { LAST_DOT, LAST_DOTDOT, LAST_NORM, parsePath, type Path } from './path.ts';
import { Resolver } from './resolve.ts';

/** New files are made 0666 and directories 0777 less the usual umask: WASI has no modes. */
const FILE_MODE = 0o644;
const DIR_MODE = 0o755;

/**
 * The *at calls of Linux (openat(2), mkdirat(2), …) over 9P: `dir` is the fid of a directory, and a path never leads
 * out of it (EXDEV, see Resolver). Errors come in the order of the kernel's namei.c: with two paths, those of the
 * first one first. All return 0 or an errno, those that make a fid return it or −errno.
 */
export class AtCalls {
  readonly client: Client;
  readonly resolver: Resolver;
  /** What the fid of the last `openat` is: qid.type. */
  type = 0;

  constructor(client: Client) {
    this.client = client;
    this.resolver = new Resolver(client);
  }

  /** Whose the fid that a call gave is, and whose `r` holds what `statat` and `readlinkat` found. */
  get found(): Client {
    return this.client;
  }

  /**
   * A fid on what a path leads to, not opened; to be clunked unless it is `dir` itself (the path was `.`).
   */
  lookup(dir: number, text: string, follow: boolean): number {
    const path = parsePath(text);
    if (path.names.length === 0 && !path.empty && !path.tooLong && !path.absolute) {
      this.resolver.type = QTDIR;
      return dir;
    }
    return this.resolver.find(dir, path, follow);
  }

  /** Clunks what `lookup` gave. */
  drop(dir: number, fid: number): void {
    this.resolver.drop(dir, fid);
  }

  /**
   * Opens, and with O_CREAT makes, a file. A directory is not opened with a message, only walked to: its fid stands
   * for paths to begin at, and the caller opens a clone to list it. ELOOP, ENOTDIR, EISDIR, EEXIST, ENXIO, EINVAL.
   * @returns A fid, `type` telling what it is; or −errno.
   */
  openat(dir: number, text: string, flags: number): number {
    if ((flags & (O_CREAT | O_DIRECTORY)) === (O_CREAT | O_DIRECTORY)) return -E.EINVAL;
    const path = parsePath(text);
    return (flags & O_CREAT) === 0 ? this.openExisting(dir, path, flags) : this.openOrCreate(dir, path, flags);
  }

  private openExisting(dir: number, path: Path, flags: number): number {
    const fid = this.resolver.find(dir, path, (flags & O_NOFOLLOW) === 0);
    return fid < 0 ? fid : this.open(fid, this.resolver.type, flags);
  }

  private openOrCreate(dir: number, path: Path, flags: number): number {
    // do_open: what exists as a directory is EISDIR with O_CREAT, with O_EXCL first of all EEXIST.
    if (path.last !== LAST_NORM && !path.empty) return this.openDots(dir, path, flags);
    if (path.trailingSlash) return this.refuseSlash(dir, path);
    if ((flags & O_EXCL) !== 0) return this.createExclusive(dir, path, flags);
    if ((flags & O_NOFOLLOW) !== 0) return this.openNoFollow(dir, path, flags);
    const fid = this.resolver.findOrParent(dir, path);
    if (fid < 0) return fid;
    if (fid > 0) {
      if (this.resolver.type !== QTDIR) return this.open(fid, this.resolver.type, flags);
      this.client.clunk(fid);
      return -E.EISDIR;
    }
    return this.create(dir, this.resolver.parent, this.resolver.name, flags);
  }

  private openDots(dir: number, path: Path, flags: number): number {
    const fid = this.resolver.find(dir, path, true);
    if (fid < 0) return fid;
    this.client.clunk(fid);
    return (flags & O_EXCL) !== 0 ? -E.EEXIST : -E.EISDIR;
  }

  /** O_CREAT of `name/`: the directory it would be in is looked up first, then it is EISDIR. */
  private refuseSlash(dir: number, path: Path): number {
    const parent = this.resolver.findParent(dir, path);
    if (parent < 0) return parent;
    this.drop(dir, parent);
    return -E.EISDIR;
  }

  /** O_CREAT with O_EXCL: the server sees whether there is anything under the name. */
  private createExclusive(dir: number, path: Path, flags: number): number {
    const parent = this.resolver.findParent(dir, path);
    return parent < 0 ? parent : this.create(dir, parent, path.names.at(-1)!, flags);
  }

  /** O_CREAT without following a symlink at the end. */
  private openNoFollow(dir: number, path: Path, flags: number): number {
    const { resolver, client } = this;
    const parent = resolver.findParent(dir, path);
    if (parent < 0) return parent;
    const fid = client.walk(parent, path.names, path.names.length - 1, 1);
    if (fid === -E.ENOENT) return this.create(dir, parent, path.names.at(-1)!, flags);
    this.drop(dir, parent);
    if (fid < 0) return fid;
    const type = client.r.wqid_type[0]!;
    if (type !== QTDIR) return this.open(fid, type, flags);
    client.clunk(fid);
    return -E.EISDIR;
  }

  private create(dir: number, parent: number, name: string, flags: number): number {
    const { client } = this;
    let fid = parent;
    if (parent === dir) {
      fid = client.clone(dir);
      if (fid < 0) return fid;
    }
    const errno = client.lcreate(fid, name, flags & ~O_NOFOLLOW, FILE_MODE);
    this.type = client.r.qid_type;
    if (errno === 0) return fid;
    client.clunk(fid);
    return -errno;
  }

  /** Opens what was found; the fid is clunked when that fails. */
  private open(fid: number, type: number, flags: number): number {
    this.type = type;
    const errno = this.openErrno(fid, type, flags);
    if (errno === 0) return fid;
    this.client.clunk(fid);
    return -errno;
  }

  private openErrno(fid: number, type: number, flags: number): number {
    if (type === QTDIR) return (flags & (O_ACCMODE | O_TRUNC)) !== 0 ? E.EISDIR : 0;
    if ((flags & O_DIRECTORY) !== 0) return E.ENOTDIR;
    if (type === QTSYMLINK) return E.ELOOP;
    return this.client.lopen(fid, flags & ~(O_CREAT | O_EXCL | O_NOFOLLOW));
  }

  /** mkdirat(2). EEXIST also for `.`, `..` and the root. */
  mkdirat(dir: number, text: string): number {
    const path = parsePath(text);
    const parent = this.resolver.findParent(dir, path);
    if (parent < 0) return -parent;
    const errno = path.last === LAST_NORM ? this.client.mkdir(parent, path.names.at(-1)!, DIR_MODE) : E.EEXIST;
    this.drop(dir, parent);
    return errno;
  }

  /** symlinkat(2). A trailing slash: EEXIST when it exists, else ENOENT. */
  symlinkat(target: string, dir: number, text: string): number {
    // The target is copied in first.
    if (target === '') return E.ENOENT;
    if (parsePath(target).tooLong) return E.ENAMETOOLONG;
    const path = parsePath(text);
    const parent = this.resolver.findParent(dir, path);
    if (parent < 0) return -parent;
    const errno = this.refuseNew(parent, path) || this.client.symlink(parent, path.names.at(-1)!, target);
    this.drop(dir, parent);
    return errno;
  }

  /** filename_create: whether a file that is no directory may be made there. 0, EEXIST, ENOENT. */
  private refuseNew(parent: number, path: Path): number {
    if (path.last !== LAST_NORM) return E.EEXIST;
    if (!path.trailingSlash) return 0;
    const fid = this.client.walk(parent, path.names, path.names.length - 1, 1);
    if (fid < 0) return -fid;
    this.client.clunk(fid);
    return E.EEXIST;
  }

  /** unlinkat(2) of a file: EISDIR for a directory, and for `.`, `..` and the root; `file/` is ENOTDIR. */
  unlinkat(dir: number, text: string): number {
    const path = parsePath(text);
    const parent = this.resolver.findParent(dir, path);
    if (parent < 0) return -parent;
    const errno = path.last === LAST_NORM ? this.unlinkName(parent, path) : E.EISDIR;
    this.drop(dir, parent);
    return errno;
  }

  private unlinkName(parent: number, path: Path): number {
    const { client } = this;
    const name = path.names.length - 1;
    if (!path.trailingSlash) return client.unlinkat(parent, path.names[name]!, 0);
    const fid = client.walk(parent, path.names, name, 1);
    if (fid < 0) return -fid;
    const type = client.r.wqid_type[0]!;
    client.clunk(fid);
    return type === QTDIR ? E.EISDIR : E.ENOTDIR;
  }

  /** unlinkat(2) with AT_REMOVEDIR: `a/.` is EINVAL, `a/..` ENOTEMPTY, the root EBUSY. */
  rmdirat(dir: number, text: string): number {
    const path = parsePath(text);
    const parent = this.resolver.findParent(dir, path);
    if (parent < 0) return -parent;
    const errno =
      path.last === LAST_NORM
        ? this.client.unlinkat(parent, path.names.at(-1)!, AT_REMOVEDIR)
        : path.last === LAST_DOT
          ? E.EINVAL
          : path.last === LAST_DOTDOT
            ? E.ENOTEMPTY
            : E.EBUSY;
    this.drop(dir, parent);
    return errno;
  }

  /** renameat(2). EBUSY for `.`, `..` and the root; a trailing slash wants the source to be a directory. */
  renameat(oldDir: number, oldText: string, newDir: number, newText: string): number {
    const oldPath = parsePath(oldText);
    const newPath = parsePath(newText);
    const oldParent = this.resolver.findParent(oldDir, oldPath);
    if (oldParent < 0) return -oldParent;
    const newParent = this.resolver.findParent(newDir, newPath);
    const errno = newParent < 0 ? -newParent : this.renameNames(oldParent, oldPath, newParent, newPath);
    this.drop(newDir, newParent);
    this.drop(oldDir, oldParent);
    return errno;
  }

  private renameNames(oldParent: number, oldPath: Path, newParent: number, newPath: Path): number {
    const { client } = this;
    if (oldPath.last !== LAST_NORM || newPath.last !== LAST_NORM) return E.EBUSY;
    if (oldPath.trailingSlash || newPath.trailingSlash) {
      const fid = client.walk(oldParent, oldPath.names, oldPath.names.length - 1, 1);
      if (fid < 0) return -fid;
      const type = client.r.wqid_type[0]!;
      client.clunk(fid);
      if (type !== QTDIR) return this.badName(newParent, newPath) || E.ENOTDIR;
    }
    return client.renameat(oldParent, oldPath.names.at(-1)!, newParent, newPath.names.at(-1)!);
  }

  /**
   * The errno of a name that cannot even be looked up: ENAMETOOLONG, or ENOENT in a directory that was removed; 0
   * whether it is there or not.
   */
  private badName(parent: number, path: Path): number {
    const { client } = this;
    const fid = client.walk(parent, path.names, path.names.length - 1, 1);
    if (fid >= 0) client.clunk(fid);
    if (fid !== -E.ENOENT) return Math.max(0, -fid);
    const errno = client.getattr(parent, GETATTR_NLINK);
    return errno === 0 && client.r.nlink === 0 ? E.ENOENT : errno;
  }

  /** linkat(2): a symlink is only followed when asked (AT_SYMLINK_FOLLOW). */
  linkat(oldDir: number, oldText: string, follow: boolean, newDir: number, newText: string): number {
    const source = this.lookup(oldDir, oldText, follow);
    if (source < 0) return -source;
    const path = parsePath(newText);
    const parent = this.resolver.findParent(newDir, path);
    let errno = -parent;
    if (parent >= 0) {
      errno = this.refuseNew(parent, path) || this.client.link(parent, source, path.names.at(-1)!);
      this.drop(newDir, parent);
    }
    this.drop(oldDir, source);
    return errno;
  }

  /** readlinkat(2): the target is in `client.r.target`. EINVAL: no symlink. */
  readlinkat(dir: number, text: string): number {
    const fid = this.lookup(dir, text, false);
    if (fid < 0) return -fid;
    const errno = this.resolver.type === QTSYMLINK ? this.client.readlink(fid) : E.EINVAL;
    this.drop(dir, fid);
    return errno;
  }

  /** fstatat(2): the attributes are in `client.r`. */
  statat(dir: number, text: string, follow: boolean, mask: number): number {
    const fid = this.lookup(dir, text, follow);
    if (fid < 0) return -fid;
    const errno = this.client.getattr(fid, mask);
    this.drop(dir, fid);
    return errno;
  }

  /** utimensat(2): `valid` as Client.setTimes has it; with 0 (UTIME_OMIT twice) not even the path is looked at. */
  utimensat(
    dir: number,
    text: string,
    follow: boolean,
    valid: number,
    aSec: number,
    aNsec: number,
    mSec: number,
    mNsec: number,
  ): number {
    if (valid === 0) return 0;
    const fid = this.lookup(dir, text, follow);
    if (fid < 0) return -fid;
    const errno = this.client.setTimes(fid, valid, aSec, aNsec, mSec, mNsec);
    this.drop(dir, fid);
    return errno;
  }
}
