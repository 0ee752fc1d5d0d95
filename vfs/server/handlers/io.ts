// Handlers of Tread, Twrite, Tfsync and Treaddir.
import type { Message } from '../../9p/codec.gen.ts';
import { O_APPEND, S_IFDIR } from '../../linux/constants.ts';
import type { Backend } from '../../backend/backend.ts';
import { E } from '../../linux/errno.ts';
import { Views, type Iov } from '../../lib/iov.ts';
import { DirStream } from '../fids/dir-stream.ts';
import { UNOPENED, type Fid } from '../fids/fid.ts';
import { bumpVersion } from '../qid.ts';
import type { Request } from '../request.ts';

/** Staging buffer: several ranges that fit in it are moved by one call of the backend, which is one of the host. */
const stage = new Uint8Array(16 << 10);
const stageViews = new Views();

/** Most bytes of a listing in one reply, since each entry of a host directory costs several system calls. */
export const MAX_LISTING = 1 << 16;
/** Bytes of the smallest entry: qid[13] offset[8] type[1] name[s] with a name of one byte. */
const MIN_DIRENT = 25;

/**
 * Reads from `offset` into the payload, as many bytes as it has room for; 0 at the end of the file.
 * EBADF: no such fid; EISDIR; EBADF: not open for reading. (9P: read)
 */
export function read({ session, t, r, payload }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined) return E.EBADF;
  const iov = payload!;
  if (fid.xattr !== null) return give(r, fid.xattr.read(t.offset, iov));
  if (fid.flags !== UNOPENED && fid.inode.kind === S_IFDIR) return E.EISDIR;
  if (!fid.readable) return E.EBADF;
  const { backend } = session.server;
  const done = readRanges(backend, fid, t.offset, iov);
  if (done >= 0 && iov.total > 0) backend.accessed(fid.inode);
  return give(r, done);
}

/** Puts a count into the reply; a negative one is −errno. */
function give(r: Message, count: number): number {
  if (count < 0) return -count;
  r.count = count;
  return 0;
}

function isStaged(iov: Iov): boolean {
  return iov.count > 1 && iov.total <= stage.length;
}

function readRanges(backend: Backend, fid: Fid, offset: number, iov: Iov): number {
  if (isStaged(iov)) {
    const count = backend.read(fid.inode, fid.handle, offset, stage, 0, iov.total);
    iov.scatter(stage, count, stageViews);
    return count;
  }
  let done = 0;
  for (let i = 0; i < iov.count; i++) {
    const start = iov.start[i]!;
    const end = iov.end[i]!;
    const count = backend.read(fid.inode, fid.handle, offset + done, iov.u8, start, end);
    if (count < 0) return done > 0 ? done : count;
    done += count;
    if (count < end - start) break;
  }
  return done;
}

/**
 * Writes the payload at `offset`, or at the end when the fid was opened with O_APPEND.
 * EBADF: no such fid; EINVAL: `count` is not the length of the payload; EBADF: not open for writing; EFBIG, ENOSPC.
 * (9P: write)
 */
export function write({ session, t, r, payload }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined) return E.EBADF;
  const iov = payload!;
  if (iov.total !== t.count) return E.EINVAL;
  if (fid.xattr !== null) return give(r, fid.xattr.write(t.offset, iov));
  if (!fid.writable) return E.EBADF;
  const { backend } = session.server;
  const { inode } = fid;
  r.count = 0;
  if (iov.total === 0) return 0;
  const offset = (fid.flags & O_APPEND) !== 0 ? backend.size(inode) : t.offset;
  // A file system of the host may allow larger offsets than a number can hold.
  if (offset + iov.total > Number.MAX_SAFE_INTEGER) return E.EFBIG;
  const done = writeRanges(backend, fid, offset, iov);
  if (done <= 0) return -done;
  bumpVersion(inode);
  backend.modified(inode);
  iov.reached = offset + done;
  r.count = done;
  return 0;
}

function writeRanges(backend: Backend, fid: Fid, offset: number, iov: Iov): number {
  if (isStaged(iov)) {
    iov.gather(stage);
    return backend.write(fid.inode, fid.handle, offset, stage, 0, iov.total);
  }
  let done = 0;
  for (let i = 0; i < iov.count; i++) {
    const start = iov.start[i]!;
    const end = iov.end[i]!;
    if (start === end) continue;
    const count = backend.write(fid.inode, fid.handle, offset + done, iov.u8, start, end);
    if (count < 0) return done > 0 ? done : count;
    done += count;
    if (count < end - start) break;
  }
  return done;
}

/** Drains the reclaim queue, and writes back the file. EBADF: no such fid, or not open. (9P: fsync) */
export function fsync({ session, t }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.flags === UNOPENED) return E.EBADF;
  session.server.sync();
  return session.server.backend.fsync(fid.inode, fid.handle, t.datasync !== 0);
}

/**
 * Lists an open directory from behind `cookie` on; no bytes at the end.
 * EBADF: no such fid; ENOTDIR; EBADF: not open; EINVAL: no room for one entry; ENOMEM: too many names remembered.
 * (9P: readdir)
 */
export function readdir({ session, t, r, payload }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.xattr !== null) return E.EBADF;
  if (fid.inode.kind !== S_IFDIR) return E.ENOTDIR;
  if (fid.flags === UNOPENED) return E.EBADF;
  // The payload of a client in this process may be longer than `count`.
  const room = Math.min(t.count, payload!.total, MAX_LISTING);
  if (room < MIN_DIRENT) return E.EINVAL;
  const { backend } = session.server;
  fid.stream ??= new DirStream(session, fid.inode);
  const cookie = t.cookie_hi * 0x1_0000_0000 + t.cookie_lo;
  const count = fid.stream.read(cookie, payload!, room);
  if (count > 0) backend.accessed(fid.inode);
  return give(r, count);
}
