// The path_* calls: rights, flags and pointers are checked here, the path by the directory descriptor.
import { E, WASI_ERRNO, wasiErrnoOf } from '../../../vfs/linux/errno.ts';
import { PATH_MAX } from '../../../vfs/linux/limits.ts';
import { FDFLAGS_ALL, FILETYPE, LOOKUPFLAGS, OFLAGS, OFLAGS_ALL, STRUCTS } from '../abi/structs.ts';
import type { Descriptor, OpenRequest } from '../descriptors/descriptor.ts';
import { BADF, FAULT, INVAL, NOTCAPABLE, type Guest } from '../process/guest.ts';
import { timesArgument } from '../abi/arguments.ts';
import { RIGHTS, rightsArgument } from '../abi/rights.ts';
import { putFilestat } from './filestat.ts';

const MAKES_DIRECTORY = OFLAGS.CREAT | OFLAGS.DIRECTORY;
const SYMLINK_FOLLOW = LOOKUPFLAGS.SYMLINK_FOLLOW;

/** Replaces a path that is too long. */
const TOO_LONG = '.'.repeat(PATH_MAX);

/** Checks the descriptor that a path is relative to: 0, BADF, NOTDIR, or NOTCAPABLE if the right was dropped. */
function checkDirectory(d: Descriptor | undefined, right: number): number {
  if (d === undefined) return BADF;
  if (d.filetype !== FILETYPE.DIRECTORY) return WASI_ERRNO.ENOTDIR;
  return d.dropped(right) ? NOTCAPABLE : 0;
}

/**
 * The path_* functions. Each returns a WASI errno, 0 on success. The order of the checks: the descriptors (BADF,
 * NOTDIR, NOTCAPABLE if a right was dropped), the flags (INVAL), the pointers and the text of each path (FAULT,
 * NAMETOOLONG, ILSEQ, INVAL for a NUL), then those of Linux's *at call, with NOTCAPABLE for a path that leaves its
 * directory.
 */
