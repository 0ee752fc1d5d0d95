// The *at system calls (openat(2), renameat(2), …) on top of the 9P client. Never imports the server.
import type { FileStatus } from '../attributes.ts';
import type { Client } from '../client.ts';
import type { Found } from './resolve/found.ts';
import { linkat } from './link.ts';
import { mkdirat } from './mkdir.ts';
import type { MountTable } from './mount-table.ts';
import { openat } from './open.ts';
import { parsePath } from './resolve/path.ts';
import { renameat } from './rename.ts';
import { lookup } from './resolve/resolver.ts';
import { statat } from './stat.ts';
import { readlinkat, symlinkat } from './symlink.ts';
import { utimensat } from './times.ts';
import { rmdirat, unlinkat } from './unlink.ts';

/**
 * The *at calls of Linux (openat(2), mkdirat(2), …) over 9P, on the tree of one client. `dir` is the fid of a directory
 * in it, not open, at which the path begins, and out of which it never leads (OUTSIDE; see resolver.ts).
 *
 * Each call returns 0 or an errno, in the order of namei.c in the kernel; with two paths, those of the first one first.
 * A call that finds a file fills a record of the caller. In a namespace a path may cross a mount: then `into.tree` is
 * another tree, and the fid belongs to its client.
 */
export class AtCalls {
  readonly client: Client;
  /**
   * True: paths are resolved as in a chroot(2) to `dir` (RESOLVE_IN_ROOT of openat2(2)): absolute paths and symlinks
   * begin there, and `..` stays there.
   */
  readonly inRoot: boolean;
  /** The mounts in this tree, or null. @internal */
  mountTable: MountTable | null = null;
  /** st_dev of the files of this tree. */
  device = 0;

  constructor(client: Client, inRoot = false) {
    this.client = client;
    this.inRoot = inRoot;
  }

  /** Finds a file, and does not open it. For `.` it is `dir` itself, borrowed. The caller releases `into`. */
  lookup(dir: number, text: string, follow: boolean, into: Found): number {
    return lookup(this, dir, parsePath(text), follow, into);
  }

  /**
   * openat(2). A directory is walked to and not opened with Tlopen: its fid is the base of further paths, and the
   * caller opens a clone to list it. Errors: EINVAL for O_CREAT with O_DIRECTORY; those of the path (see `find`);
   * EEXIST, EISDIR, ENOTDIR, ELOOP; those of Tlopen and Tlcreate. The caller clunks the fid.
   */
  openat(dir: number, text: string, flags: number, into: Found): number {
    return openat(this, dir, text, flags, into);
  }

  /** mkdirat(2). EEXIST for `.`, `..` and the root, too. */
  mkdirat(dir: number, text: string): number {
    return mkdirat(this, dir, text);
  }

  /** symlinkat(2). ENOENT for an empty target; for a path with a trailing slash EEXIST if it exists, else ENOENT. */
  symlinkat(target: string, dir: number, text: string): number {
    return symlinkat(this, target, dir, text);
  }

  /** readlinkat(2). Returns the target, or an errno. EINVAL: not a symlink. */
  readlinkat(dir: number, text: string): string | number {
    return readlinkat(this, dir, text);
  }

  /** unlinkat(2) of a file. EISDIR for a directory, a mount point, `.`, `..` and the root; ENOTDIR for `file/`. */
  unlinkat(dir: number, text: string): number {
    return unlinkat(this, dir, text);
  }

  /**
   * unlinkat(2) with AT_REMOVEDIR. EINVAL for `a/.`, ENOTEMPTY for `a/..`, EBUSY for the root and for a mount point,
   * ENOTEMPTY if one is in the directory.
   */
  rmdirat(dir: number, text: string): number {
    return rmdirat(this, dir, text);
  }

  /**
   * renameat(2). EXDEV: another file system; EBUSY: `.`, `..`, the root or a mount point; ENOTDIR: a path with a
   * trailing slash, and the source is not a directory; then the errnos of Trenameat.
   * @param to The tree of `newDir`.
   */
  renameat(oldDir: number, oldText: string, to: AtCalls, newDir: number, newText: string): number {
    return renameat(this, oldDir, oldText, to, newDir, newText);
  }

  /**
   * linkat(2). EXDEV: another file system, after the errnos of both paths.
   * @param follow AT_SYMLINK_FOLLOW.
   * @param to The tree of `newDir`.
   */
  linkat(oldDir: number, oldText: string, follow: boolean, to: AtCalls, newDir: number, newText: string): number {
    return linkat(this, oldDir, oldText, follow, to, newDir, newText);
  }

  /**
   * fstatat(2).
   * @param mask GETATTR_* bits of the attributes wanted.
   * @param into The caller's record for the result.
   */
  statat(dir: number, text: string, follow: boolean, mask: number, into: FileStatus): number {
    return statat(this, dir, text, follow, mask, into);
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
    return utimensat(this, dir, text, follow, valid, aSec, aNsec, mSec, mNsec);
  }
}
