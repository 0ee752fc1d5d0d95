// The *at system calls (openat(2), renameat(2), …) on top of the 9P client: paths to fids. Never imports the server.
import { GETATTR_NLINK, QTDIR, QTSYMLINK } from '../9p/constants.ts';
import { AT_REMOVEDIR, O_ACCMODE, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_TRUNC } from '../linux/constants.ts';
import { E } from '../linux/errno.ts';
import type { FileStatus } from './attributes.ts';
import type { Client } from './client.ts';
import type { MountTable } from './mount-table.ts';
import { LAST_DOT, LAST_DOTDOT, LAST_NORM, parsePath, type Path } from './path.ts';
import { Resolver } from './resolve.ts';

/** New files are made 0666 and directories 0777 less the usual umask: WASI has no modes. */
const FILE_MODE = 0o644;
const DIR_MODE = 0o755;

/**
 * The *at calls of Linux (openat(2), mkdirat(2), …) over 9P. `dir` is the fid of a directory, and a path never leads
 * out of it (OUTSIDE, see Resolver). Errnos come in the order of namei.c in the kernel; with two paths, those of the
 * first one first. All return 0 or an errno; those that make a fid return it or −errno.
 *
 * In a namespace a path may cross a mount: the fid returned belongs to the client of `found`, which is valid until the
 * next call.
 */
export class AtCalls {
  readonly client: Client;
  readonly resolver: Resolver;
  /** The mounts in this tree, or null. */
  mountTable: MountTable | null = null;
  /** st_dev of the files of this tree. */
  device = 0;
  /** qid.type of the fid that the last `openat` returned. */
  type = 0;

  constructor(client: Client) {
    this.client = client;
    this.resolver = new Resolver(this);
  }

  /** The tree in which the last call found its file. */
  get found(): AtCalls {
    return this.resolver.found;
  }

  /** Resolves a path to a fid, which is not open. The caller drops it (`drop`); for `.` it is `dir` itself. */
  lookup(dir: number, text: string, follow: boolean): number {
    const path = parsePath(text);
    if (path.names.length === 0 && !path.empty && !path.tooLong && !path.absolute) {
      this.resolver.found = this;
      this.resolver.type = QTDIR;
      return dir;
    }
    return this.resolver.find(dir, path, follow);
  }

  /** Clunks a fid that `lookup` returned, unless it is `dir` itself. Does nothing for −errno. */
  drop(dir: number, fid: number, found = this.found): void {
    this.resolver.drop(dir, fid, found);
  }

  /** The errno of resolving the directory of a path's last name; 0 if it exists. */
  parentErrno(dir: number, text: string): number {
    const fid = this.resolver.findParent(dir, parsePath(text));
    this.drop(dir, fid);
    return fid < 0 ? -fid : 0;
  }

  /**
   * openat(2). A directory is walked to and not opened with Tlopen: its fid is the base of further paths, and the
   * caller opens a clone to list it. Errors: EINVAL for O_CREAT with O_DIRECTORY; those of the path (see Resolver);
   * EEXIST, EISDIR, ENOTDIR, ELOOP; those of Tlopen and Tlcreate.
   * @returns A fid, whose qid.type is in `type`; or −errno.
   */
  openat(dir: number, text: string, flags: number): number {
    if ((flags & (O_CREAT | O_DIRECTORY)) === (O_CREAT | O_DIRECTORY)) return -E.EINVAL;
    const path = parsePath(text);
    return (flags & O_CREAT) === 0 ? this.openExisting(dir, path, flags) : this.openOrCreate(dir, path, flags);
  }

  private openExisting(dir: number, path: Path, flags: number): number {
    const fid = this.resolver.find(dir, path, (flags & O_NOFOLLOW) === 0);
    return fid < 0 ? fid : this.open(fid, flags);
  }

  private openOrCreate(dir: number, path: Path, flags: number): number {
    // do_open in namei.c: with O_CREAT a directory is EISDIR, with O_EXCL any file is EEXIST before that.
    if (path.last !== LAST_NORM && !path.empty) return this.openDots(dir, path, flags);
    if (path.trailingSlash) return this.refuseSlash(dir, path);
    if ((flags & O_EXCL) !== 0) return this.createExclusive(dir, path, flags);
    if ((flags & O_NOFOLLOW) !== 0) return this.openNoFollow(dir, path, flags);
    const fid = this.resolver.findOrParent(dir, path);
    if (fid < 0) return fid;
    if (fid > 0) return this.openFile(fid, flags);
    return this.create(dir, this.resolver.parent, this.resolver.name, flags);
  }

  private openDots(dir: number, path: Path, flags: number): number {
    const fid = this.resolver.find(dir, path, true);
    if (fid < 0) return fid;
    this.found.client.clunk(fid);
    return (flags & O_EXCL) !== 0 ? -E.EEXIST : -E.EISDIR;
  }

  /** O_CREAT of `name/`: the errnos of the directory, then EISDIR. */
  private refuseSlash(dir: number, path: Path): number {
    const parent = this.resolver.findParent(dir, path);
    if (parent < 0) return parent;
    this.drop(dir, parent);
    return -E.EISDIR;
  }

