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
import type { ForeignLock } from '../../backend/capabilities.ts';
import { E } from '../../linux/errno.ts';
import { UNOPENED, type Fid } from '../fids/fid.ts';
import { isLockable, lockEnd, lockLength, type Lock } from '../locks/lock.ts';
import { findConflict, setLock } from '../locks/locks.ts';
import { NAME_MAX } from '../../linux/limits.ts';
import type { Request } from '../request.ts';

const foreign: ForeignLock = { type: LOCK_TYPE_UNLCK, start: 0, length: 0, pid: 0 };

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
  const isFree = t.ltype === LOCK_TYPE_UNLCK || findConflict(fid.inode, wanted) === undefined;
  const errno = isFree ? setLock(fid.inode, wanted) : E.EAGAIN;
  if (errno === E.EAGAIN) {
    if ((t.flags & LOCK_FLAGS_BLOCK) !== 0 && session.waitForLock !== null) return session.waitForLock(request, wanted);
    r.status = LOCK_BLOCKED;
    return 0;
  }
  if (errno !== 0) return errno;
  r.status = LOCK_SUCCESS;
  return 0;
}

/**
 * Gets the first conflicting lock, or type UNLCK if there is none. That of another process has its number, or 0, and no
 * client_id. Linux always asks with type UNLCK, whatever its program wants: it gets a write lock, which is in the way of
 * both kinds. EBADF: no such fid, or not open; EINVAL: unknown type; EOVERFLOW: a range beyond 2^53 − 1. (9P: getlock,
 * fcntl(2) F_GETLK)
 */
export function getlock({ session, t, r }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.flags === UNOPENED) return E.EBADF;
  if (t.ltype > LOCK_TYPE_UNLCK) return E.EINVAL;
  if (!isLockable(t.start, t.length)) return E.EOVERFLOW;
  const type = t.ltype === LOCK_TYPE_UNLCK ? LOCK_TYPE_RDLCK : t.ltype;
  const wanted = { ...lockOf(fid, t), type };
  const conflict = findConflict(fid.inode, wanted);
  const reported = conflict ?? wanted;
  const { recordLocks } = session.server.backend;
  if (conflict === undefined && recordLocks !== undefined) {
    const errno = recordLocks.find(fid.inode, fid.handle, type, t.start, t.length, foreign);
    if (errno !== 0) return errno;
    if (foreign.type !== LOCK_TYPE_UNLCK) return report(r);
  }
  r.ltype = conflict === undefined ? LOCK_TYPE_UNLCK : reported.type;
  r.start = reported.start;
  r.length = lockLength(reported);
  r.proc_id = reported.procId;
  r.client_id = reported.clientId;
  return 0;
}

/** Reports the lock of another process. */
function report(r: Message): number {
  r.ltype = foreign.type;
  r.start = foreign.start;
  r.length = foreign.length;
  r.proc_id = foreign.pid;
  r.client_id = '';
  return 0;
}