export function pathCalls(guest: Guest) {
  const { memory: m, fds, status } = guest;
  /** Filled anew by each path_open, so that the call allocates no request. */
  const request: OpenRequest = { follow: false, oflags: 0, fdflags: 0, read: false, write: false };

  /** Runs a call on a directory and one path. */
  function onPath(
    fd: number,
    right: number,
    ptr: number,
    length: number,
    call: (d: Descriptor, path: string) => number,
  ): number {
    const d = fds.get(fd);
    const refused = checkDirectory(d, right);
    if (refused !== 0) return refused;
    const path = m.loadPath(ptr >>> 0, length >>> 0);
    return typeof path === 'number' ? wasiErrnoOf(path) : wasiErrnoOf(call(d!, path));
  }

  /** Loads the second path of a call. Its ENAMETOOLONG comes after the errors of the first path (namei.c). */
  function loadSecond(ptr: number, length: number): string | number {
    const path = m.loadPath(ptr, length);
    return path === E.ENAMETOOLONG ? TOO_LONG : path;
  }

  return {
    /** mkdirat(2) */
    path_create_directory(fd: number, ptr: number, length: number): number {
      return onPath(fd, RIGHTS.PATH_CREATE_DIRECTORY, ptr, length, mkdirat);
    },

    /** fstatat(2) */
    path_filestat_get(fd: number, flags: number, ptr: number, length: number, out: number): number {
      const d = fds.get(fd);
      const refused = checkDirectory(d, RIGHTS.PATH_FILESTAT_GET);
      if (refused !== 0) return refused;
      if ((flags & ~SYMLINK_FOLLOW) !== 0) return INVAL;
      const path = m.loadPath(ptr >>> 0, length >>> 0);
      if (typeof path === 'number') return wasiErrnoOf(path);
      if (!m.fits(out >>> 0, STRUCTS.filestat.size)) return FAULT;
      return putFilestat(m, out >>> 0, d!.statat(path, flags !== 0, status, m), status);
    },

    /** utimensat(2). INVAL: contradictory or unknown flags. Without fstflags the path is not looked up. */
    path_filestat_set_times(
      fd: number,
      flags: number,
      ptr: number,
      length: number,
      aLo: number,
      aHi: number,
      mLo: number,
      mHi: number,
      fstflags: number,
    ): number {
      const d = fds.get(fd);
      const refused = checkDirectory(d, RIGHTS.PATH_FILESTAT_SET_TIMES);
      if (refused !== 0) return refused;
      const times = timesArgument(aLo, aHi, mLo, mHi, fstflags);
      if (times === null || (flags & ~SYMLINK_FOLLOW) !== 0) return INVAL;
      const path = m.loadPath(ptr >>> 0, length >>> 0);
      if (typeof path === 'number') return wasiErrnoOf(path);
      return times.valid === 0 ? 0 : wasiErrnoOf(d!.utimensat(path, flags !== 0, times));
    },

    /** linkat(2). XDEV: the paths are on different file systems. */
    path_link(
      oldFd: number,
      flags: number,
      oldPtr: number,
      oldLength: number,
      newFd: number,
      newPtr: number,
      newLength: number,
    ): number {
      const from = fds.get(oldFd);
      const to = fds.get(newFd);
      const refused = checkDirectory(from, RIGHTS.PATH_LINK_SOURCE) || checkDirectory(to, RIGHTS.PATH_LINK_TARGET);
      if (refused !== 0) return refused;
      if ((flags & ~SYMLINK_FOLLOW) !== 0) return INVAL;
      const oldPath = m.loadPath(oldPtr >>> 0, oldLength >>> 0);
      if (typeof oldPath === 'number') return wasiErrnoOf(oldPath);
      const newPath = loadSecond(newPtr >>> 0, newLength >>> 0);
      if (typeof newPath === 'number') return wasiErrnoOf(newPath);
      return wasiErrnoOf(from!.linkat(oldPath, flags !== 0, to!, newPath));
    },

    /**
     * openat(2). Writes the new descriptor to `out`, a u32. The access mode follows from `base`: FD_READ, FD_WRITE or
     * both. INVAL: unknown flags, or CREAT with DIRECTORY; NOTCAPABLE: a right that the directory's descriptor does not
     * pass on; MFILE: FD_MAX descriptors are open.
     */
    path_open(
      fd: number,
      dirflags: number,
      ptr: number,
      length: number,
      oflags: number,
      base: number,
      _baseHi: number,
      _inheriting: number,
      _inheritingHi: number,
      fdflags: number,
      out: number,
    ): number {
      const d = fds.get(fd);
      const refused = checkDirectory(d, RIGHTS.PATH_OPEN);
      if (refused !== 0) return refused;
      if ((dirflags & ~SYMLINK_FOLLOW) !== 0 || (oflags & ~OFLAGS_ALL) !== 0 || (fdflags & ~FDFLAGS_ALL) !== 0) {
        return INVAL;
      }
      // build_open_flags (open.c) checks this before the path.
      if ((oflags & MAKES_DIRECTORY) === MAKES_DIRECTORY) return INVAL;
      const rights = rightsArgument(base);
      request.follow = dirflags !== 0;
      request.oflags = oflags;
      request.fdflags = fdflags;
      request.read = (rights & RIGHTS.FD_READ) !== 0;
      // FD_ALLOCATE and FD_FILESTAT_SET_SIZE do not count: Go asks for one of them when it opens for reading.
      request.write = (rights & RIGHTS.FD_WRITE) !== 0;
      if (!d!.mayOpen(request)) return NOTCAPABLE;
      if (!m.fits(out >>> 0, 4)) return FAULT;
      const path = m.loadPath(ptr >>> 0, length >>> 0);
      if (typeof path === 'number') return wasiErrnoOf(path);
      // Checked before the lookup, so that no file is created without a descriptor for it.
      if (!fds.hasRoom()) return WASI_ERRNO.EMFILE;
      const opened = d!.openat(path, request);
      if (typeof opened === 'number') return wasiErrnoOf(opened);
      return wasiErrnoOf(m.putU32(out >>> 0, fds.add(opened)));
    },

    /** readlinkat(2). Cuts the target to the buffer and writes its length in bytes to `out`. INVAL: not a symlink. */
    path_readlink(fd: number, ptr: number, length: number, buf: number, size: number, out: number): number {
      const d = fds.get(fd);
      const refused = checkDirectory(d, RIGHTS.PATH_READLINK);
      if (refused !== 0) return refused;
      if (!m.fits(out >>> 0, 4) || !m.fits(buf >>> 0, size >>> 0)) return FAULT;
      const path = m.loadPath(ptr >>> 0, length >>> 0);
      if (typeof path === 'number') return wasiErrnoOf(path);
      const target = d!.readlinkat(path);
      if (typeof target === 'number') return wasiErrnoOf(target);
      // A function of the host may have grown the memory.
      if (!m.fits(buf >>> 0, size >>> 0)) return FAULT;
      return wasiErrnoOf(m.putU32(out >>> 0, m.putText(buf >>> 0, size >>> 0, target)));
    },

    /** unlinkat(2) with AT_REMOVEDIR */
    path_remove_directory(fd: number, ptr: number, length: number): number {
      return onPath(fd, RIGHTS.PATH_REMOVE_DIRECTORY, ptr, length, rmdirat);
    },

    /** renameat(2). XDEV: the paths are on different file systems. */
    path_rename(
      oldFd: number,
      oldPtr: number,
      oldLength: number,
      newFd: number,
      newPtr: number,
      newLength: number,
    ): number {
      const from = fds.get(oldFd);
      const to = fds.get(newFd);
      const refused = checkDirectory(from, RIGHTS.PATH_RENAME_SOURCE) || checkDirectory(to, RIGHTS.PATH_RENAME_TARGET);
      if (refused !== 0) return refused;
      const oldPath = m.loadPath(oldPtr >>> 0, oldLength >>> 0);
      if (typeof oldPath === 'number') return wasiErrnoOf(oldPath);
      const newPath = loadSecond(newPtr >>> 0, newLength >>> 0);
      if (typeof newPath === 'number') return wasiErrnoOf(newPath);
      return wasiErrnoOf(from!.renameat(oldPath, to!, newPath));
    },

    /** symlinkat(2). NOTCAPABLE: an absolute target. */
    path_symlink(targetPtr: number, targetLength: number, fd: number, ptr: number, length: number): number {
      const d = fds.get(fd);
      const refused = checkDirectory(d, RIGHTS.PATH_SYMLINK);
      if (refused !== 0) return refused;
      const target = m.loadPath(targetPtr >>> 0, targetLength >>> 0);
      if (typeof target === 'number') return wasiErrnoOf(target);
      const path = loadSecond(ptr >>> 0, length >>> 0);
      return typeof path === 'number' ? wasiErrnoOf(path) : wasiErrnoOf(d!.symlinkat(target, path));
    },

    /** unlinkat(2) */
    path_unlink_file(fd: number, ptr: number, length: number): number {
      return onPath(fd, RIGHTS.PATH_UNLINK_FILE, ptr, length, unlinkat);
    },
  };
}

function mkdirat(d: Descriptor, path: string): number {
  return d.mkdirat(path);
}

function rmdirat(d: Descriptor, path: string): number {
  return d.rmdirat(path);
}

function unlinkat(d: Descriptor, path: string): number {
  return d.unlinkat(path);
}
