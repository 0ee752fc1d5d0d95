// The fd_* calls on attributes, flags, rights, offsets and descriptor numbers; io.ts holds those that move data.
import { WASI_ERRNO, wasiErrnoOf } from '../../../vfs/linux/errno.ts';
import { ADVICE_MAX, FDFLAGS_ALL, FILETYPE, PREOPENTYPE_DIR, STRUCTS, WHENCE } from '../abi/structs.ts';
import { BADF, FAULT, INVAL, NOTCAPABLE, type Guest } from '../process/guest.ts';
import { longArgument, sizeArgument, timesArgument } from '../abi/arguments.ts';
import { RIGHTS, rightsArgument } from '../abi/rights.ts';
import { putFilestat } from './filestat.ts';

const S = STRUCTS.fdstat.fields;

/**
 * The fd_* functions that move no data (wasi_snapshot_preview1.witx). Each returns a WASI errno, 0 on success. BADF:
 * the descriptor is not open; NOTCAPABLE: a right that the call needs was dropped. The other errors are listed in the
 * order of the checks.
 */
export function fdCalls(guest: Guest) {
  const { memory: m, fds, status } = guest;

  return {
    /** posix_fadvise(2), without effect. INVAL: unknown advice, or a negative range; SPIPE: a stream. */
    fd_advise(fd: number, lo: number, hi: number, lengthLo: number, lengthHi: number, advice: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      if (d.dropped(RIGHTS.FD_ADVISE)) return NOTCAPABLE;
      if (advice >>> 0 > ADVICE_MAX || sizeArgument(lo, hi) < 0 || sizeArgument(lengthLo, lengthHi) < 0) return INVAL;
      return wasiErrnoOf(d.advise());
    },

    /**
     * posix_fallocate(3). INVAL: a negative offset or length; SPIPE: a stream; INVAL: the length is 0; BADF: not open
     * for writing; FBIG: past 2^53 bytes; NOSPC.
     */
    fd_allocate(fd: number, lo: number, hi: number, lengthLo: number, lengthHi: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      if (d.dropped(RIGHTS.FD_ALLOCATE)) return NOTCAPABLE;
      const from = sizeArgument(lo, hi);
      const size = sizeArgument(lengthLo, lengthHi);
      if (from < 0 || size < 0) return INVAL;
      return wasiErrnoOf(d.allocate(from, size));
    },

    /** close(2). The number is free afterwards, also on an error. */
    fd_close(fd: number): number {
      const d = fds.take(fd);
      return d === undefined ? BADF : wasiErrnoOf(d.close());
    },

    /** fdatasync(2). INVAL: a stream. */
    fd_datasync(fd: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      return d.dropped(RIGHTS.FD_DATASYNC) ? NOTCAPABLE : wasiErrnoOf(d.sync(true));
    },

    /** Needs no right. FAULT. */
    fd_fdstat_get(fd: number, ptr: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      const at = ptr >>> 0;
      if (!m.fits(at, STRUCTS.fdstat.size)) return FAULT;
      m.view.setUint32(at, d.filetype | (d.fdflags << 16), true);
      m.view.setFloat64(at + S.fs_rights_base[0], d.baseBits, true);
      m.view.setFloat64(at + S.fs_rights_inheriting[0], d.inheritingBits, true);
      return 0;
    },

    /** fcntl(2) F_SETFL. INVAL: unknown flags. */
    fd_fdstat_set_flags(fd: number, flags: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      if ((flags & ~FDFLAGS_ALL) !== 0) return INVAL;
      return d.dropped(RIGHTS.FD_FDSTAT_SET_FLAGS) ? NOTCAPABLE : wasiErrnoOf(d.setFlags(flags));
    },

    /** Drops rights. NOTCAPABLE: the descriptor does not have one of these rights. */
    fd_fdstat_set_rights(fd: number, base: number, _baseHi: number, inheriting: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      return d.setRights(rightsArgument(base), rightsArgument(inheriting)) ? 0 : NOTCAPABLE;
    },

    /** fstat(2). FAULT. */
    fd_filestat_get(fd: number, ptr: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      if (!m.fits(ptr >>> 0, STRUCTS.filestat.size)) return FAULT;
      if (d.dropped(RIGHTS.FD_FILESTAT_GET)) return NOTCAPABLE;
      return putFilestat(m, ptr >>> 0, d.stat(status, m), status);
    },

    /** ftruncate(2). INVAL: a negative size, not a file, or not open for writing; FBIG: past 2^53 bytes; NOSPC. */
    fd_filestat_set_size(fd: number, lo: number, hi: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      if (d.dropped(RIGHTS.FD_FILESTAT_SET_SIZE)) return NOTCAPABLE;
      const bytes = sizeArgument(lo, hi);
      return bytes < 0 ? INVAL : wasiErrnoOf(d.setSize(bytes));
    },

    /** futimens(3). INVAL: contradictory or unknown flags. Without flags the call has no effect. */
    fd_filestat_set_times(fd: number, aLo: number, aHi: number, mLo: number, mHi: number, flags: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      if (d.dropped(RIGHTS.FD_FILESTAT_SET_TIMES)) return NOTCAPABLE;
      const times = timesArgument(aLo, aHi, mLo, mHi, flags);
      if (times === null) return INVAL;
      return times.valid === 0 ? 0 : wasiErrnoOf(d.setTimes(times));
    },

    /** BADF: not open, or not a preopen; FAULT. */
    fd_prestat_get(fd: number, ptr: number): number {
      const name = fds.get(fd)?.preopen;
      if (!name) return BADF;
      if (!m.fits(ptr >>> 0, STRUCTS.prestat.size)) return FAULT;
      m.view.setUint32(ptr >>> 0, PREOPENTYPE_DIR, true);
      m.view.setUint32((ptr >>> 0) + STRUCTS.prestat.fields.pr_name_len[0], name.length, true);
      return 0;
    },

    /** BADF: not open, or not a preopen; NAMETOOLONG: the buffer is too short; FAULT. */
    fd_prestat_dir_name(fd: number, ptr: number, length: number): number {
      const name = fds.get(fd)?.preopen;
      if (!name) return BADF;
      if (length >>> 0 < name.length) return WASI_ERRNO.ENAMETOOLONG;
      if (!m.fits(ptr >>> 0, length >>> 0)) return FAULT;
      m.put(ptr >>> 0, name);
      return 0;
    },

    /** dup2(2) and close(2) of `from`. BADF: `from` or `to` is not open. An error of closing `to` is not reported. */
    fd_renumber(from: number, to: number): number {
      const source = fds.get(from);
      const target = fds.get(to);
      if (source === undefined || target === undefined) return BADF;
      if (from === to) return 0;
      fds.take(from);
      fds.put(to, source);
      target.close();
      return 0;
    },

    /** lseek(2). NOTCAPABLE: a directory; FAULT; SPIPE: a stream; INVAL: unknown whence, or a negative result. */
    fd_seek(fd: number, lo: number, hi: number, whence: number, ptr: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      // Directories have no offset in WASI: listings use cookies.
      if (d.filetype === FILETYPE.DIRECTORY) return NOTCAPABLE;
      const offset = longArgument(lo, hi);
      if (d.dropped(RIGHTS.FD_SEEK) && (offset !== 0 || whence !== WHENCE.CUR || d.dropped(RIGHTS.FD_TELL))) {
        return NOTCAPABLE;
      }
      if (!m.fits(ptr >>> 0, 8)) return FAULT;
      const to = d.seek(offset, whence);
      return wasiErrnoOf(to < 0 ? -to : m.putU64(ptr >>> 0, to));
    },

    /** fsync(2). INVAL: a stream. */
    fd_sync(fd: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      return d.dropped(RIGHTS.FD_SYNC) ? NOTCAPABLE : wasiErrnoOf(d.sync(false));
    },

    /** lseek(2) by 0 from SEEK_CUR. NOTCAPABLE: a directory; FAULT; SPIPE: a stream. */
    fd_tell(fd: number, ptr: number): number {
      const d = fds.get(fd);
      if (d === undefined) return BADF;
      // $rights: FD_SEEK implies FD_TELL.
      if (d.filetype === FILETYPE.DIRECTORY || (d.dropped(RIGHTS.FD_TELL) && d.dropped(RIGHTS.FD_SEEK))) {
        return NOTCAPABLE;
      }
      const to = d.tell(m);
      // FAULT comes before SPIPE.
      if (to < 0) return m.fits(ptr >>> 0, 8) ? wasiErrnoOf(-to) : FAULT;
      return m.putU64(ptr >>> 0, to) === 0 ? 0 : FAULT;
    },
  };
}
