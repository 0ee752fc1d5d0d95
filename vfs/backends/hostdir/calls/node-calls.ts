// Calls on an open descriptor through node:fs, with errnos in place of exceptions.
import type { ForeignLock } from '../../../backend/capabilities.ts';
import { E } from '../../../linux/errno.ts';
import { BIG, BIG_OR_NONE, hostErrno, type Fs } from '../node/node.ts';
import { pathForNode } from '../node/text.ts';
import type { FileCalls } from './calls.ts';
import { fillStat, type HostStat } from './host-stat.ts';

/** Runs a call of node:fs that returns nothing. Returns 0 or −errno. */
export function tried(act: () => void): number {
  try {
    act();
    return 0;
  } catch (thrown) {
    return -hostErrno(thrown);
  }
}

/** lstat(2) of a path. Returns 0 or −errno. */
export function statPath(fs: Fs, path: string, out: HostStat): number {
  try {
    const st = fs.lstatSync(pathForNode(path), BIG_OR_NONE);
    if (st === undefined) return -E.ENOENT;
    fillStat(out, st);
    return 0;
  } catch (thrown) {
    return -hostErrno(thrown);
  }
}

/** Calls on an open descriptor through node:fs. */
export class NodeCalls implements FileCalls {
  readonly fs: Fs;

  constructor(fs: Fs) {
    this.fs = fs;
  }

  read(fd: number, u8: Uint8Array, at: number, length: number, position: number): number {
    try {
      return this.fs.readSync(fd, u8, at, length, position);
    } catch (thrown) {
      return -hostErrno(thrown);
    }
  }

  write(fd: number, u8: Uint8Array, at: number, length: number, position: number): number {
    try {
      return this.fs.writeSync(fd, u8, at, length, position);
    } catch (thrown) {
      return -hostErrno(thrown);
    }
  }

  /** Also EFBIG for a size that node:fs rejects. */
  truncate(fd: number, size: number): number {
    try {
      this.fs.ftruncateSync(fd, size);
      return 0;
    } catch (thrown) {
      return thrown instanceof RangeError ? -E.EFBIG : -hostErrno(thrown);
    }
  }

  /** −ENOTSUP: node:fs has no fallocate(2). */
  allocate(_fd: number, _offset: number, _length: number): number {
    return -E.ENOTSUP;
  }

  sync(fd: number, dataOnly: boolean): number {
    return tried(() => (dataOnly ? this.fs.fdatasyncSync(fd) : this.fs.fsyncSync(fd)));
  }

  stat(fd: number, out: HostStat): number {
    try {
      fillStat(out, this.fs.fstatSync(fd, BIG));
      return 0;
    } catch (thrown) {
      return -hostErrno(thrown);
    }
  }

  close(fd: number): number {
    return tried(() => this.fs.closeSync(fd));
  }

  /** −ENOSYS: node:fs has no lseek(2). */
  seek(_fd: number, _offset: number, _whence: number): number {
    return -E.ENOSYS;
  }

  /** −ENOSYS: node:fs has no fcntl(2). */
  lock(_fd: number, _type: number, _start: number, _length: number): number {
    return -E.ENOSYS;
  }

  /** −ENOSYS: see `lock`. */
  foreignLock(_fd: number, _type: number, _start: number, _length: number, _out: ForeignLock): number {
    return -E.ENOSYS;
  }

  /** −ENOSYS: see `lock`. */
  duplicate(_fd: number): number {
    return -E.ENOSYS;
  }
}
