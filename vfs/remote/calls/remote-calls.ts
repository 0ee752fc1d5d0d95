// The *at calls on a server over a wire: the requests of a call go out in one write where the path allows it.
import { TYPE, Message } from '../../9p/codec.gen.ts';
import { MAXWELEM, QTDIR, QTSYMLINK } from '../../9p/constants.ts';
import { AtCalls } from '../../client/at/at-calls.ts';
import type { Found } from '../../client/at/resolve/found.ts';
import { parsePath, pathErrno, type Path } from '../../client/at/resolve/path.ts';
import { isPlain } from '../../client/at/resolve/resolver.ts';
import type { FileStatus } from '../../client/attributes.ts';
import type { Client } from '../../client/client.ts';
import { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_TRUNC } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import type { Pipelining } from '../../transport/transport.ts';

/** Flags with which an open is not sent before the type of the file is known. */
const CAREFUL = O_CREAT | O_DIRECTORY | O_TRUNC;

/**
 * The calls of AtCalls, with the same results. A plain path, and a file that is no symlink, take one round trip for a stat
 * and one for an open; every other case is that of AtCalls. A server may follow a symlink within a walk by itself: then
 * the path is walked again, name by name.
 */
export class RemoteCalls extends AtCalls {
  private readonly scratch = new Message();

  override statat(dir: number, text: string, follow: boolean, mask: number, into: FileStatus): number {
    const path = parsePath(text);
    const wire = pipelining(this.client);
    if (wire === null || !this.isDirect(path)) return super.statat(dir, text, follow, mask, into);
    const { client } = this;
    const { t, r } = client;
    const walk = beginWalk(client, wire, dir, path);
    if (walk === null) return super.statat(dir, text, follow, mask, into);
    t.fid = walk.newfid;
    t.request_mask = mask;
    t.type = TYPE.Tgetattr;
    const getattr = wire.begin(t);
    let errno = finishWalk(client, wire, walk, path);
    const type = r.wqid_type[path.names.length - 1]!;
    const isWalked = errno === 0;
    if (errno === 0 && type === QTSYMLINK && follow) errno = ELSEWHERE;
    if (typeof getattr === 'number') errno ||= -getattr;
    else errno = errno ? (wire.finish(getattr, this.scratch), errno) : wire.finish(getattr, into.attributes);
    if (isWalked) client.clunk(walk.newfid);
    if (errno === ELSEWHERE) return super.statat(dir, text, follow, mask, into);
    into.device = this.device;
    return errno;
  }

  override openat(dir: number, text: string, flags: number, into: Found): number {
    const path = parsePath(text);
    const wire = pipelining(this.client);
    if (wire === null || (flags & CAREFUL) !== 0 || !this.isDirect(path)) return super.openat(dir, text, flags, into);
    const { client } = this;
    const { t, r } = client;
    const walk = beginWalk(client, wire, dir, path);
    if (walk === null) return super.openat(dir, text, flags, into);
    t.fid = walk.newfid;
    // The server is not to follow a symlink that takes the place of the file.
    t.flags = (flags & ~O_EXCL) | O_NOFOLLOW;
    t.type = TYPE.Tlopen;
    const lopen = wire.begin(t);
    let errno = finishWalk(client, wire, walk, path);
    const type = r.wqid_type[path.names.length - 1]!;
    const isWalked = errno === 0;
    const opened = typeof lopen === 'number' ? -lopen : wire.finish(lopen, this.scratch);
    // A directory must not be open, and a symlink leads elsewhere.
    if (isWalked && (type === QTDIR || type === QTSYMLINK)) errno = ELSEWHERE;
    errno ||= opened;
    if (errno === 0) return into.set(this, walk.newfid, type);
    if (isWalked) client.clunk(walk.newfid);
    return errno === ELSEWHERE ? super.openat(dir, text, flags, into) : errno;
  }

  /** True if a path is one walk in this tree, and its last name may be any file. */
  private isDirect(path: Path): boolean {
    const { length } = path.names;
    return length > 0 && length <= MAXWELEM && !path.mustBeDir && pathErrno(this, path) === 0 && isPlain(this, path);
  }
}

/** The result of a walk that AtCalls has to make: no errno. */
const ELSEWHERE = -1;

interface Walk {
  readonly ticket: object;
  readonly newfid: number;
}

/** The transport of a client, if it can have several requests on their way; else null. */
function pipelining({ transport }: Client): Pipelining | null {
  if (!('begin' in transport)) return null;
  const wire = transport as Pipelining;
  return wire.isOrdered ? wire : null;
}

/** Begins a walk of all names of a path; null if it cannot be sent. */
function beginWalk(client: Client, wire: Pipelining, dir: number, { names }: Path): Walk | null {
  const { t } = client;
  const newfid = client.fids.take();
  if (newfid < 0) return null;
  t.type = TYPE.Twalk;
  t.tag = 1;
  t.fid = dir;
  t.newfid = newfid;
  t.nwname = names.length;
  t.wname = names as string[];
  const ticket = wire.begin(t);
  if (typeof ticket === 'object') return { ticket, newfid };
  client.fids.give(newfid);
  return null;
}

/**
 * Ends a walk: its qids are in `client.r`.
 * @returns 0, with the fid; an errno; ELSEWHERE if the path must be walked name by name.
 */
function finishWalk(client: Client, wire: Pipelining, { ticket, newfid }: Walk, { names }: Path): number {
  const { r } = client;
  r.nwqid = 0;
  const errno = wire.finish(ticket, r);
  const found = errno === 0 ? r.nwqid : 0;
  // All but the last are directories, or the server has followed a symlink.
  const isPlainWalk = r.wqid_type.subarray(0, Math.min(found, names.length - 1)).every((type) => type === QTDIR);
  if (errno === 0 && found === names.length && isPlainWalk) return 0;
  if (errno === 0 && found === names.length) client.clunk(newfid);
  else client.fids.give(newfid);
  if (errno !== 0) return errno;
  if (found > names.length) return E.EPROTO;
  return isPlainWalk && found === names.length - 1 ? E.ENOENT : ELSEWHERE;
}
