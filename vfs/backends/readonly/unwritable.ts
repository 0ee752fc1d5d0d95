// The write methods of read-only backends: each answers EROFS.
import { O_ACCMODE, O_RDONLY, O_TRUNC } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';

/** True if open(2) flags ask for more than reading. */
export function wantsWriting(flags: number): boolean {
  return (flags & O_ACCMODE) !== O_RDONLY || (flags & O_TRUNC) !== 0;
}

/** The write methods of a read-only backend. */
export abstract class Unwritable {
  readonly readOnly = true;

  setattr(): number {
    return E.EROFS;
  }

  create(): number {
    return E.EROFS;
  }

  symlink(): number {
    return E.EROFS;
  }

  link(): number {
    return E.EROFS;
  }

  unlink(): number {
    return E.EROFS;
  }

  rename(): number {
    return E.EROFS;
  }

  write(): number {
    return -E.EROFS;
  }

  setxattr(): number {
    return E.EROFS;
  }

  accessed(): void {
    // A read-only mount does not move times (atime_needs_update, fs/inode.c).
  }

  modified(): void {
    // Cannot happen.
  }
}
