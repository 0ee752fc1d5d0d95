// Handlers of Tlock and Tgetlock.
import type { Message } from '../../9p/codec.gen.ts';
import {
  LOCK_BLOCKED,
  LOCK_FLAGS_BLOCK,
  LOCK_SUCCESS,
  LOCK_TYPE_RDLCK,
  LOCK_TYPE_UNLCK,
  LOCK_TYPE_WRLCK,
} from '../../9p/constants.ts';
import { E } from '../../linux/errno.ts';
import { UNOPENED, type Fid } from '../fid.ts';
import { findConflict, isLockable, lockEnd, lockLength, setLock, type Lock } from '../locks.ts';
import { NAME_MAX } from '../../linux/limits.ts';
import type { Request } from '../request.ts';

function lockOf(fid: Fid, t: Message): Lock {
  return {
    fid,
    type: t.ltype,
    start: t.start,
    end: lockEnd(t.start, t.length),
    procId: t.proc_id,
    clientId: t.client_id,
  };
}

/**
 * Sets or releases a record lock. A conflict is answered with status BLOCKED; with LOCK_FLAGS_BLOCK the reply comes when
 * the lock is free, where the connection permits late replies. EBADF: no such fid, or not open; EINVAL: unknown type; EOVERFLOW: a range beyond 2^53 − 1; EINVAL: client_id
 * longer than NAME_MAX; EBADF: a read lock without read access, a write lock without write access; ENOLCK: too many
 * locks; EDEADLK. (9P: lock, fcntl(2) F_SETLK, F_SETLKW)
 */
export function lock(request: Request): number {
  const { session, t, r } = request;
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.flags === UNOPENED) return E.EBADF;
  if (t.ltype > LOCK_TYPE_UNLCK) return E.EINVAL;
  if (!isLockable(t.start, t.length)) return E.EOVERFLOW;
  if (t.client_id.length > NAME_MAX) return E.EINVAL;
  if (t.ltype === LOCK_TYPE_RDLCK && !fid.readable) return E.EBADF;
  if (t.ltype === LOCK_TYPE_WRLCK && !fid.writable) return E.EBADF;
  const wanted = lockOf(fid, t);
  if (t.ltype !== LOCK_TYPE_UNLCK && findConflict(fid.inode, wanted) !== undefined) {
    if ((t.flags & LOCK_FLAGS_BLOCK) !== 0 && session.waitForLock !== null) return session.waitForLock(request, wanted);
    r.status = LOCK_BLOCKED;
    return 0;
  }
  const errno = setLock(fid.inode, wanted);
  if (errno !== 0) return errno;
  r.status = LOCK_SUCCESS;
  return 0;
}

/**
 * Gets the first conflicting lock, or type UNLCK if there is none. EBADF: no such fid, or not open; EINVAL: unknown
 * type; EOVERFLOW: a range beyond 2^53 − 1. (9P: getlock, fcntl(2) F_GETLK)
 */
export function getlock({ session, t, r }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.flags === UNOPENED) return E.EBADF;
  if (t.ltype > LOCK_TYPE_UNLCK) return E.EINVAL;
  if (!isLockable(t.start, t.length)) return E.EOVERFLOW;
  const wanted = lockOf(fid, t);
  const conflict = t.ltype === LOCK_TYPE_UNLCK ? undefined : findConflict(fid.inode, wanted);
  const reported = conflict ?? wanted;
  r.ltype = conflict === undefined ? LOCK_TYPE_UNLCK : reported.type;
  r.start = reported.start;
  r.length = lockLength(reported);
  r.proc_id = reported.procId;
  r.client_id = reported.clientId;
  return 0;
}
