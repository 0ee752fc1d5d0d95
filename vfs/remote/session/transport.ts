// The transport to a server over a wire: what the client sends one by one is put together here where nobody has to wait.
import { Message, TYPE } from '../../9p/codec.gen.ts';
import { NONUNAME } from '../../9p/constants.ts';
import { Client } from '../../client/client.ts';
import { NumberPool } from '../../client/pool.ts';
import { Iov } from '../../lib/iov.ts';
import { O_ACCMODE, O_APPEND, O_RDONLY } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import type { Pipelining } from '../../transport/transport.ts';
import type { SessionSettings } from '../settings.ts';
import type { ClientWire } from '../wire/client-wire.ts';
import { Fids, OWN_FIDS, RemoteFid } from './fids.ts';
import { CHANGES, Loose, takeLost } from './loose.ts';
import { RemoteNames } from './names.ts';
import { NAMELESS, RemoteOrphans } from './orphans.ts';
import { ReadAhead } from './read-ahead.ts';
import { answer, lastCookie, refuse } from './replies.ts';
import { Requests, type Flight } from './requests.ts';

/** Requests that a server may refuse for their order before it counts as one that has none. */
const OUT_OF_ORDER = 3;

const NOTHING = new Iov();

/**
 * A session with a server over a wire. A clone and a clunk are answered at once: the server's answer is awaited with that
 * of a later request. If it is an errno, the next request on the fid has it. A clunk of a file that was written is waited
 * for.
 */
export class RemoteTransport implements Pipelining<Flight> {
  readonly requests: Requests;
  readonly fids = new Fids();
  private readonly settings: SessionSettings;
  private readonly wire: ClientWire;
  private readonly saved: number[] = [];
  private readonly about: RemoteFid[] = [];
  private isClosed = false;
  /** Requests of our own. */
  private readonly client: Client;
  private readonly orphans: RemoteOrphans;
  private readonly names: RemoteNames;
  /** The cache of `cache=loose`; else null. */
  private readonly loose: Loose | null;
  /** True once a file was read. */
  private hasRead = false;
  /** True if the server keeps the fid of a walk that has not found all names (diod 1.0.24); null: not known yet. */
  private leavesFids: boolean | null = null;

  constructor(wire: ClientWire, settings: SessionSettings) {
    this.wire = wire;
    this.settings = settings;
    this.requests = new Requests(wire, settings.msize, settings.timeout, new Message());
    this.client = new Client(this);
    Object.assign(this.client, { fids: new NumberPool(OWN_FIDS, OWN_FIDS * 2) });
    this.loose = settings.cache === 'loose' ? new Loose(this.requests) : null;
    this.orphans = new RemoteOrphans(this.client, this.fids, settings.orphans);
    this.names = new RemoteNames((t, r) => this.plain(t, r, NOTHING), this.client, this.fids, this.orphans);
  }

  /** True unless the server takes requests in another order than they were sent: then each is sent alone. */
  get isOrdered(): boolean {
    return this.requests.repeated < OUT_OF_ORDER;
  }

  get msize(): number {
    return this.settings.msize;
  }

  rpc(t: Message, r: Message, payload: Iov): number {
    const { loose } = this;
    if (loose !== null) {
      if (t.type === TYPE.Twrite) {
        if (this.writeBehind(loose, t, payload)) return ((r.count = t.count), answer(t, r));
      } else if (t.type === TYPE.Tgetattr) {
        const fid = this.fids.get(t.fid);
        if (fid !== undefined && loose.attributesOf(fid, t.request_mask, r)) return answer(t, r);
      }
      loose.settle();
      const lost = takeLost(this.fids.get(t.fid), t.type);
      if (lost !== 0) return t.type === TYPE.Tclunk ? (this.clunk(t, r), refuse(t, r, lost)) : refuse(t, r, lost);
      if (CHANGES.has(t.type)) loose.forget();
    }
    return this.dispatch(t, r, payload);
  }

