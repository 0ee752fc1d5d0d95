import type { Message } from '../../9p/codec.gen.ts';
import { XATTR_CREATE, XATTR_REPLACE } from '../../9p/constants.ts';
import { E } from '../../errno.ts';
import { UNOPENED } from '../fid.ts';
import { checkNewFid, makeFid } from '../references.ts';
import { NAME_MAX, longerThan } from '../rules.ts';
import type { Session } from '../session.ts';
import { XATTR_SIZE_MAX, XattrIo } from '../xattr-io.ts';

const encoder = new TextEncoder();

/**
 * Makes `newfid` read the value of an attribute, or with an empty name the list of names, each ended by NUL.
 * EBADF: no such fid, or newfid in use; ERANGE: a long name; ENODATA; ENOTSUP. (9P: xattrwalk)
 */
export function xattrwalk(session: Session, t: Message, r: Message): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.xattr !== null) return E.EBADF;
  const errno = checkNewFid(session, t.newfid);
  if (errno !== 0) return errno;
  if (longerThan(t.name, NAME_MAX)) return E.ERANGE;
  const { backend } = session.server;
  let value: Uint8Array | number;
  if (t.name === '') {
    const names = backend.listxattr(fid.inode);
    value = typeof names === 'number' ? names : encoder.encode(names.map((name) => `${name}\0`).join(''));
  } else value = backend.getxattr(fid.inode, t.name);
  if (typeof value === 'number') return value;
  const reader = makeFid(session, t.newfid, fid.inode, fid.parent, fid.name);
  reader.xattr = new XattrIo(t.name, value, -1);
  r.size = value.length;
  return 0;
}

/**
 * Turns the fid into one that gathers an attribute's value; it is set when the fid is clunked.
 * EBADF; EINVAL: the fid is open, unknown flags, no name; ERANGE: a long name; E2BIG. (9P: xattrcreate)
 */
export function xattrcreate(session: Session, t: Message, _r: Message): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.xattr !== null) return E.EBADF;
  if (fid.flags !== UNOPENED || t.name === '') return E.EINVAL;
  if ((t.flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) return E.EINVAL;
  if (longerThan(t.name, NAME_MAX)) return E.ERANGE;
  if (t.attr_size > XATTR_SIZE_MAX) return E.E2BIG;
  fid.xattr = new XattrIo(t.name, new Uint8Array(t.attr_size), t.flags);
  return 0;
}
