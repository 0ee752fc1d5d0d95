// Tells of the changes that requests make on a server, for fs.watch. The handlers of its sessions are replaced as long as
// someone listens, so that a server without listeners does nothing for it.
import { TYPE } from '../9p/codec.gen.ts';
import { SETATTR_SIZE } from '../9p/constants.ts';
import { O_TRUNC, S_IFDIR } from '../linux/constants.ts';
import type { Inode } from '../backend/inode.ts';
import { releaseUnused } from '../backend/inode-refs.ts';
import type { Fid } from './fids/fid.ts';
import type { GuestServer } from './guest-server.ts';
import type { Handler, Handlers } from './handlers/guest.ts';
import type { Request } from './request.ts';
import type { Session } from './session.ts';

/** The kinds of changes, as the events of inotify(7). */
export type ChangeKind =
  | 'made'
  | 'removed'
  | 'moved-from'
  | 'moved-to'
  /** A name that a rename replaced. */
  | 'replaced'
  | 'content'
  | 'attributes';

/** A change of a file. */
export interface FileChange {
  readonly kind: ChangeKind;
  /** Number of the directory that the name is in; 0 if that is unknown: the root, or a directory reached by `..`. */
  readonly dir: number;
  readonly name: string;
  /** Number of the file; 0 if that is unknown. */
  readonly ino: number;
  readonly isDir: boolean;
  /** True if the file has no name left. */
  readonly isGone: boolean;
}

/** Called for each change, within the request: it must not send one. */
export type Listen = (change: FileChange) => void;

/** A name in a directory, and the file that it stands for. */
interface NamedFile {
  readonly dir: number;
  readonly name: string;
  readonly ino: number;
  readonly isDir: boolean;
  readonly nlink: number;
}

/** Handlers that tell what they did. */
type Wrap = (handler: Handler, tell: (kind: ChangeKind, place: NamedFile, isGone?: boolean) => void) => Handler;

/** The place that a fid was walked to. */
function placeOf({ parent, name, inode }: Fid): NamedFile {
  return { dir: parent?.ino ?? 0, name, ino: inode.ino, isDir: inode.kind === S_IFDIR, nlink: 0 };
}

/** The place of a name before a request changes it. */
function look({ server, fids }: Session, dfid: number, name: string): NamedFile {
  const dir = fids.get(dfid)?.inode;
  const none = { dir: dir?.ino ?? 0, name, ino: 0, isDir: false, nlink: 0 };
  if (dir === undefined || dir.kind !== S_IFDIR) return none;
  let inode: Inode | number;
  try {
    inode = server.backend.lookup(dir, name);
  } catch {
    return none; // the request will meet the same
  }
  if (typeof inode === 'number') return none;
  const isDir = inode.kind === S_IFDIR;
  const place = { ...none, ino: inode.ino, isDir, nlink: isDir ? 1 : server.backend.nlink(inode) };
  releaseUnused(server.backend, inode);
  return place;
}

/** The number of the file in a reply. */
function inoOf({ r }: Request): number {
  return (r.qid_path_hi >>> 0) * 0x1_0000_0000 + (r.qid_path_lo >>> 0);
}

function making(isDir: boolean): Wrap {
  return (handler, tell) => (request) => {
    const { dfid, name } = request.t;
    const dir = request.session.fids.get(dfid)?.inode.ino ?? 0;
    const errno = handler(request);
    if (errno === 0) tell('made', { dir, name, ino: inoOf(request), isDir, nlink: 1 });
    return errno;
  };
}

/** A request that moves a name; `version` of its directory shows whether it did, as two names of a file stay. */
function moving(from: (request: Request) => NamedFile, to: (request: Request) => [dfid: number, name: string]): Wrap {
  return (handler, tell) => (request) => {
    const { session } = request;
    const source = from(request);
    const [dfid, name] = to(request);
    const target = look(session, dfid, name);
    const errno = handler(request);
    if (errno !== 0 || (source.ino === target.ino && source.ino !== 0)) return errno;
    tell('moved-from', source);
    if (target.ino !== 0) tell('replaced', target, target.nlink === 1);
    tell('moved-to', { ...source, dir: target.dir, name });
    return errno;
  };
}

const removing =
  (what: (request: Request) => NamedFile): Wrap =>
  (handler, tell) =>
  (request) => {
    const place = what(request);
    const errno = handler(request);
    if (errno === 0) tell('removed', place, place.nlink === 1);
    return errno;
  };

/** A request on the file of `fid`. */
const onFid =
  (kind: (request: Request) => ChangeKind | null): Wrap =>
  (handler, tell) =>
  (request) => {
    const errno = handler(request);
    const what = errno === 0 ? kind(request) : null;
    const fid = what === null ? undefined : request.session.fids.get(request.t.fid);
    if (what !== null && fid !== undefined) tell(what, placeOf(fid));
    return errno;
  };

