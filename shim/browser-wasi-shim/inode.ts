// The Inode that a mounted directory returns: a path in that directory.
import { Inode, type Fd } from '@bjorn3/browser_wasi_shim';
import { FILETYPE, LOOKUPFLAGS } from '../preview1/abi/structs.ts';
import { MountedFilestat } from './filestat.ts';
import type { OpenMountedDirectory } from './open-directory.ts';

/**
 * A path in a mounted directory, which a WASI class passes from `path_lookup` or `path_unlink` to `path_link`. It holds
 * no fid: each use resolves the path again.
 */
export class MountedInode extends Inode {
  readonly dir: OpenMountedDirectory;
  readonly path: string;
  readonly follow: boolean;
  /** True if `path_unlink` returned it: the next `path_link` renames the old name. */
  pending: boolean;

  constructor(dir: OpenMountedDirectory, path: string, follow: boolean, ino: bigint, pending: boolean) {
    super();
    this.dir = dir;
    this.path = path;
    this.follow = follow;
    this.ino = ino;
    this.pending = pending;
  }

  override path_open(oflags: number, rights: bigint, fdflags: number): { ret: number; fd_obj: Fd | null } {
    return this.dir.path_open(this.lookupflags, this.path, oflags, rights, rights, fdflags);
  }

  /** The type is UNKNOWN if the path no longer exists. */
  override stat(): MountedFilestat {
    const { filestat } = this.dir.path_filestat_get(this.lookupflags, this.path);
    return filestat ?? new MountedFilestat(this.ino, FILETYPE.UNKNOWN, 0n);
  }

  private get lookupflags(): number {
    return this.follow ? LOOKUPFLAGS.SYMLINK_FOLLOW : 0;
  }
}
