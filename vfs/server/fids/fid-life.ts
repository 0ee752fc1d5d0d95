// The life of a fid: made, moved and dropped; and its inode, which becomes an orphan, is queued or released.
import type { Inode } from '../../backend/inode.ts';
import { isOrphan } from '../../backend/inode-refs.ts';
import { E } from '../../linux/errno.ts';
import { UNOPENED, type Fid } from './fid.ts';
import type { FileLocks } from '../locks/locks.ts';
import type { GuestServer } from '../guest-server.ts';
import type { Session } from '../session.ts';

/** Checks a number for a new fid. EBADF: NOFID, or in use; EMFILE: the session has too many fids. */
export function checkNewFid(session: Session, num: number): number {
  if (num === 0xffffffff || session.fids.get(num) !== undefined) return E.EBADF;
  return session.fids.size >= session.server.maxFids ? E.EMFILE : 0;
}

/** Makes a fid on an inode. */
export function makeFid(session: Session, num: number, inode: Inode, parent: Inode | null, name: string): Fid {
  const fid = session.fids.make(session, num);
  fid.move(inode, parent, name);
  return fid;
}

/** Moves a fid to another inode, and unreferences the former one. */
export function moveFid(session: Session, fid: Fid, inode: Inode, parent: Inode | null, name: string): void {
  const before = fid.inode;
  fid.detach();
  fid.move(inode, parent, name);
  queueOrRelease(session.server, before);
}

/**
 * Called when an inode may have lost its last fid or its last name. Without both it is queued to be reclaimed; with a
 * name alone the backend may release it.
 */
export function queueOrRelease(server: GuestServer, inode: Inode): void {
  if (inode.refs > 0) return;
  if (server.backend.nlink(inode) === 0) server.reclaim.add(inode);
  else server.backend.release(inode);
}

/** Called after an inode has lost a name: it may be an orphan now. */
export function nameTaken(server: GuestServer, inode: Inode): void {
  if (server.observers.size > 0 && isOrphan(server.backend, inode))
    for (const observer of server.observers) observer.orphan?.(inode);
  queueOrRelease(server, inode);
}

/**
 * Drops a fid: sets the extended attribute of Txattrcreate, releases its locks, closes its handle and listing, and
 * unreferences its inode. The fid is gone whatever is returned: 0, or the errno of the last step that failed.
 */
export function dropFid(session: Session, fid: Fid): number {
  const { server } = session;
  session.fids.delete(fid.num);
  let errno = 0;
  if (fid.xattr !== null) errno = attempt(commitXattr, server, fid);
  if (fid.inode.locks !== null) dropLocks(fid.inode, session, fid);
  if (fid.stream !== null) errno = attempt(closeStream, server, fid) || errno;
  if (fid.flags !== UNOPENED) errno = attempt(closeHandle, server, fid) || errno;
  fid.detach();
  errno = attempt(queueOrReleaseOf, server, fid) || errno;
  session.fids.retire(fid);
  return errno;
}

/** Runs one step; an error that the backend throws becomes an errno, so that the next step still runs. */
function attempt(step: (server: GuestServer, fid: Fid) => number | void, server: GuestServer, fid: Fid): number {
  try {
    return step(server, fid) ?? 0;
  } catch (thrown) {
    return server.errnoOf(thrown);
  }
}

function closeStream(_server: GuestServer, fid: Fid): void {
  fid.stream!.close();
}

function closeHandle(server: GuestServer, fid: Fid): void {
  server.backend.closeHandle(fid.inode, fid.handle);
}

function queueOrReleaseOf(server: GuestServer, fid: Fid): void {
  queueOrRelease(server, fid.inode);
}

function commitXattr(server: GuestServer, fid: Fid): number {
  fid.session.xattrs--;
  return fid.xattr!.commit(server.backend, fid.inode);
}

function dropLocks(inode: Inode, session: Session, fid?: Fid): void {
  (inode.locks as FileLocks | null)?.drop(inode, session, fid);
}

/** Clunks all fids of a session: it has ended, or Tversion resets it. */
export function clunkAll(session: Session): void {
  const fids = session.fids.all();
  // Once per inode: dropFid would scan all its locks for each fid.
  for (const inode of new Set(fids.map((fid) => fid.inode))) dropLocks(inode, session);
  // The late replies of others may have closed this session already.
  for (const fid of fids) if (session.fids.get(fid.num) === fid) dropFid(session, fid);
}

/** Updates the parent and name of the fids that were walked by the old name. */
export function renamed(inode: Inode, oldDir: Inode, oldName: string, newDir: Inode, newName: string): void {
  for (let fid = inode.fids as Fid | null; fid !== null; fid = fid.next) {
    if (fid.parent === oldDir && fid.name === oldName) {
      fid.parent = newDir;
      fid.name = newName;
    }
  }
}