/** By the type of a request that changes something. */
export const WRAPS: Readonly<Record<number, Wrap>> = {
  [TYPE.Tlcreate]: (handler, tell) => (request) => {
    const { session, t } = request;
    const dir = session.fids.get(t.fid)?.inode;
    const version = dir?.version;
    const errno = handler(request);
    const fid = session.fids.get(t.fid);
    if (errno !== 0 || fid === undefined) return errno;
    if (dir!.version !== version) tell('made', placeOf(fid));
    else if ((t.flags & O_TRUNC) !== 0) tell('content', placeOf(fid));
    return errno;
  },
  [TYPE.Tlopen]: onFid(({ t }) => ((t.flags & O_TRUNC) === 0 ? null : 'content')),
  [TYPE.Twrite]: onFid(({ r }) => (r.count === 0 ? null : 'content')),
  [TYPE.Tsetattr]: onFid(({ t }) => ((t.valid & SETATTR_SIZE) === 0 ? 'attributes' : 'content')),
  [TYPE.Tmkdir]: making(true),
  [TYPE.Tsymlink]: making(false),
  [TYPE.Tmknod]: making(false),
  [TYPE.Tlink]: (handler, tell) => (request) => {
    const { session, t } = request;
    const { dfid, fid, name } = t;
    const errno = handler(request);
    const ino = session.fids.get(fid)?.inode.ino ?? 0;
    if (errno === 0) tell('made', { dir: session.fids.get(dfid)?.inode.ino ?? 0, name, ino, isDir: false, nlink: 2 });
    return errno;
  },
  [TYPE.Tunlinkat]: removing(({ session, t }) => look(session, t.dfid, t.name)),
  [TYPE.Tremove]: removing(({ session, t }) => lookFid(session, t.fid)),
  [TYPE.Trenameat]: moving(
    ({ session, t }) => look(session, t.olddirfid, t.oldname),
    ({ t }) => [t.newdirfid, t.newname],
  ),
  [TYPE.Trename]: moving(
    ({ session, t }) => lookFid(session, t.fid),
    ({ t }) => [t.dfid, t.name],
  ),
};

/** The place of a fid that is about to lose its name. */
function lookFid({ server, fids }: Session, num: number): NamedFile {
  const fid = fids.get(num);
  if (fid === undefined) return { dir: 0, name: '', ino: 0, isDir: false, nlink: 0 };
  const place = placeOf(fid);
  return { ...place, nlink: place.isDir ? 1 : server.backend.nlink(fid.inode) };
}

/** The listeners of a server, and the handlers of its sessions that call them. */
class Tap {
  readonly listeners = new Set<Listen>();
  private readonly server: GuestServer;
  /** Handlers, and those that tell. */
  private readonly wrapped = new Map<Handlers, Handlers>();

  constructor(server: GuestServer) {
    this.server = server;
  }

  install(): void {
    const { server } = this;
    const { connected } = server;
    // An own method, so that sessions that begin are seen, too.
    server.connected = (session) => {
      connected.call(server, session);
      this.attach(session);
    };
    for (const session of server.sessions) this.attach(session);
  }

  remove(): void {
    delete (this.server as Partial<GuestServer>).connected;
    const own = new Map([...this.wrapped].map(([plain, telling]) => [telling, plain]));
    for (const session of this.server.sessions) fieldOf(session).handlers = own.get(fieldOf(session).handlers)!;
  }

  private attach(session: Session): void {
    const inner = fieldOf(session);
    let telling = this.wrapped.get(inner.handlers);
    if (telling === undefined) {
      telling = inner.handlers.map((handler, type) => handler && (WRAPS[type]?.(handler, this.tell) ?? handler));
      this.wrapped.set(inner.handlers, telling);
    }
    inner.handlers = telling;
  }

  private readonly tell = (kind: ChangeKind, { dir, name, ino, isDir }: NamedFile, isGone = false): void => {
    for (const listen of this.listeners) listen({ kind, dir, name, ino, isDir, isGone });
  };
}

/** The private field of a session that holds its handlers. */
function fieldOf(session: Session): { handlers: Handlers } {
  return session as unknown as { handlers: Handlers };
}

const taps = new WeakMap<GuestServer, Tap>();

/** Calls a function for each change on a server, until the function that is returned is called. */
export function tapChanges({ base: server }: GuestServer, listener: Listen): () => void {
  let tap = taps.get(server);
  if (tap === undefined) {
    tap = new Tap(server);
    taps.set(server, tap);
    tap.install();
  }
  const { listeners } = tap;
  listeners.add(listener);
  return () => {
    if (!listeners.delete(listener) || listeners.size > 0) return;
    tap.remove();
    taps.delete(server);
  };
}
