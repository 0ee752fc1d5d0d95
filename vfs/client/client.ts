// The 9P2000.L client: one method per message. Runs in a browser; never imports the server.
import { Message, TYPE } from '../9p/codec.gen.ts';
import { IOHDRSZ, NOFID, NOTAG, NONUNAME, VERSION } from '../9p/constants.ts';
import { E } from '../linux/errno.ts';
import { Iov } from '../lib/iov.ts';
import type { Transport } from '../transport/transport.ts';
import { NumberPool } from './pool.ts';

/** Most names that one Twalk carries (walk(5), MAXWELEM). */
export const MAXWELEM = 16;

const NO_PAYLOAD = new Iov();

/**
 * A 9P2000.L client over a synchronous transport: one method a message. A method returns 0 or an errno, and what
 * the server answered is in `r` until the next call; those that make a fid return it, or −errno.
 *
 * The messages that no WASI call needs are functions (rare-messages.ts), so that a browser does not load them.
 */
export class Client {
  /** The answer to the last request. */
  readonly r = new Message();
  /** The fid of the root, once attached; −1 before: were it NOFID, V8 would take all fids for fractions from then on. */
  root = -1;
  /** Longest message agreed on, in bytes. */
  msize: number;
  /** The next request. */
  readonly t = new Message();
  readonly transport: Transport;
  /** The numbers of its fids. */
  readonly fids = new NumberPool(1, NOFID);
  private readonly chunk = new Iov();

  constructor(transport: Transport) {
    this.transport = transport;
    this.msize = transport.msize;
  }

  /** Agrees on version and msize, and attaches to the root. EPROTO: the server speaks no 9P2000.L. */
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

  /** Fids in use, the root's among them. */
  get fidsInUse(): number {
    return this.fids.used;
  }

  /** Ends the session: the server lets go of all fids. */
  close(): void {
    this.transport.close();
  }

  /** Sends `t` as a message of this type, the payload beside it: 0 or the errno that it was answered with. */
  call(type: number, iov: Iov = NO_PAYLOAD): number {
    const { t, r } = this;
    t.type = type;
    // One request at a time is on its way, so one tag is enough.
    t.tag = 1;
    return this.transport.rpc(t, r, iov);
  }

  /**
   * Walks `count` names, from `names[from]` on, to a new fid; none clones. At most MAXWELEM.
   * @returns The new fid when all were found; else −errno of the first, or when `r.nwqid` of them were found
   *   −ENOENT.
   */
  walk(fid: number, names: readonly string[], from: number, count: number): number {
    const { t, r } = this;
    const newfid = this.fids.take();
    if (newfid < 0) return -E.EMFILE;
    t.fid = fid;
    t.newfid = newfid;
    t.nwname = count;
    // The list itself: a message that is sent is only read.
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

  /** Another fid on the same inode, unopened; or −errno. */
  clone(fid: number): number {
    return this.walk(fid, NO_NAMES, 0, 0);
  }

  /** Forgets a fid; its number is free again whatever the server says. */
  clunk(fid: number): number {
    this.t.fid = fid;
    const errno = this.call(TYPE.Tclunk);
    this.fids.give(fid);
    return errno;
  }

  /** Opens the fid; `flags` are those of Linux open(2). */
  lopen(fid: number, flags: number): number {
    this.t.fid = fid;
    this.t.flags = flags;
    return this.call(TYPE.Tlopen);
  }

  /** Makes a file in the directory `fid` and opens it: then the fid is the file's. */
  lcreate(fid: number, name: string, flags: number, mode: number): number {
    const { t } = this;
    t.fid = fid;
    t.name = name;
    t.flags = flags;
    t.mode = mode;
    t.gid = 0;
    return this.call(TYPE.Tlcreate);
  }

  /** Reads into the ranges from `offset`: the bytes read, fewer only at the end of the file; or −errno. */
  read(fid: number, offset: number, iov: Iov): number {
    return this.move(TYPE.Tread, fid, offset, iov);
  }

  /** Writes the ranges at `offset`: the bytes written; or −errno. */
  write(fid: number, offset: number, iov: Iov): number {
    return this.move(TYPE.Twrite, fid, offset, iov);
  }

  /** More than a message carries goes in several; what was moved before an error counts. */
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
    const errno = this.call(type, iov);
    return errno === 0 ? this.r.count : -errno;
  }

  /** Lists into the one range of `iov`, from behind a cookie, given by its halves: bytes, 0 at the end; or −errno. */
  readdir(fid: number, cookieLo: number, cookieHi: number, iov: Iov): number {
    const { t } = this;
    t.fid = fid;
    t.cookie_lo = cookieLo;
    t.cookie_hi = cookieHi;
    t.count = Math.min(iov.total, this.msize - IOHDRSZ);
    const errno = this.call(TYPE.Treaddir, iov);
    return errno === 0 ? this.r.count : -errno;
  }

  getattr(fid: number, mask: number): number {
    this.t.fid = fid;
    this.t.request_mask = mask;
    return this.call(TYPE.Tgetattr);
  }

  /** Sets the size in bytes. */
  setSize(fid: number, valid: number, size: number): number {
    this.t.size = size;
    return this.setattr(fid, valid, 0, 0, 0, 0);
  }

  /** Sets times: `valid` holds SETATTR_ATIME, SETATTR_MTIME and, for a time that is given, its _SET bit. */
  setTimes(fid: number, valid: number, aSec: number, aNsec: number, mSec: number, mNsec: number): number {
    this.t.size = 0;
    return this.setattr(fid, valid, aSec, aNsec, mSec, mNsec);
  }

  /** What is not `valid` is not looked at, but it goes with the message, and must fit. */
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

  /** The target is in `r.target`. */
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
