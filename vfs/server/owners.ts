// Gives new files to the user whose fid they are made by. A user is the n_uname of Tattach, and the fids walked from there
// are the user's, too: Linux attaches once for each user of a mount. The handlers are wrapped here, and not changed, so
// that programs in this process, which name no user, pay nothing.
import { TYPE } from '../9p/codec.gen.ts';
import { NONUNAME, SETATTR_GID, SETATTR_MODE, SETATTR_UID } from '../9p/constants.ts';
import type { SetAttr } from '../backend/backend.ts';
import type { Inode } from '../backend/inode.ts';
import { releaseUnused } from '../backend/inode-refs.ts';
import type { Handler } from './handlers/guest.ts';
import type { Session } from './session.ts';

/** The bits that a change of the owner clears: set-user-ID and set-group-ID. */
const PRIVILEGED = 0o6000;

/** The users of the fids of a session, without root and clients that name nobody. */
const usersOf = new WeakMap<Session, Map<number, number>>();

const set: SetAttr = {
  valid: 0,
  mode: 0,
  uid: 0,
  gid: 0,
  size: 0,
  atime_sec: 0,
  atime_nsec: 0,
  mtime_sec: 0,
  mtime_nsec: 0,
};

/** Notes the user of a new fid. */
function note(session: Session, fid: number, user: number): void {
  let users = usersOf.get(session);
  if (users === undefined) usersOf.set(session, (users = new Map()));
  users.set(fid, user);
}

/**
 * Gives a new file to the user of a fid and to the group of the request. A store or a host that does not permit it keeps
 * the file as it was made, as chown(2) is for root only.
 */
function give({ server }: Session, inode: Inode, uid: number, gid: number, mode: number): void {
  set.valid = SETATTR_UID | SETATTR_GID | ((mode & PRIVILEGED) === 0 ? 0 : SETATTR_MODE);
  set.uid = uid;
  set.gid = gid;
  set.mode = mode & 0o7777;
  try {
    server.backend.setattr(inode, set);
  } catch (thrown) {
    server.errnoOf(thrown);
  }
}

/** A handler that makes `name` in the directory of `dfid`. */
const making =
  (handler: Handler): Handler =>
  (request) => {
    const errno = handler(request);
    if (errno !== 0) return errno;
    const { session, t } = request;
    const uid = usersOf.get(session)?.get(t.dfid) ?? 0;
    if (uid === 0 && t.gid === 0) return 0;
    const { backend } = session.server;
    const inode = backend.lookup(session.fids.get(t.dfid)!.inode, t.name);
    if (typeof inode === 'number') return 0; // another process has removed it
    give(session, inode, uid, t.gid, t.type === TYPE.Tsymlink ? 0 : t.mode);
    releaseUnused(backend, inode);
    return 0;
  };

/** A handler that drops `fid`. */
const dropping =
  (handler: Handler): Handler =>
  (request) => {
    usersOf.get(request.session)?.delete(request.t.fid);
    return handler(request);
  };

const WRAPS: Readonly<Record<number, (handler: Handler) => Handler>> = {
  [TYPE.Tversion]: (handler) => (request) => {
    usersOf.delete(request.session);
    return handler(request);
  },
  [TYPE.Tattach]: (handler) => (request) => {
    const errno = handler(request);
    const { fid, n_uname: user } = request.t;
    if (errno === 0 && user !== NONUNAME && user !== 0) note(request.session, fid, user);
    return errno;
  },
  [TYPE.Twalk]: (handler) => (request) => {
    const errno = handler(request);
    const { session, t } = request;
    // A number that is free has no entry.
    const user = usersOf.get(session)?.get(t.fid);
    // Not made if a name after the first was not found.
    const isMade = errno === 0 && t.newfid !== t.fid && session.fids.get(t.newfid) !== undefined;
    if (user !== undefined && isMade) note(session, t.newfid, user);
    return errno;
  },
  [TYPE.Tlcreate]: (handler) => (request) => {
    const { session, t } = request;
    const uid = usersOf.get(session)?.get(t.fid) ?? 0;
    if (uid === 0 && t.gid === 0) return handler(request);
    const dir = session.fids.get(t.fid)?.inode;
    const version = dir?.version;
    const errno = handler(request);
    // A file that was there before keeps its owner.
    if (errno === 0 && dir!.version !== version) give(session, session.fids.get(t.fid)!.inode, uid, t.gid, t.mode);
    return errno;
  },
  [TYPE.Tmkdir]: making,
  [TYPE.Tsymlink]: making,
  [TYPE.Tmknod]: making,
  [TYPE.Tclunk]: dropping,
  [TYPE.Tremove]: dropping,
};

/** The handlers, of which those that make files give them to the user. */
export function withOwners<T extends Readonly<Record<number, Handler>>>(handlers: T): T {
  const wrapped: Record<number, Handler> = { ...handlers };
  for (const [type, wrap] of Object.entries(WRAPS)) wrapped[Number(type)] = wrap(handlers[Number(type)]!);
  return wrapped as T;
}