  private dispatch(t: Message, r: Message, payload: Iov): number {
    switch (t.type) {
      case TYPE.Tversion:
        return this.version(t, r);
      case TYPE.Tattach:
        return this.attach(t, r);
      case TYPE.Twalk:
        return t.nwname === 0 ? this.clone(t, r) : this.plain(t, r, payload);
      case TYPE.Tclunk:
        return this.clunk(t, r);
      case TYPE.Tremove:
        return this.remove(t, r);
      case TYPE.Tread:
        return this.read(t, r, payload);
      case TYPE.Treaddir:
        return this.readdir(t, r, payload);
      case TYPE.Tgetattr:
        return this.getattr(t, r);
      case TYPE.Tunlinkat:
        return this.names.unlink(t, r);
      case TYPE.Trenameat:
        return this.names.rename(t, r);
      case TYPE.Tlink:
      case TYPE.Trename:
        return this.names.isNameless(t) ? refuse(t, r, NAMELESS) : this.plain(t, r, payload);
      case TYPE.Twrite:
      case TYPE.Tsetattr:
      case TYPE.Tlock:
      case TYPE.Tfsync:
        this.changed(t);
        return this.plain(t, r, payload);
      default:
        return this.plain(t, r, payload);
    }
  }

  /** Sends a write that nobody waits for; false if it must be waited for. */
  private writeBehind(loose: Loose, t: Message, payload: Iov): boolean {
    const fid = this.fids.get(t.fid);
    if (fid === undefined || fid.isXattr || fid.lost !== 0 || !this.isOrdered || (fid.flags & O_APPEND) !== 0)
      return false;
    if (!loose.follows(fid, t.offset)) loose.settle();
    if (fid.lost !== 0) return false;
    this.changed(t);
    loose.forget();
    const flight = this.begin(t, payload);
    if (typeof flight === 'number') return false;
    loose.behind(flight, fid, t.offset, t.count);
    return true;
  }

  /** Sends a request and waits for its reply. */
  private plain(t: Message, r: Message, payload: Iov): number {
    const flight = this.begin(t, payload);
    return typeof flight === 'number' ? refuse(t, r, -flight) : this.finish(flight, r, payload);
  }

  begin(t: Message, payload: Iov = NOTHING): Flight | number {
    const { fids, about, saved } = this;
    fids.of(t, about);
    const failed = about.find((fid) => fid.failed !== 0);
    if (failed !== undefined) return -failed.failed;
    const { newfid } = t;
    const makes = t.type === TYPE.Twalk || t.type === TYPE.Txattrwalk;
    const made = makes ? fids.own() : null;
    fids.translate(t, saved);
    if (made !== null) t.newfid = made.wire;
    const flight = this.requests.begin(t, payload);
    fids.restore(t, saved);
    t.newfid = newfid;
    if (typeof flight === 'number') {
      if (made !== null) fids.free(made);
      return flight;
    }
    flight.fid = about[0] ?? null;
    flight.isEarly = about.some((fid) => fid.walk !== null);
    flight.count = t.type === TYPE.Twalk ? t.nwname : t.flags;
    if (made !== null) {
      flight.made = made;
      flight.newfid = newfid;
      made.walk = flight;
      fids.put(newfid, made);
    }
    return flight;
  }

  finish(flight: Flight, r: Message, payload: Iov = NOTHING): number {
    const { requests } = this;
    let errno = requests.wait(flight, r, payload);
    if (errno !== 0 && flight.isEarly && this.isThere(flight.fid) && requests.again(flight)) {
      errno = requests.wait(flight, r, payload);
    }
    this.settle(flight, errno, r);
    requests.done(flight);
    return errno;
  }

  /** True if the fid of a request has been made since; waits for it. */
  private isThere(fid: RemoteFid | null): boolean {
    if (fid === null) return false;
    const { walk } = fid;
    if (walk !== null) this.requests.land(walk);
    return fid.walk === null && fid.failed === 0;
  }