  /** O_CREAT with O_EXCL: the server checks whether the name exists. */
  private createExclusive(dir: number, path: Path, flags: number): number {
    const parent = this.resolver.findParent(dir, path);
    return parent < 0 ? parent : this.create(dir, parent, path.names.at(-1)!, flags);
  }

  /** O_CREAT with O_NOFOLLOW. */
  private openNoFollow(dir: number, path: Path, flags: number): number {
    const { resolver } = this;
    const parent = resolver.findParent(dir, path);
    if (parent < 0) return parent;
    const { found } = resolver;
    const name = path.names.at(-1)!;
    const fid = resolver.step(found, parent, name);
    if (fid === -E.ENOENT) return this.create(dir, parent, name, flags);
    this.drop(dir, parent, found);
    return fid < 0 ? fid : this.openFile(fid, flags);
  }

  /** Opens the file that O_CREAT has found. EISDIR: a directory. */
  private openFile(fid: number, flags: number): number {
    const { found, type } = this.resolver;
    if (type !== QTDIR) return this.open(fid, flags);
    found.client.clunk(fid);
    return -E.EISDIR;
  }

  private create(dir: number, parent: number, name: string, flags: number): number {
    const { client } = this.found;
    let fid = parent;
    if (parent === dir && this.found === this) {
      fid = client.clone(dir);
      if (fid < 0) return fid;
    }
    const errno = client.lcreate(fid, name, flags & ~O_NOFOLLOW, FILE_MODE);
    this.type = client.r.qid_type;
    if (errno === 0) return fid;
    client.clunk(fid);
    return -errno;
  }

  /** Opens the fid found last; clunks it on an error. */
  private open(fid: number, flags: number): number {
    const { found, type } = this.resolver;
    this.type = type;
    const errno = this.openErrno(found.client, fid, type, flags);
    if (errno === 0) return fid;
    found.client.clunk(fid);
    return -errno;
  }

  private openErrno(client: Client, fid: number, type: number, flags: number): number {
    if (type === QTDIR) return (flags & (O_ACCMODE | O_TRUNC)) !== 0 ? E.EISDIR : 0;
    if ((flags & O_DIRECTORY) !== 0) return E.ENOTDIR;
    if (type === QTSYMLINK) return E.ELOOP;
    return client.lopen(fid, flags & ~(O_CREAT | O_EXCL | O_NOFOLLOW));
  }

  /** mkdirat(2). EEXIST for `.`, `..` and the root, too. */
  mkdirat(dir: number, text: string): number {
    const path = parsePath(text);
    const parent = this.resolver.findParent(dir, path);
    if (parent < 0) return -parent;
    const errno = path.last === LAST_NORM ? this.found.client.mkdir(parent, path.names.at(-1)!, DIR_MODE) : E.EEXIST;
    this.drop(dir, parent);
    return errno;
  }

  /** symlinkat(2). ENOENT for an empty target; for a path with a trailing slash EEXIST if it exists, else ENOENT. */
  symlinkat(target: string, dir: number, text: string): number {
    // The kernel copies the target in before it looks at the path.
    if (target === '') return E.ENOENT;
    if (parsePath(target).tooLong) return E.ENAMETOOLONG;
    const path = parsePath(text);
    const parent = this.resolver.findParent(dir, path);
    if (parent < 0) return -parent;
    const errno = this.refuseNew(parent, path, false) || this.found.client.symlink(parent, path.names.at(-1)!, target);
    this.drop(dir, parent);
    return errno;
  }

  /**
   * filename_create in namei.c: checks that a file other than a directory can be made in the directory found. 0,
   * EEXIST, ENOENT.
   * @param look Look the name up; else the server finds EEXIST when it makes the file.
   */
  private refuseNew(parent: number, path: Path, look: boolean): number {
    if (path.last !== LAST_NORM) return E.EEXIST;
    if (!path.trailingSlash && !look) return 0;
    const { client } = this.found;
    const fid = client.walk(parent, path.names, path.names.length - 1, 1);
    if (fid < 0) return fid === -E.ENOENT && !path.trailingSlash ? 0 : -fid;
    client.clunk(fid);
    return E.EEXIST;
  }

  /** unlinkat(2) of a file. EISDIR for a directory, `.`, `..` and the root; ENOTDIR for `file/`. */
  unlinkat(dir: number, text: string): number {
    const path = parsePath(text);
    const parent = this.resolver.findParent(dir, path);
    if (parent < 0) return -parent;
    const errno = path.last === LAST_NORM ? this.unlinkName(this.found.client, parent, path) : E.EISDIR;
    this.drop(dir, parent);
    return errno;
  }

  private unlinkName(client: Client, parent: number, path: Path): number {
    const name = path.names.length - 1;
    if (!path.trailingSlash) return client.unlinkat(parent, path.names[name]!, 0);
    const fid = client.walk(parent, path.names, name, 1);
    if (fid < 0) return -fid;
    const type = client.r.wqid_type[0]!;
    client.clunk(fid);
    return type === QTDIR ? E.EISDIR : E.ENOTDIR;
  }

