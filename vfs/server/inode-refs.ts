// Reference counting of inodes by fids: making, moving and dropping fids, orphans, qids.
import type { Message } from '../9p/codec.gen.ts';
import { QTDIR, QTFILE, QTSYMLINK } from '../9p/constants.ts';
import { S_IFDIR, S_IFLNK } from '../linux/constants.ts';
import { LIVE, QUEUED, type Inode } from '../backend/inode.ts';
import { E } from '../linux/errno.ts';
import { UNOPENED, type Fid } from './fid.ts';
import { dropLocks } from './locks.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';

/** qid.type of a kind of inode. */
export function qidType(kind: number): number {
  return kind === S_IFDIR ? QTDIR : kind === S_IFLNK ? QTSYMLINK : QTFILE;
}

/** Puts an inode's qid into a reply. */
export function setQid(r: Message, inode: Inode): void {
  r.qid_type = qidType(inode.kind);
  r.qid_version = inode.version;
  r.qid_path_lo = inode.ino >>> 0;
  r.qid_path_hi = (inode.ino / 0x1_0000_0000) >>> 0;
}

/** Whether the session may have a fid of this number: EBADF when it is in use, EMFILE when it has too many. */
export function checkNewFid(session: Session, num: number): number {
  if (num === 0xffffffff || session.fids.get(num) !== undefined) return E.EBADF;
  return session.fids.size >= session.server.maxFids ? E.EMFILE : 0;
}

/** Makes a fid on an inode; one that waited to be reclaimed lives on. */
export function makeFid(session: Session, num: number, inode: Inode, parent: Inode | null, name: string): Fid {
  if (inode.state === QUEUED) session.server.reclaim.revive(inode);
  const fid = session.fids.make(session, num);
  fid.move(inode, parent, name);
  return fid;
}

/** Makes a fid stand for another inode, and lets go of the one it stood for. */
export function moveFid(session: Session, fid: Fid, inode: Inode, parent: Inode | null, name: string): void {
  if (inode.state === QUEUED) session.server.reclaim.revive(inode);
  const before = fid.inode;
  fid.detach();
  fid.move(inode, parent, name);
  settle(session.server, before);
}

/**
 * Called when an inode may have lost its last fid or its last name: without both it goes to the reclaim
 * queue, with a name alone the backend may let go of what it holds for it.
 */
export function settle(server: Server, inode: Inode): void {
  if (inode.refs > 0) return;
  if (server.backend.nlink(inode) === 0) server.reclaim.add(inode);
  else server.backend.release(inode);
}

/** Called for an inode that was come upon in passing: without a fid the backend may let go of what it holds for it. */
export function passed(server: Server, inode: Inode): void {
  if (inode.refs === 0 && inode.state === LIVE) server.backend.release(inode);
}

/** Called when the data of a file or the entries of a directory have changed: moves its version. */
export function changed(inode: Inode): void {
  inode.version = (inode.version + 1) >>> 0;
}

/** Called after a name was taken from an inode: it may be an orphan now. */
export function nameTaken(server: Server, inode: Inode): void {
  if (inode.refs > 0 && server.backend.nlink(inode) === 0) server.onOrphan?.(inode);
  settle(server, inode);
}

/**
 * Forgets a fid: sets the attribute it gathered, drops its locks, closes what it opened, and lets go of its
 * inode. The fid is gone whatever is returned: 0, or the errno of a step that failed.
 */
export function dropFid(session: Session, fid: Fid): number {
  const { server } = session;
  session.fids.delete(fid.num);
  let errno = 0;
  if (fid.xattr !== null) errno = attempt(commitXattr, server, fid);
  if (session.locks > 0) dropLocks(fid.inode, session, fid);
  if (fid.stream !== null) errno = attempt(closeStream, server, fid) || errno;
  if (fid.flags !== UNOPENED) errno = attempt(closeHandle, server, fid) || errno;
  fid.detach();
  errno = attempt(settleFid, server, fid) || errno;
  session.fids.retire(fid);
  return errno;
}

/** What a backend throws at one step must not keep the next from being taken. */
function attempt(step: (server: Server, fid: Fid) => number | void, server: Server, fid: Fid): number {
  try {
    return step(server, fid) ?? 0;
  } catch (thrown) {
    return server.errnoOf(thrown);
  }
}

function closeStream(_server: Server, fid: Fid): void {
  fid.stream!.close();
}

function closeHandle(server: Server, fid: Fid): void {
  server.backend.closeHandle(fid.inode, fid.handle);
}

function settleFid(server: Server, fid: Fid): void {
  settle(server, fid.inode);
}

/** 9P: xattrcreate sets the attribute at the clunk, when all the bytes that were told have come. */
function commitXattr(server: Server, fid: Fid): number {
  const xattr = fid.xattr!;
  fid.session.xattrs--;
  if (xattr.flags < 0) return 0;
  if (xattr.written !== xattr.value.length) return E.EINVAL;
  return server.backend.setxattr(fid.inode, xattr.name, xattr.value, xattr.flags);
}

/** Clunks all fids of a session: it has ended, or begins anew. */
export function clunkAll(session: Session): void {
  const fids = session.fids.all();
  // Once for each file: each of its fids would go through all its locks.
  for (const inode of new Set(fids.map((fid) => fid.inode))) dropLocks(inode, session);
  for (const fid of fids) dropFid(session, fid);
}

/** Tells the fids of an inode that the name they were walked by is another now. */
export function renamed(inode: Inode, oldDir: Inode, oldName: string, newDir: Inode, newName: string): void {
  for (let fid = inode.fids as Fid | null; fid !== null; fid = fid.next) {
    if (fid.parent === oldDir && fid.name === oldName) {
      fid.parent = newDir;
      fid.name = newName;
    }
  }
}