  /** Notes what a reply has changed. */
  private settle(flight: Flight, errno: number, r: Message): void {
    const { fid, made, newfid, count } = flight;
    if (made !== null) {
      made.walk = null;
      const isMade = errno === 0 && (flight.type !== TYPE.Twalk || r.nwqid === count);
      if (!isMade) {
        this.fids.forget(newfid, made);
        this.unmade(made, errno === 0 && flight.type === TYPE.Twalk && r.nwqid > 0);
      } else if (flight.type === TYPE.Txattrwalk) made.isXattr = true;
      else if (count === 0) made.copy(fid!);
      else made.setQid(r.wqid_type[count - 1]!, r.wqid_path_lo[count - 1]!, r.wqid_path_hi[count - 1]!);
    }
    if (fid === null || errno !== 0) return;
    if (flight.type === TYPE.Txattrcreate) fid.isXattr = true;
    if (flight.type === TYPE.Tlcreate) fid.setQid(r.qid_type, r.qid_path_lo, r.qid_path_hi);
    if (flight.type === TYPE.Tlopen || flight.type === TYPE.Tlcreate) fid.flags = flight.count;
  }

  /** The fid of a request that has failed: its number is free, unless the server has kept it for a part of the walk. */
  private unmade(fid: RemoteFid, isPart: boolean): void {
    // Requests that are on their way already have failed, and are not to be sent again.
    fid.failed = E.ENOENT;
    if (!isPart || this.leavesFids === false) return this.fids.free(fid);
    const own = this.client.fids.take();
    this.fids.put(own, new RemoteFid(fid.wire));
    const { t } = this.client;
    t.type = TYPE.Tclunk;
    t.fid = own;
    const flight = this.begin(t);
    this.fids.forget(own, this.fids.get(own)!);
    this.client.fids.give(own);
    if (typeof flight === 'number') return;
    this.requests.drop(flight, (errno) => {
      this.leavesFids ??= errno === 0;
      this.fids.free(fid);
    });
  }

  private version(t: Message, r: Message): number {
    const errno = this.plain(t, r, NOTHING);
    if (errno === 0) this.requests.msize = Math.min(this.settings.msize, r.msize);
    return errno;
  }

  /** Names the user and the tree, which the client leaves open. */
  private attach(t: Message, r: Message): number {
    const { aname, uname, uid } = this.settings;
    const { fid, uname: askedName, aname: askedTree, n_uname: askedId } = t;
    t.uname ||= uname;
    t.aname ||= aname;
    if (t.n_uname === NONUNAME && uid !== null) t.n_uname = uid;
    const root = this.fids.own();
    t.fid = root.wire;
    const errno = this.plain(t, r, NOTHING);
    [t.fid, t.uname, t.aname, t.n_uname] = [fid, askedName, askedTree, askedId];
    if (errno !== 0) this.fids.free(root);
    else {
      root.setQid(r.qid_type, r.qid_path_lo, r.qid_path_hi);
      this.fids.put(fid, root);
    }
    return errno;
  }

  /** A walk of no names: nothing but a fid that is not there, or one too many, can make it fail. */
  private clone(t: Message, r: Message): number {
    if (!this.isOrdered) return this.plain(t, r, NOTHING);
    const from = this.fids.get(t.fid);
    const flight = this.begin(t);
    if (typeof flight === 'number') return refuse(t, r, -flight);
    const made = flight.made!;
    if (from !== undefined) made.copy(from);
    this.requests.drop(flight, (errno) => {
      made.walk = null;
      made.failed = errno;
    });
    r.type = TYPE.Rwalk;
    r.tag = t.tag;
    r.nwqid = 0;
    return 0;
  }

