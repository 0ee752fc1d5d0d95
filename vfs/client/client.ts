// The 9P2000.L client: one method per message. Runs in a browser; never imports the server.
import { Message, TYPE } from '../9p/codec.gen.ts';
import { IOHDRSZ, NOFID, NOTAG, NONUNAME, VERSION } from '../9p/constants.ts';
import { E } from '../linux/errno.ts';
import { Iov } from '../lib/iov.ts';
import type { Transport } from '../transport/transport.ts';
import { NumberPool } from './pool.ts';

const NO_PAYLOAD = new Iov();

/**
 * A 9P2000.L client over a synchronous transport: one method per message. A method returns 0 or an errno, and the reply
 * is in `r` until the next call; a method that makes a fid returns it, one that moves bytes their number, or −errno.
 * Besides the errnos of the server, each may return EIO (the connection is gone) and EPROTO (a wrong reply).
 *
 * Messages that no WASI call needs are functions in rare-messages.ts, so that browsers do not load them.
 */
export class Client {
  /** The reply to the last request. */
  readonly r = new Message();
  /**
   * The fid of the root; −1 before `attach`. It is not NOFID, which is not a small integer: V8 would then represent the
   * field as a double.
   */
  root = -1;
  /** Longest message in bytes that both sides agreed on. */
  msize: number;
  /** The next request. @internal */
  readonly t = new Message();
  /** The connection. A tracer puts another one around it. */
  transport: Transport;
  /** The pool of fid numbers. @internal */
  readonly fids = new NumberPool(1, NOFID);
  private readonly chunk = new Iov();

  constructor(transport: Transport) {
    this.transport = transport;
    this.msize = transport.msize;
  }

  /** Tversion and Tattach: called once, before all others. EPROTO: the server does not speak 9P2000.L. */
  attach(uname = '', aname = ''): number {
    const { t, r } = this;
    t.type = TYPE.Tversion;
    t.tag = NOTAG;
    t.msize = this.transport.msize;
    t.version = VERSION;
    let errno = this.transport.rpc(t, r, NO_PAYLOAD);
    if (errno !== 0) return errno;
    if (r.version !== VERSION || r.msize > this.transport.msize || r.msize <= IOHDRSZ) return E.EPROTO;
    this.msize = r.msize;
    const fid = this.fids.take();
    t.fid = fid;
    t.afid = NOFID;
    t.uname = uname;
    t.aname = aname;
    t.n_uname = NONUNAME;
    errno = this.call(TYPE.Tattach);
    if (errno !== 0) this.fids.give(fid);
    else this.root = fid;
    return errno;
  }

  /** Number of fids in use, the root's included. */
  get fidsInUse(): number {
    return this.fids.used;
  }

  /** Ends the session: the server clunks all fids. */
  close(): void {
    this.transport.close();
  }

  /**
   * Sends `t` as a message of this type, with its payload by reference, and decodes the reply into `r`. Returns 0 or
   * the errno of the reply.
   */
  call(type: number, iov: Iov = NO_PAYLOAD, r = this.r): number {
    const { t } = this;
    t.type = type;
    // One request at a time: one tag suffices.
    t.tag = 1;
    return this.transport.rpc(t, r, iov);
  }

  /**
   * Twalk of `count` names, at most MAXWELEM, from `names[from]` on, to a new fid; 0 names clone the fid. Their qids
   * are in `r.wqid_*`.
   * @returns The new fid if all names were found. Else −errno: that of the first name, with `r.nwqid` 0; or −ENOENT,
   *   with `r.nwqid` the number of names found.
   */
  walk(fid: number, names: readonly string[], from: number, count: number): number {
    const { t, r } = this;
    const newfid = this.fids.take();
    if (newfid < 0) return -E.EMFILE;
    t.fid = fid;
    t.newfid = newfid;
    t.nwname = count;
    // No copy: a transport only reads the message.
    t.wname = (from === 0 ? names : names.slice(from)) as string[];
    r.nwqid = 0;
    const errno = this.call(TYPE.Twalk);
    if (errno !== 0) {
      r.nwqid = 0;
      this.fids.give(newfid);
      return -errno;
    }
    if (r.nwqid === count) return newfid;
    this.fids.give(newfid);
    return r.nwqid < count ? -E.ENOENT : -E.EPROTO;
  }

  /** Makes another fid on the same inode, not open. */
  clone(fid: number): number {
    return this.walk(fid, NO_NAMES, 0, 0);
  }

  /** Tclunk. The fid's number is free again even on an error. */
  clunk(fid: number): number {
    this.t.fid = fid;
    const errno = this.call(TYPE.Tclunk);
    this.fids.give(fid);
    return errno;
  }

  /** Tlopen. `flags` are those of Linux open(2). */
  lopen(fid: number, flags: number): number {
    this.t.fid = fid;
    this.t.flags = flags;
    return this.call(TYPE.Tlopen);
  }

  /** Tlcreate: makes a file in the directory `fid` and opens it. The fid then stands for the file. */
  lcreate(fid: number, name: string, flags: number, mode: number): number {
    const { t } = this;
    t.fid = fid;
    t.name = name;
    t.flags = flags;
    t.mode = mode;
    t.gid = 0;
    return this.call(TYPE.Tlcreate);
  }

