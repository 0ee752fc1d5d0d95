// Handlers of Txattrwalk and Txattrcreate.
import { XATTR_CREATE, XATTR_REPLACE } from '../../linux/constants.ts';
import { byteLength, encodeText } from '../../lib/utf8.ts';
import { E } from '../../linux/errno.ts';
import { UNOPENED } from '../fids/fid.ts';
import { checkNewFid, makeFid } from '../fids/fid-life.ts';
import { NAME_MAX } from '../../linux/limits.ts';
import { longerThan } from '../checks.ts';
import type { Request } from '../request.ts';
import type { Session } from '../session.ts';
import { XATTR_SIZE_MAX, XattrIo } from '../fids/xattr-io.ts';

/** Most fids on attributes in a session. */
export const XATTRS_MAX = 1024;

/**
 * Makes `newfid` read the value of an attribute, or with an empty name the list of names, each terminated by NUL.
 * EBADF: no such fid, or newfid in use; EMFILE; ERANGE: a name longer than NAME_MAX; ENOTSUP; ENODATA. (9P: xattrwalk)
 */
export function xattrwalk({ session, t, r }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.xattr !== null) return E.EBADF;
  const errno = checkNewFid(session, t.newfid) || checkRoom(session);
  if (errno !== 0) return errno;
  if (longerThan(t.name, NAME_MAX)) return E.ERANGE;
  const { backend } = session.server;
  let value: Uint8Array | number;
  if (t.name === '') {
    const names = backend.listxattr(fid.inode);
    value = typeof names === 'number' ? names : listOf(names);
  } else value = backend.getxattr(fid.inode, t.name);
  if (typeof value === 'number') return value;
  const reader = makeFid(session, t.newfid, fid.inode, fid.parent, fid.name);
  reader.xattr = new XattrIo(t.name, value, -1);
  session.xattrs++;
  r.size = value.length;
  return 0;
}

/**
 * Makes the fid collect an attribute's value by Twrite; its clunk sets the attribute.
 * EBADF; EINVAL: the fid is open, the name empty, or a flag unknown; ERANGE: a name longer than NAME_MAX; E2BIG: a size
 * above 65,536; EROFS; ENOTSUP: the store keeps no attribute of this name; EMFILE. (9P: xattrcreate)
 */
export function xattrcreate({ session, t }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.xattr !== null) return E.EBADF;
  if (fid.flags !== UNOPENED || t.name === '') return E.EINVAL;
  if ((t.flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) return E.EINVAL;
  if (longerThan(t.name, NAME_MAX)) return E.ERANGE;
  if (t.attr_size > XATTR_SIZE_MAX) return E.E2BIG;
  const { backend } = session.server;
  if (backend.readOnly) return E.EROFS;
  // Asked now: the client may be told nothing at the clunk, where close(2) drops the errno.
  const errno = backend.getxattr(fid.inode, t.name) === E.ENOTSUP ? E.ENOTSUP : checkRoom(session);
  if (errno !== 0) return errno;
  fid.xattr = new XattrIo(t.name, new Uint8Array(t.attr_size), t.flags);
  session.xattrs++;
  return 0;
}

/** The bytes of names, each with a NUL. A name that has no bytes is left out. */
function listOf(names: readonly string[]): Uint8Array {
  const list = encodeText(names.map((name) => `${name}\0`).join(''));
  return list ?? listOf(names.filter((name) => byteLength(name) >= 0));
}

/** EMFILE if the session has too many fids on attributes, each of which holds up to 64 KiB. */
function checkRoom(session: Session): number {
  return session.xattrs < XATTRS_MAX ? 0 : E.EMFILE;
}