  /** unlinkat(2) with AT_REMOVEDIR. EINVAL for `a/.`, ENOTEMPTY for `a/..`, EBUSY for the root. */
  rmdirat(dir: number, text: string): number {
    const path = parsePath(text);
    const parent = this.resolver.findParent(dir, path);
    if (parent < 0) return -parent;
    const errno =
      path.last === LAST_NORM
        ? this.found.client.unlinkat(parent, path.names.at(-1)!, AT_REMOVEDIR)
        : path.last === LAST_DOT
          ? E.EINVAL
          : path.last === LAST_DOTDOT
            ? E.ENOTEMPTY
            : E.EBUSY;
    this.drop(dir, parent);
    return errno;
  }

  /**
   * renameat(2). EXDEV: another file system; EBUSY: `.`, `..` or the root; ENOTDIR: a path with a trailing slash,
   * and the source is not a directory; then the errnos of Trenameat.
   * @param to The tree of `newDir`.
   */
  renameat(oldDir: number, oldText: string, to: AtCalls, newDir: number, newText: string): number {
    const oldPath = parsePath(oldText);
    const newPath = parsePath(newText);
    const oldParent = this.resolver.findParent(oldDir, oldPath);
    if (oldParent < 0) return -oldParent;
    const { found } = this;
    const newParent = to.resolver.findParent(newDir, newPath);
    const other = to.found;
    const errno =
      newParent < 0
        ? -newParent
        : found === other
          ? this.renameNames(found.client, oldParent, oldPath, newParent, newPath)
          : E.EXDEV;
    to.drop(newDir, newParent, other);
    this.drop(oldDir, oldParent, found);
    return errno;
  }

  private renameNames(client: Client, oldParent: number, oldPath: Path, newParent: number, newPath: Path): number {
    if (oldPath.last !== LAST_NORM || newPath.last !== LAST_NORM) return E.EBUSY;
    if (oldPath.trailingSlash || newPath.trailingSlash) {
      const fid = client.walk(oldParent, oldPath.names, oldPath.names.length - 1, 1);
      if (fid < 0) return -fid;
      const type = client.r.wqid_type[0]!;
      client.clunk(fid);
      if (type !== QTDIR) return this.badName(client, newParent, newPath) || E.ENOTDIR;
    }
    return client.renameat(oldParent, oldPath.names.at(-1)!, newParent, newPath.names.at(-1)!);
  }

  /**
   * The errno of a name that cannot be looked up: ENAMETOOLONG, or ENOENT in a removed directory. 0 for any other name,
   * whether it exists or not.
   */
  private badName(client: Client, parent: number, path: Path): number {
    const fid = client.walk(parent, path.names, path.names.length - 1, 1);
    if (fid >= 0) client.clunk(fid);
    if (fid !== -E.ENOENT) return Math.max(0, -fid);
    const errno = client.getattr(parent, GETATTR_NLINK);
    return errno === 0 && client.r.nlink === 0 ? E.ENOENT : errno;
  }

  /**
   * linkat(2). EXDEV: another file system, after the errnos of both paths.
   * @param follow AT_SYMLINK_FOLLOW.
   * @param to The tree of `newDir`.
   */
  linkat(oldDir: number, oldText: string, follow: boolean, to: AtCalls, newDir: number, newText: string): number {
    const source = this.lookup(oldDir, oldText, follow);
    if (source < 0) return -source;
    const { found } = this;
    const path = parsePath(newText);
    const parent = to.resolver.findParent(newDir, path);
    const other = to.found;
    let errno = -parent;
    if (parent >= 0) {
      errno = to.refuseNew(parent, path, found !== other);
      if (errno === 0) errno = found === other ? found.client.link(parent, source, path.names.at(-1)!) : E.EXDEV;
      to.drop(newDir, parent, other);
    }
    this.drop(oldDir, source, found);
    return errno;
  }

  /** readlinkat(2). Returns the target, or an errno. EINVAL: not a symlink. */
  readlinkat(dir: number, text: string): string | number {
    const fid = this.lookup(dir, text, false);
    if (fid < 0) return -fid;
    const { client } = this.found;
    const errno = this.resolver.type === QTSYMLINK ? client.readlink(fid) : E.EINVAL;
    const { target } = client.r;
    this.drop(dir, fid);
    return errno === 0 ? target : errno;
  }

  /**
   * fstatat(2).
   * @param mask GETATTR_* bits of the attributes wanted.
   * @param into The caller's record for the result.
   */
  statat(dir: number, text: string, follow: boolean, mask: number, into: FileStatus): number {
    const fid = this.lookup(dir, text, follow);
    if (fid < 0) return -fid;
    const { found } = this;
    into.device = found.device;
    const errno = found.client.getattr(fid, mask, into.attributes);
    this.drop(dir, fid);
    return errno;
  }

  /**
   * utimensat(2). `valid` as in Client.setTimes; 0 (both UTIME_OMIT) succeeds without resolving the path, as in Linux.
   */
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
    const errno = this.found.client.setTimes(fid, valid, aSec, aNsec, mSec, mNsec);
    this.drop(dir, fid);
    return errno;
  }
}
