// The fd_* calls that move data: read, write, pread, pwrite and readdir.
import { wasiErrnoOf } from '../../../vfs/linux/errno.ts';
import { BADF, FAULT, INVAL, NOTCAPABLE, type Guest } from '../process/guest.ts';
import { overflows, sizeArgument } from '../abi/arguments.ts';
import { RIGHTS } from '../abi/rights.ts';
import { putDirents } from './dirent.ts';

/**
 * The fd_* functions that move data. Each returns a WASI errno and writes the count in bytes to `out`, a u32. All
 * pointers are checked before data is moved: a call that returns FAULT has had no effect. BADF: the descriptor is not
 * open; NOTCAPABLE: a right that the call needs was dropped. The other errors are listed in the order of the checks.
 */
export function ioCalls(guest: Guest) {
  const { memory: m, fds } = guest;

  /** Writes a count to memory; a negative count is −errno. Returns the WASI errno. */
  function give(count: number, out: number): number {
    return count < 0 ? wasiErrnoOf(-count) : wasiErrnoOf(m.putU32(out, count));
  }

  /** True if the loaded ranges end past the largest off_t. Empties them: the descriptor's errno has precedence. */
  function overflown(lo: number, hi: number): boolean {
    if (!overflows(lo, hi, m.iov.total)) return false;
    m.iov.reset(m.u8);
    return true;
  }

  return {
    /** readv(2). FAULT; INVAL: more than 1,024 ranges; BADF: not open for reading; ISDIR; AGAIN. */
    fd_read(fd: number, iovs: number, count: number, out: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      if (d.dropped(RIGHTS.FD_READ)) return NOTCAPABLE;
      if (!m.fits(out >>> 0, 4)) return FAULT;
      const errno = m.loadIovs(iovs >>> 0, count >>> 0);
      return errno !== 0 ? wasiErrnoOf(errno) : give(d.read(m.iov, m), out >>> 0);
    },

    /** preadv(2). As fd_read; INVAL: the offset is negative, or the end past the largest off_t; SPIPE: a stream. */
    fd_pread(fd: number, iovs: number, count: number, lo: number, hi: number, out: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      if (d.dropped(RIGHTS.FD_READ | RIGHTS.FD_SEEK)) return NOTCAPABLE;
      if (!m.fits(out >>> 0, 4)) return FAULT;
      const from = sizeArgument(lo, hi);
      if (from < 0) return INVAL;
      const errno = m.loadIovs(iovs >>> 0, count >>> 0);
      if (errno !== 0) return wasiErrnoOf(errno);
      const invalid = overflown(lo, hi);
      const done = d.pread(m.iov, from, m);
      return invalid && done >= 0 ? INVAL : give(done, out >>> 0);
    },

    /** writev(2). FAULT; INVAL: more than 1,024 ranges; BADF: not open for writing; FBIG; NOSPC; PIPE. */
    fd_write(fd: number, iovs: number, count: number, out: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      if (d.dropped(RIGHTS.FD_WRITE)) return NOTCAPABLE;
      if (!m.fits(out >>> 0, 4)) return FAULT;
      const errno = m.loadIovs(iovs >>> 0, count >>> 0);
      return errno !== 0 ? wasiErrnoOf(errno) : give(d.write(m.iov, m), out >>> 0);
    },

    /** pwritev(2). As fd_write, with the errors of an offset of fd_pread. With APPEND it appends, as Linux does. */
    fd_pwrite(fd: number, iovs: number, count: number, lo: number, hi: number, out: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      if (d.dropped(RIGHTS.FD_WRITE | RIGHTS.FD_SEEK)) return NOTCAPABLE;
      if (!m.fits(out >>> 0, 4)) return FAULT;
      const from = sizeArgument(lo, hi);
      if (from < 0) return INVAL;
      const errno = m.loadIovs(iovs >>> 0, count >>> 0);
      if (errno !== 0) return wasiErrnoOf(errno);
      const invalid = overflown(lo, hi);
      const done = d.pwrite(m.iov, from, m);
      return invalid && done >= 0 ? INVAL : give(done, out >>> 0);
    },

    /**
     * Fills the buffer with the dirents after a cookie (0: from the start). The last one is cut at the end of the
     * buffer: a full buffer means that more entries may follow. FAULT; NOTDIR.
     */
    fd_readdir(fd: number, ptr: number, length: number, lo: number, hi: number, out: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      if (d.dropped(RIGHTS.FD_READDIR)) return NOTCAPABLE;
      if (!m.fits(out >>> 0, 4) || !m.fits(ptr >>> 0, length >>> 0)) return FAULT;
      return give(putDirents(m, ptr >>> 0, length >>> 0, d, lo, hi), out >>> 0);
    },
  };
}
