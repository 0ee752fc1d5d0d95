// The fd_* calls that move data: read, write, pread, pwrite and readdir.
import { wasiErrnoOf } from '../../../vfs/linux/errno.ts';
import { BADF, FAULT, INVAL, NOTCAPABLE, type Guest } from '../process/guest.ts';
import { overflows, sizeArgument } from '../abi/arguments.ts';
import { RIGHTS } from '../abi/rights.ts';

/**
 * The fd_* functions that move data. Pointers are checked before anything is moved: FAULT means that nothing has
 * happened. Counts go to `out`, a u32. NOTCAPABLE: the right was dropped.
 */
export function ioCalls(guest: Guest) {
  const { memory: m, fds } = guest;

  /** Puts a count into memory, or gives the errno that it is. */
  function give(count: number, out: number): number {
    return count < 0 ? wasiErrnoOf(-count) : wasiErrnoOf(m.putU32(out, count));
  }

  /** Whether the loaded ranges would end behind the largest off_t; they are emptied, for an errno of the descriptor. */
  function overflown(lo: number, hi: number): boolean {
    if (!overflows(lo, hi, m.iov.total)) return false;
    m.iov.reset(m.u8);
    return true;
  }

  return {
    /** BADF: also not open for reading; FAULT; INVAL: over 1,024 ranges; ISDIR; AGAIN (readv(2)). */
    fd_read(fd: number, iovs: number, count: number, out: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      if (d.dropped(RIGHTS.FD_READ)) return NOTCAPABLE;
      if (!m.fits(out >>> 0, 4)) return FAULT;
      const errno = m.loadIovs(iovs >>> 0, count >>> 0);
      return errno !== 0 ? wasiErrnoOf(errno) : give(d.read(m.iov, m), out >>> 0);
    },

    /** As fd_read, from an offset; INVAL: a negative one, or past the largest off_t; SPIPE: a stream (preadv(2)). */
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

    /** BADF: also not open for writing; FAULT; INVAL: over 1,024 ranges; FBIG; NOSPC; PIPE (writev(2)). */
    fd_write(fd: number, iovs: number, count: number, out: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      if (d.dropped(RIGHTS.FD_WRITE)) return NOTCAPABLE;
      if (!m.fits(out >>> 0, 4)) return FAULT;
      const errno = m.loadIovs(iovs >>> 0, count >>> 0);
      return errno !== 0 ? wasiErrnoOf(errno) : give(d.write(m.iov, m), out >>> 0);
    },

    /** As fd_write, at an offset; at the end for a file opened with APPEND, as Linux does it (pwritev(2)). */
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
     * Fills the buffer with dirents from behind a cookie, the last one cut where it does not fit: a full buffer means
     * that there may be more. BADF; NOTDIR; FAULT.
     */
    fd_readdir(fd: number, ptr: number, length: number, lo: number, hi: number, out: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      if (d.dropped(RIGHTS.FD_READDIR)) return NOTCAPABLE;
      if (!m.fits(out >>> 0, 4) || !m.fits(ptr >>> 0, length >>> 0)) return FAULT;
      return give(d.readdir(m, ptr >>> 0, length >>> 0, lo, hi), out >>> 0);
    },
  };
}