  /** Reads from `offset` into the ranges. Returns the bytes read, fewer only at the end of the file; or −errno. */
  read(fid: number, offset: number, iov: Iov): number {
    return this.move(TYPE.Tread, fid, offset, iov);
  }

  /** Writes the ranges at `offset`. Returns the bytes written; or −errno. */
  write(fid: number, offset: number, iov: Iov): number {
    return this.move(TYPE.Twrite, fid, offset, iov);
  }

  /** Splits a transfer into messages of msize. Bytes moved before an error are returned, and the error is not. */
  private move(type: number, fid: number, offset: number, iov: Iov): number {
    const limit = this.msize - IOHDRSZ;
    if (iov.total <= limit) return this.transfer(type, fid, offset, iov);
    let done = 0;
    while (done < iov.total) {
      const size = Math.min(limit, iov.total - done);
      this.chunk.slice(iov, done, size);
      const count = this.transfer(type, fid, offset + done, this.chunk);
      iov.reached = this.chunk.reached;
      if (count < 0) return done > 0 ? done : count;
      done += count;
      if (count < size) break;
    }
    return done;
  }

  private transfer(type: number, fid: number, offset: number, iov: Iov): number {
    const { t } = this;
    t.fid = fid;
    t.offset = offset;
    t.count = iov.total;
    iov.reached = Number.NaN;
    return this.countOf(this.call(type, iov), iov);
  }

  /**
   * Treaddir: entries behind a cookie, which is passed in two 32-bit halves, into the only range of `iov`.
   * Returns the bytes read, 0 at the end; or −errno.
   */
  readdir(fid: number, cookieLo: number, cookieHi: number, iov: Iov): number {
    const { t } = this;
    t.fid = fid;
    t.cookie_lo = cookieLo;
    t.cookie_hi = cookieHi;
    t.count = Math.min(iov.total, this.msize - IOHDRSZ);
    return this.countOf(this.call(TYPE.Treaddir, iov), iov);
  }

  /** The count of a reply, or −errno; −EPROTO for more bytes than were sent or asked for. */
  private countOf(errno: number, iov: Iov): number {
    const { count } = this.r;
    if (errno === 0 && count <= iov.total) return count;
    return -(errno || E.EPROTO);
  }

  /**
   * Tgetattr.
   * @param mask The GETATTR_* bits of the attributes asked for.
   * @param into The message that the reply is decoded into (see FileAttributes).
   */
  getattr(fid: number, mask: number, into = this.r): number {
    this.t.fid = fid;
    this.t.request_mask = mask;
    return this.call(TYPE.Tgetattr, NO_PAYLOAD, into);
  }

  /** Sets the size in bytes; `valid` is SETATTR_SIZE, with time bits of the present time or without. */
  setSize(fid: number, valid: number, size: number): number {
    this.t.size = size;
    return this.setattr(fid, valid, 0, 0, 0, 0);
  }

  /** Sets times. `valid`: SETATTR_ATIME, SETATTR_MTIME, each with its _SET bit, or without it for the present time. */
  setTimes(fid: number, valid: number, aSec: number, aNsec: number, mSec: number, mNsec: number): number {
    this.t.size = 0;
    return this.setattr(fid, valid, aSec, aNsec, mSec, mNsec);
  }

  /** Tsetattr. Fields that are not `valid` are ignored, but encoded: they must be in range. */
  setattr(fid: number, valid: number, aSec: number, aNsec: number, mSec: number, mNsec: number): number {
    const { t } = this;
    t.fid = fid;
    t.valid = valid;
    t.atime_sec = aSec;
    t.atime_nsec = aNsec;
    t.mtime_sec = mSec;
    t.mtime_nsec = mNsec;
    return this.call(TYPE.Tsetattr);
  }

  fsync(fid: number, datasync: boolean): number {
    this.t.fid = fid;
    this.t.datasync = datasync ? 1 : 0;
    return this.call(TYPE.Tfsync);
  }

  /** Treadlink. The target is in `r.target`. */
  readlink(fid: number): number {
    this.t.fid = fid;
    return this.call(TYPE.Treadlink);
  }

  mkdir(dir: number, name: string, mode: number): number {
    const { t } = this;
    t.dfid = dir;
    t.name = name;
    t.mode = mode;
    t.gid = 0;
    return this.call(TYPE.Tmkdir);
  }

  symlink(dir: number, name: string, target: string): number {
    const { t } = this;
    t.dfid = dir;
    t.name = name;
    t.symtgt = target;
    t.gid = 0;
    return this.call(TYPE.Tsymlink);
  }

  link(dir: number, fid: number, name: string): number {
    this.t.dfid = dir;
    this.t.fid = fid;
    this.t.name = name;
    return this.call(TYPE.Tlink);
  }

  unlinkat(dir: number, name: string, flags: number): number {
    this.t.dfid = dir;
    this.t.name = name;
    this.t.flags = flags;
    return this.call(TYPE.Tunlinkat);
  }

  renameat(oldDir: number, oldName: string, newDir: number, newName: string): number {
    const { t } = this;
    t.olddirfid = oldDir;
    t.oldname = oldName;
    t.newdirfid = newDir;
    t.newname = newName;
    return this.call(TYPE.Trenameat);
  }
}

const NO_NAMES: readonly string[] = [''];
