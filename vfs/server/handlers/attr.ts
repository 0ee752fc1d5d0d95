// Handlers of Tgetattr, Tsetattr and Tstatfs.
import type { Message } from '../../9p/codec.gen.ts';
import {
  GETATTR_ALL,
  GETATTR_BASIC,
  GETATTR_BLOCKS,
  GETATTR_RDEV,
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_CTIME,
  SETATTR_GID,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  SETATTR_SIZE,
  SETATTR_UID,
  V9FS_MAGIC,
} from '../../9p/constants.ts';
import { S_IFDIR, S_IFREG } from '../../linux/constants.ts';
import { nowNsec, nowSec, readClock } from '../../lib/clock.ts';
import { E } from '../../linux/errno.ts';
import { UNOPENED } from '../fids/fid.ts';
import { bumpVersion, setQid } from '../qid.ts';
import { NAME_MAX } from '../../linux/limits.ts';
import type { Request } from '../request.ts';

/** Fields that are always filled. */
const ALWAYS = GETATTR_BASIC & ~(GETATTR_RDEV | GETATTR_BLOCKS);

const SETTABLE =
  SETATTR_MODE |
  SETATTR_UID |
  SETATTR_GID |
  SETATTR_SIZE |
  SETATTR_ATIME |
  SETATTR_MTIME |
  SETATTR_CTIME |
  SETATTR_ATIME_SET |
  SETATTR_MTIME_SET;

/** Gets attributes: those of ALWAYS, the others if requested. EBADF. (9P: getattr) */
export function getattr({ session, t, r }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.xattr !== null) return E.EBADF;
  const { inode } = fid;
  r.gen = 0;
  const errno = session.server.backend.getattr(inode, r);
  if (errno !== 0) return errno;
  r.valid = (t.request_mask & GETATTR_ALL) | ALWAYS;
  r.data_version = inode.version;
  setQid(r, inode);
  return 0;
}

/**
 * Sets attributes; a time without its _SET bit becomes the server's present time.
 * EBADF; EINVAL: unknown bits; for a size EISDIR, then EINVAL: not a regular file, or a fid open for reading only, then
 * EFBIG; EINVAL: nanoseconds from 10^9 on; then the errnos of Backend.setattr. (9P: setattr)
 */
export function setattr({ session, t }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.xattr !== null) return E.EBADF;
  const { inode } = fid;
  const { valid } = t;
  if ((valid & ~SETTABLE) !== 0) return E.EINVAL;
  if ((valid & SETATTR_SIZE) !== 0) {
    if (inode.kind === S_IFDIR) return E.EISDIR;
    if (inode.kind !== S_IFREG) return E.EINVAL;
    // As ftruncate(2) of a descriptor that is not open for writing.
    if (fid.flags !== UNOPENED && !fid.writable) return E.EINVAL;
    if (t.size >= Number.MAX_SAFE_INTEGER) return E.EFBIG;
  }
  if ((valid & (SETATTR_ATIME | SETATTR_MTIME)) !== 0) {
    const errno = fillTimes(t);
    if (errno !== 0) return errno;
  }
  const errno = session.server.backend.setattr(inode, t);
  if (errno === 0 && (valid & SETATTR_SIZE) !== 0) bumpVersion(inode);
  return errno;
}

/** Replaces times without their _SET bit by the present time. EINVAL: nanoseconds out of range. */
function fillTimes(t: Message): number {
  const { valid } = t;
  readClock();
  if ((valid & SETATTR_ATIME_SET) === 0) {
    t.atime_sec = nowSec;
    t.atime_nsec = nowNsec;
  } else if (t.atime_nsec > 999_999_999) return E.EINVAL;
  if ((valid & SETATTR_MTIME_SET) === 0) {
    t.mtime_sec = nowSec;
    t.mtime_nsec = nowNsec;
  } else if (t.mtime_nsec > 999_999_999) return E.EINVAL;
  return 0;
}

/**
 * Drains the reclaim queue, then gets the figures of the store: orphans with fids count. EBADF. (9P: statfs, statfs(2))
 */
export function statfs({ session, t, r }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.xattr !== null) return E.EBADF;
  session.server.sync();
  r.fstype = V9FS_MAGIC;
  r.fsid_lo = 0;
  r.fsid_hi = 0;
  r.namelen = NAME_MAX;
  return session.server.backend.statfs(r);
}
