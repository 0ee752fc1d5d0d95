// An open directory of a MountedDirectory: the path_* methods of Fd.
import type { Fd, Inode, wasi } from '@bjorn3/browser_wasi_shim';
import { FileStatus } from '../../vfs/client/attributes.ts';
import { E, WASI_ERRNO, wasiErrnoOf } from '../../vfs/linux/errno.ts';
import { FDFLAGS_ALL, LOOKUPFLAGS, OFLAGS, OFLAGS_ALL } from '../preview1/abi/structs.ts';
import type { OpenRequest } from '../preview1/descriptors/descriptor.ts';
import { DirectoryDescriptor } from '../preview1/descriptors/directory.ts';
import { highHalf, lowHalf } from '../foreign/halves.ts';
import { timesArgument } from '../preview1/abi/arguments.ts';
import { RIGHTS, rightsArgument } from '../preview1/abi/rights.ts';
import { DescriptorFd } from './fd.ts';
import { MountedFile } from './file.ts';
import { filestatOf, type MountedFilestat } from './filestat.ts';
import { MountedInode } from './inode.ts';
import { DirentReader } from './dirent-reader.ts';

const { EINVAL: INVAL, ENOTCAPABLE: NOTCAPABLE } = WASI_ERRNO;
const { SYMLINK_FOLLOW } = LOOKUPFLAGS;

/** The result of the last `path_filestat_get`. */
const status = new FileStatus();

/** The request that opens a directory. */
const AS_DIRECTORY: OpenRequest = { follow: true, oflags: OFLAGS.DIRECTORY, fdflags: 0, read: true, write: false };

/** An open directory of a MountedDirectory. A path that leaves it is NOTCAPABLE. */
export class OpenMountedDirectory extends DescriptorFd<DirectoryDescriptor> {
  private readonly reader = new DirentReader();

  /**
   * Returns a descriptor of the same directory with the same rights at most, which the caller closes.
   * @throws Error if this directory is closed.
   */
  toDescriptor(): DirectoryDescriptor {
    const d = this.use();
    const another = typeof d === 'number' ? d : d.openat('.', AS_DIRECTORY);
    if (another instanceof DirectoryDescriptor) return limited(another, d as DirectoryDescriptor);
    throw new Error(`This directory cannot be used: it is closed, or its session has ended (errno ${another}).`);
  }

  override fd_readdir_single(cookie: bigint): { ret: number; dirent: wasi.Dirent | null } {
    const d = this.use(RIGHTS.FD_READDIR);
    return typeof d === 'number' ? { ret: d, dirent: null } : this.reader.next(d, BigInt.asUintN(64, cookie));
  }

  /** Returns the descriptor for a path operation that needs `right`, or a WASI errno. */
  private useFor(path: string, right: number): DirectoryDescriptor | number {
    const d = this.use(right);
    // A NUL would cut the path in a system call of the host.
    return typeof d !== 'number' && path.includes('\0') ? INVAL : d;
  }

  /** Runs a path operation that returns a Linux errno; returns the WASI errno. */
  private onPath(path: string, right: number, call: (d: DirectoryDescriptor) => number): number {
    const d = this.useFor(path, right);
    return typeof d === 'number' ? d : wasiErrnoOf(call(d));
  }

  override path_open(
    dirflags: number,
    path: string,
    oflags: number,
    rights: bigint,
    _inheriting: bigint,
    fdflags: number,
  ): { ret: number; fd_obj: Fd | null } {
    const d = this.useFor(path, RIGHTS.PATH_OPEN);
    if (typeof d === 'number') return { ret: d, fd_obj: null };
    if ((dirflags & ~SYMLINK_FOLLOW) !== 0 || (oflags & ~OFLAGS_ALL) !== 0 || (fdflags & ~FDFLAGS_ALL) !== 0) {
      return { ret: INVAL, fd_obj: null };
    }
    const base = rightsArgument(lowHalf(rights));
    const request: OpenRequest = {
      follow: dirflags !== 0,
      oflags,
      fdflags,
      read: (base & RIGHTS.FD_READ) !== 0,
      write: (base & RIGHTS.FD_WRITE) !== 0,
    };
    if (!d.mayOpen(request)) return { ret: NOTCAPABLE, fd_obj: null };
    const opened = d.openat(path, request);
    if (typeof opened === 'number') return { ret: wasiErrnoOf(opened), fd_obj: null };
    const fd = opened instanceof DirectoryDescriptor ? new OpenMountedDirectory(opened) : new MountedFile(opened);
    return { ret: 0, fd_obj: fd };
  }