  private clunk(t: Message, r: Message): number {
    const fid = this.fids.get(t.fid);
    if (fid === undefined) return this.plain(t, r, NOTHING);
    fid.ahead?.drop();
    const { orphan } = fid;
    if (orphan !== null) fid.orphan = null;
    const errno = this.drop(fid, t, r);
    if (orphan !== null && t.fid < OWN_FIDS) this.orphans.left(orphan);
    return errno;
  }

  private drop(fid: RemoteFid, t: Message, r: Message): number {
    if (fid.failed !== 0) {
      this.fids.forget(t.fid, fid);
      this.fids.free(fid);
      return answer(t, r);
    }
    // A server that answers in any order might drop the fid before it is there.
    if (fid.walk !== null) this.requests.land(fid.walk);
    const flight = this.begin(t);
    this.fids.forget(t.fid, fid);
    if (typeof flight === 'number') return refuse(t, r, -flight);
    const isWritten = fid.isXattr || (fid.flags >= 0 && (fid.flags & O_ACCMODE) !== O_RDONLY);
    if (isWritten) {
      const errno = this.finish(flight, r);
      this.fids.free(fid);
      return errno;
    }
    this.requests.drop(flight, () => this.fids.free(fid));
    // At once: the file may be an orphan that lives as long as the fid.
    this.requests.flush();
    return answer(t, r);
  }

  /** Tremove drops the fid even on an error. */
  private remove(t: Message, r: Message): number {
    const fid = this.fids.get(t.fid);
    const errno = this.plain(t, r, NOTHING);
    if (fid === undefined) return errno;
    fid.ahead?.drop();
    this.fids.forget(t.fid, fid);
    this.fids.free(fid);
    return errno;
  }

  private read(t: Message, r: Message, payload: Iov): number {
    const { fid: num, offset } = t;
    const fid = this.fids.get(num);
    if (fid === undefined || fid.isXattr || fid.flags < 0) return this.plain(t, r, payload);
    fid.ahead ??= new ReadAhead(this, num);
    this.hasRead = true;
    const { total } = payload;
    let done = fid.ahead.take(offset, payload);
    if (done < 0) {
      const errno = this.plain(t, r, payload);
      if (errno !== 0) return errno;
      done = r.count;
    }
    fid.ahead.read(offset, done, done === total && total > 0);
    r.type = TYPE.Rread;
    r.tag = t.tag;
    r.count = done;
    return 0;
  }

  private readdir(t: Message, r: Message, payload: Iov): number {
    for (;;) {
      const errno = this.plain(t, r, payload);
      if (errno !== 0 || !this.orphans.isHiding || r.count === 0) return errno;
      const { count } = r;
      const cookie = lastCookie(payload, count);
      r.count = this.orphans.filter(payload, count);
      if (r.count > 0 || cookie === null) return 0;
      // Nothing but hidden names: no end of the directory.
      [t.cookie_lo, t.cookie_hi] = cookie;
    }
  }

  private getattr(t: Message, r: Message): number {
    this.changed(t);
    const fid = this.fids.get(t.fid);
    const flight = this.begin(t);
    const errno = typeof flight === 'number' ? refuse(t, r, -flight) : this.finish(flight, r);
    const orphan = fid?.orphan ?? null;
    if (errno === 0 && orphan === null && fid !== undefined && typeof flight === 'object') {
      this.loose?.keep(fid, t.request_mask, flight.reply);
    }
    if (errno === 0 && orphan !== null) r.nlink = Math.max(0, r.nlink - 1);
    return errno;
  }

  /** Forgets what was read ahead of a file that a request may change, or look at. */
  private changed(t: Message): void {
    const fid = this.fids.get(t.fid);
    if (fid === undefined || !this.hasRead) return;
    for (const other of this.fids.all()) {
      if (other.ahead !== null && other.pathLo === fid.pathLo && other.pathHi === fid.pathHi) other.ahead.drop();
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.loose?.settle();
    if (!this.requests.isOver) this.orphans.end();
    this.isClosed = true;
    this.requests.close();
    this.wire.close();
  }
}
