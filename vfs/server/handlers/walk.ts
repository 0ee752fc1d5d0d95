// Handler of Twalk.
import { S_IFDIR } from '../../linux/constants.ts';
import type { Backend } from '../../backend/backend.ts';
import { RECLAIMED, type Inode } from '../../backend/inode.ts';
import { INTENT_BRIEF, INTENT_FIND, INTENT_FURTHER } from '../../backend/lookup-intent.ts';
import { E } from '../../linux/errno.ts';
import { UNOPENED } from '../fids/fid.ts';
import { releaseUnused } from '../../backend/inode-refs.ts';
import { checkNewFid, makeFid, moveFid } from '../fids/fid-life.ts';
import { qidType } from '../qid.ts';
import { checkWalkName } from '../checks.ts';
import type { Request } from '../request.ts';

/**
 * Walks up to 16 names from `fid` and makes `newfid` stand for the inode found; without names it clones the fid. The
 * fid may be open, as for diod and QEMU, since Linux walks from the fid of an open directory; the new one is not. If a
 * name after the first fails, the reply has the qids before it and newfid is not made. `..` of the root is the root.
 * EBADF: no such fid, or newfid in use; EMFILE; EINVAL: an open fid would be moved (newfid is fid); ENOTDIR, EINVAL,
 * ENAMETOOLONG, ENOENT: the first name. (walk(5))
 */
export function walk({ session, t, r }: Request): number {
  const fid = session.fids.get(t.fid);
  if (fid === undefined || fid.xattr !== null) return E.EBADF;
  const inPlace = t.newfid === t.fid;
  if (!inPlace) {
    const errno = checkNewFid(session, t.newfid);
    if (errno !== 0) return errno;
  }
  r.nwqid = 0;
  const count = t.nwname;
  if (count === 0) {
    if (!inPlace) makeFid(session, t.newfid, fid.inode, fid.parent, fid.name);
    return 0;
  }
  if (inPlace && fid.flags !== UNOPENED) return E.EINVAL;

  const { server } = session;
  const { backend } = server;
  let at = fid.inode;
  let parent = fid.parent;
  let name = fid.name;
  let intent = INTENT_FIND;
  for (let i = 0; i < count; i++) {
    const component = t.wname[i]!;
    const next = step(backend, at, component, intent | (session.brief && i === count - 1 ? INTENT_BRIEF : 0));
    // `.` and `..` need no lookup, so the next name is the first one.
    if (component[0] !== '.') intent = INTENT_FURTHER;
    if (typeof next === 'number') {
      releaseUnused(backend, at);
      return i === 0 ? next : 0;
    }
    if (next !== at) {
      const up = component === '..';
      parent = up ? null : at;
      name = up ? '' : component;
      releaseUnused(backend, at);
      at = next;
    }
    r.wqid_type[i] = qidType(at.kind);
    r.wqid_version[i] = at.version;
    r.wqid_path_lo[i] = at.ino;
    r.wqid_path_hi[i] = at.ino / 0x1_0000_0000;
    r.nwqid = i + 1;
  }
  if (inPlace) moveFid(session, fid, at, parent, name);
  else makeFid(session, t.newfid, at, parent, name);
  return 0;
}

/** The inode of one name in a directory, or an errno: ENOTDIR, EINVAL, ENAMETOOLONG, ENOENT. */
function step(backend: Backend, at: Inode, name: string, intent: number): Inode | number {
  if (at.kind !== S_IFDIR) return E.ENOTDIR;
  const errno = checkWalkName(backend, at, name);
  if (errno !== 0) return errno;
  if (name === '.') return at;
  if (name !== '..') return backend.lookup(at, name, intent);
  const up = backend.parent(at);
  return typeof up !== 'number' && up.state === RECLAIMED ? E.ENOENT : up;
}