  override path_filestat_get(flags: number, path: string): { ret: number; filestat: MountedFilestat | null } {
    const ret = this.onPath(path, RIGHTS.PATH_FILESTAT_GET, (d) =>
      (flags & ~SYMLINK_FOLLOW) !== 0 ? E.EINVAL : d.statat(path, flags !== 0, status),
    );
    return { ret, filestat: ret === 0 ? filestatOf(status) : null };
  }

  override path_filestat_set_times(flags: number, path: string, atim: bigint, mtim: bigint, fstflags: number): number {
    const times = timesArgument(lowHalf(atim), highHalf(atim), lowHalf(mtim), highHalf(mtim), fstflags);
    return this.onPath(path, RIGHTS.PATH_FILESTAT_SET_TIMES, (d) =>
      times === null || (flags & ~SYMLINK_FOLLOW) !== 0 ? E.EINVAL : d.utimensat(path, flags !== 0, times),
    );
  }

  override path_create_directory(path: string): number {
    return this.onPath(path, RIGHTS.PATH_CREATE_DIRECTORY, (d) => d.mkdirat(path));
  }

  override path_remove_directory(path: string): number {
    return this.onPath(path, RIGHTS.PATH_REMOVE_DIRECTORY, (d) => d.rmdirat(path));
  }

  override path_unlink_file(path: string): number {
    return this.onPath(path, RIGHTS.PATH_UNLINK_FILE, (d) => d.unlinkat(path));
  }

  override path_readlink(path: string): { ret: number; data: string | null } {
    const d = this.useFor(path, RIGHTS.PATH_READLINK);
    if (typeof d === 'number') return { ret: d, data: null };
    const target = d.readlinkat(path);
    return typeof target === 'number' ? { ret: wasiErrnoOf(target), data: null } : { ret: 0, data: target };
  }

  /** Returns the inode for a `path_link`. */
  override path_lookup(path: string, dirflags: number): { ret: number; inode_obj: MountedInode | null } {
    return this.inode(path, (dirflags & SYMLINK_FOLLOW) !== 0, false);
  }

  /**
   * The first half of a rename in browser_wasi_shim; `path_link` is the second. The old name stays until then, so that
   * the rename is atomic, and has no effect if it fails.
   */
  override path_unlink(path: string): { ret: number; inode_obj: MountedInode | null } {
    return this.inode(path, false, true);
  }

  private inode(path: string, follow: boolean, pending: boolean): { ret: number; inode_obj: MountedInode | null } {
    const { ret, filestat } = this.path_filestat_get(follow ? SYMLINK_FOLLOW : 0, path);
    if (filestat === null) return { ret, inode_obj: null };
    return { ret: 0, inode_obj: new MountedInode(this, path, follow, filestat.ino, pending) };
  }

  /** linkat(2); renameat(2) for an inode of `path_unlink`. XDEV: the inode is not of a MountedDirectory. */
  override path_link(path: string, inode: Inode): number {
    if (!(inode instanceof MountedInode)) return WASI_ERRNO.EXDEV;
    if (inode.pending) {
      inode.pending = false;
      return inode.dir.between(this, RENAME, path, (from, to) => from.renameat(inode.path, to, path));
    }
    // The undo of a failed rename: the old name still exists.
    if (inode.dir === this && inode.path === path) return 0;
    return inode.dir.between(this, LINK, path, (from, to) => from.linkat(inode.path, inode.follow, to, path));
  }

  /** Runs an operation on this directory and another one; `rights` are needed on each. */
  private between(
    other: OpenMountedDirectory,
    rights: readonly [source: number, target: number],
    path: string,
    call: (from: DirectoryDescriptor, to: DirectoryDescriptor) => number,
  ): number {
    const from = this.use(rights[0]);
    const to = other.useFor(path, rights[1]);
    if (typeof from === 'number') return from;
    return typeof to === 'number' ? to : wasiErrnoOf(call(from, to));
  }
}

/** Drops the rights of `d` that `to` lacks, and returns `d`. */
export function limited(d: DirectoryDescriptor, to: DirectoryDescriptor): DirectoryDescriptor {
  d.setRights(d.rightsBase & to.rightsBase, d.rightsInheriting & to.rightsInheriting);
  return d;
}

const RENAME = [RIGHTS.PATH_RENAME_SOURCE, RIGHTS.PATH_RENAME_TARGET] as const;
const LINK = [RIGHTS.PATH_LINK_SOURCE, RIGHTS.PATH_LINK_TARGET] as const;
