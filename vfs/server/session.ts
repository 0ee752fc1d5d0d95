// One connection of the server: decodes requests, runs their handlers, encodes replies.
import { Message, TYPE, decode, encode } from '../9p/codec.gen.ts';
import { NOTAG } from '../9p/constants.ts';
import { Packet } from '../9p/packet.ts';
import { E } from '../linux/errno.ts';
import { Iov } from '../lib/iov.ts';
import { FidTable } from './fid-table.ts';
import { HANDLERS } from './handlers/index.ts';
import { clunkAll } from './fid-life.ts';
import type { Server } from './server.ts';

const RLERROR = TYPE.Rlerror;
const TVERSION = TYPE.Tversion;
const TREAD = TYPE.Tread;
const TREADDIR = TYPE.Treaddir;
const TWRITE = TYPE.Twrite;
const TCLUNK = TYPE.Tclunk;
const TREMOVE = TYPE.Tremove;

/** size[4] type[1] tag[2] */
const HEADER = 7;
/** Rread and Rreaddir before their data: the header and count[4]. */
const DATA_AT = HEADER + 4;

/** One client's connection: its fids, and the requests it sends, served one after the other. */
export class Session {
  readonly server: Server;
  readonly fids = new FidTable();
  /** Number of fids on extended attributes. */
  xattrs = 0;
  /** Number of record locks held. */
  locks = 0;
  /** Number of names that its listings remember. */
  listed = 0;
  /** The payload buffer of the last Treaddir as a packet, reused if the next one has the same buffer. */
  listing: Packet | null = null;
  /** Longest message agreed on; 0 before Tversion. */
  msize = 0;
  /** The payload of the request being served: data to write, or the buffer for data read. */
  iov: Iov = new Iov();
  private readonly t = new Message();
  private readonly r = new Message();
  // Assigned twice, as `open` of InProcess, so that V8 does not take it for a constant.
  private closed = true;

  constructor(server: Server) {
    this.server = server;
    this.closed = false;
  }

  /**
   * Serves one request whose payload is passed by reference.
   * @param request The message without its payload, in bytes [0, end).
   * @param reply Receives the reply without its payload.
   * @param iov The data of Twrite, or the buffer for the data of Rread and Rreaddir.
   * @returns Length of the reply in bytes; 0 if the connection must be closed: the session has ended, the request is
   *   shorter than a header, or it comes before Tversion.
   */
  serve(request: Packet, end: number, reply: Packet, iov: Iov): number {
    const { t, r, server } = this;
    if (this.closed) return 0;
    if (server.reclaim.length > 0) server.reclaim.step();
    const malformed = decode(t, request, end);
    if (end < HEADER) return 0;
    r.tag = t.tag;
    this.iov = iov;
    const errno = malformed !== 0 ? malformed : this.dispatch();
    if (this.closed || (this.msize === 0 && t.type !== TVERSION)) return 0;
    if (errno !== 0) return this.refuse(reply, errno);
    r.type = t.type + 1;
    const length = encode(r, reply, this.msize || server.msize);
    return length > 0 ? length : this.refuse(reply, -length);
  }

  private refuse(reply: Packet, errno: number): number {
    this.r.type = RLERROR;
    this.r.ecode = errno;
    return encode(this.r, reply, reply.u8.length);
  }

  /**
   * Runs the handler of the decoded request. ENOTSUP: unknown type; EPROTO: before Tversion; EINVAL: NOTAG; its own.
   */
  private dispatch(): number {
    const { t, server } = this;
    const handler = HANDLERS[t.type];
    if (handler === undefined) return E.ENOTSUP;
    if (t.type !== TVERSION) {
      if (this.msize === 0) return E.EPROTO;
      if (t.tag === NOTAG) return E.EINVAL;
    }
    const errno = this.run(handler);
    // The store may only be full of orphans in the queue: free them and try once more.
    if (errno !== E.ENOSPC || server.reclaim.length === 0 || !server.reclaim.drain()) return errno;
    // These have dropped their fid already.
    return t.type === TCLUNK || t.type === TREMOVE ? errno : this.run(handler);
  }

  private run(handler: (session: Session, t: Message, r: Message) => number): number {
    try {
      return handler(this, this.t, this.r);
    } catch (thrown) {
      return this.server.errnoOf(thrown);
    }
  }

  /**
   * Serves one whole frame, as received from a wire, with its payload inside.
   * @param bytes size[4] type[1] tag[2] …: exactly one message.
   * @returns The whole reply, or null when the session has ended: the frame's size field is wrong or above msize, or as
   *   for `serve`.
   */
  frame(bytes: Uint8Array): Uint8Array | null {
    if (bytes.length < HEADER) return this.drop();
    const limit = this.msize || this.server.msize;
    const request = new Packet(bytes);
    const { view } = request;
    const size = view.getUint32(0, true);
    if (size !== bytes.length || size > limit) return this.drop();
    const type = bytes[4]!;
    const reads = (type === TREAD || type === TREADDIR) && size >= TWRITE_DATA_AT;
    // Cut to the payload that fits in a message.
    const room = reads ? Math.min(view.getUint32(COUNT_AT, true), limit - DATA_AT) : 0;
    const reply = new Packet(Math.max(room + DATA_AT, Math.min(limit, 128 << 10)));
    const iov = new Iov();
    if (type === TWRITE) iov.single(bytes, Math.min(TWRITE_DATA_AT, size), size);
    else iov.single(reply.u8, DATA_AT, DATA_AT + room);
    const length = this.serve(request, size, reply, iov);
    if (length === 0) return this.drop();
    const whole = room > 0 && reply.u8[4] === type + 1 ? length + this.r.count : length;
    return reply.u8.slice(0, whole);
  }

  private drop(): null {
    this.close();
    return null;
  }

  /** Ends the session: clunks all its fids, and queues its orphans to be reclaimed. May be called again. */
  close(): void {
    if (this.closed) return;
    clunkAll(this);
    this.closed = true;
    this.server.disconnected(this);
  }
}

/** Offset of `count` in Tread and Treaddir: after the header, fid[4] and offset[8]. */
const COUNT_AT = HEADER + 4 + 8;
/** Offset of the data in Twrite: after count[4]. */
const TWRITE_DATA_AT = COUNT_AT + 4;
