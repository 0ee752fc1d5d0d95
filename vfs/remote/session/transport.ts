// The transport to a server over a wire: what the client sends one by one is put together here where nobody has to wait.
import { Message, TYPE } from '../../9p/codec.gen.ts';
import { NONUNAME, QTDIR } from '../../9p/constants.ts';
import { Iov } from '../../lib/iov.ts';
import { O_ACCMODE, O_RDONLY } from '../../linux/constants.ts';
import type { Pipelining } from '../../transport/transport.ts';
import type { Wire } from '../wire/wire.ts';
import { Fids, type RemoteFid } from './fids.ts';
import { Requests, type Flight } from './requests.ts';

/** What a session is told at its start. */
export interface SessionSettings {
  readonly msize: number;
  readonly timeout: number;
  readonly aname: string;
  readonly uname: string;
  readonly uid: number | null;
}

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
  private readonly wire: Wire;
  private readonly saved: number[] = [];
  private readonly about: RemoteFid[] = [];
  private isClosed = false;

  constructor(wire: Wire, settings: SessionSettings) {
    this.wire = wire;
    this.settings = settings;
    this.requests = new Requests(wire, settings.msize, settings.timeout, new Message());
  }

  get msize(): number {
    return this.settings.msize;
  }

  rpc(t: Message, r: Message, payload: Iov): number {
    switch (t.type) {
      case TYPE.Tversion:
        return this.version(t, r);
      case TYPE.Tattach:
        return this.attach(t, r);
      case TYPE.Twalk:
        return t.nwname === 0 ? this.clone(t, r) : this.plain(t, r, payload);
      case TYPE.Tclunk:
        return this.clunk(t, r);
      default:
        return this.plain(t, r, payload);
    }
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
        this.fids.free(made);
      } else if (flight.type === TYPE.Txattrwalk) made.isXattr = true;
      else if (count === 0) made.copy(fid!);
      else setQid(made, r.wqid_type[count - 1]!, r.wqid_path_lo[count - 1]!, r.wqid_path_hi[count - 1]!);
    }
    if (fid === null || errno !== 0) return;
    if (flight.type === TYPE.Txattrcreate) fid.isXattr = true;
    if (flight.type === TYPE.Tlcreate) setQid(fid, r.qid_type, r.qid_path_lo, r.qid_path_hi);
    if (flight.type === TYPE.Tlopen || flight.type === TYPE.Tlcreate) fid.flags = flight.count;
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
      setQid(root, r.qid_type, r.qid_path_lo, r.qid_path_hi);
      this.fids.put(fid, root);
    }
    return errno;
  }

  /** A walk of no names: nothing but a fid that is not there, or one too many, can make it fail. */
  private clone(t: Message, r: Message): number {
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

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.requests.close();
    this.wire.close();
  }
}

/** Makes `r` the reply of a request that needs none of the server. Returns 0. */
function answer(t: Message, r: Message): number {
  r.type = t.type + 1;
  r.tag = t.tag;
  return 0;
}

/** Makes `r` an Rlerror. Returns the errno. */
function refuse(t: Message, r: Message, errno: number): number {
  r.type = TYPE.Rlerror;
  r.tag = t.tag;
  r.ecode = errno;
  return errno;
}

function setQid(fid: RemoteFid, type: number, pathLo: number, pathHi: number): void {
  fid.type = type;
  fid.pathLo = pathLo;
  fid.pathHi = pathHi;
}

/** True if a fid is on a directory. */
export function isDirectory(fid: RemoteFid): boolean {
  return (fid.type & QTDIR) !== 0;
}
