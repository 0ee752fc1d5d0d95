// One session of the server: its fids, and the requests that it runs.
import { TYPE, decode, encode, type Message } from '../9p/codec.gen.ts';
import { NOTAG } from '../9p/constants.ts';
import type { Packet } from '../9p/packet.ts';
import { E } from '../linux/errno.ts';
import type { Iov } from '../lib/iov.ts';
import { FidTable } from './fids/fid-table.ts';
import { clunkAll } from './fids/fid-life.ts';
import type { GuestServer } from './guest-server.ts';
import type { Handler, Handlers } from './handlers/guest.ts';
import type { Lock } from './locks/lock.ts';
import { Request } from './request.ts';

const RLERROR = TYPE.Rlerror;
const TVERSION = TYPE.Tversion;
const TCLUNK = TYPE.Tclunk;
const TREMOVE = TYPE.Tremove;

/** size[4] type[1] tag[2] */
export const HEADER = 7;

/** Returned by `run` if the session must be closed: it has ended, or the request came before Tversion. */
export const ENDED = -2;

/** A client's session: its fids, and the requests it sends, served one after the other. */
export class Session {
  /** The server of the tree: Tattach may choose another one of the exports, while the session has no fids. */
  server: GuestServer;
  private readonly handlers: Handlers;
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
  /** The requests that will be answered later, by their tags; null if the client waits for each reply. */
  pending: Map<number, Request> | null = null;
  /** Lets a Tlock wait (locks/wait.ts); null if no request can be answered later. */
  waitForLock: ((request: Request, wanted: Lock) => number) | null = null;
  /** As in LocalPeer. */
  brief = false;
  /** posix_fallocate(3) of a fid (allocate.ts). Absent in the sessions of a GuestServer. */
  declare allocate?: (fid: number, offset: number, length: number) => number;
  /** The request of `serve`. */
  private readonly request: Request;
  // Assigned twice, as `open` of InProcess, so that V8 does not take it for a constant.
  private closed = true;

  /** Opens a session of a server. Its first message must be Tversion. */
  constructor(server: GuestServer, handlers = server.handlers) {
    this.server = server;
    this.handlers = handlers;
    this.request = new Request(this);
    this.closed = false;
    server.connected(this);
  }

  /**
   * Serves one request of a client in the same process, which waits for the reply. The payload is passed by reference.
   * @param packet The message without its payload, in bytes [0, end).
   * @param reply Receives the reply without its payload.
   * @param payload The data of Twrite, or the buffer for the data of Rread and Rreaddir.
   * @returns Length of the reply in bytes; 0 if the connection must be closed: the session has ended, the request is
   *   shorter than a header, or it comes before Tversion.
   */
  serve(packet: Packet, end: number, reply: Packet, payload: Iov): number {
    const { request } = this;
    const malformed = decode(request.t, packet, end);
    if (end < HEADER) return 0;
    request.payload = payload;
    const errno = this.run(request, malformed);
    return errno === ENDED ? 0 : this.reply(request, errno, reply);
  }

  /**
   * Runs a decoded request. ENOTSUP: unknown type; EPROTO: before Tversion; EINVAL: NOTAG; the errnos of the handler.
   * @param malformed 0, or the errno of its decoding.
   * @returns 0 or an errno, for `reply`; PENDING; ENDED.
   */
  run(request: Request, malformed: number): number {
    const { server } = this;
    const { type, tag } = request.t;
    if (this.closed) return ENDED;
    if (server.reclaim.length > 0) server.reclaim.step();
    request.r.tag = tag;
    const handler = this.handlers[type];
    let errno = malformed;
    if (errno === 0) {
      if (handler === undefined) errno = E.ENOTSUP;
      else if (type !== TVERSION && this.msize === 0) errno = E.EPROTO;
      else if (type !== TVERSION && tag === NOTAG) errno = E.EINVAL;
      else {
        errno = this.handle(handler, request);
        if (errno === E.ENOSPC) errno = this.retry(handler, request);
      }
    }
    return this.closed || (this.msize === 0 && type !== TVERSION) ? ENDED : errno;
  }

  /** The store may only be full of orphans in the queue: frees them and runs the handler once more. */
  private retry(handler: Handler, request: Request): number {
    const { reclaim } = this.server;
    const { type } = request.t;
    if (reclaim.length === 0 || !reclaim.drain()) return E.ENOSPC;
    // These have dropped their fid already.
    return type === TCLUNK || type === TREMOVE ? E.ENOSPC : this.handle(handler, request);
  }

  /** Encodes the reply of a request: the R-message, or Rlerror with this errno. Returns its length without payload. */
  reply(request: Request, errno: number, packet: Packet): number {
    const { r } = request;
    if (errno !== 0) return this.refuse(r, errno, packet);
    r.type = request.t.type + 1;
    const length = encode(r, packet, this.msize || this.server.msize);
    return length > 0 ? length : this.refuse(r, -length, packet);
  }

  private refuse(r: Message, errno: number, packet: Packet): number {
    r.type = RLERROR;
    r.ecode = errno;
    return encode(r, packet, packet.u8.length);
  }

  private handle(handler: Handler, request: Request): number {
    try {
      return handler(request);
    } catch (thrown) {
      return this.server.errnoOf(thrown);
    }
  }

  /** Cancels the pending request of a tag, if there is one: it will not be answered. */
  cancel(tag: number): void {
    const request = this.pending?.get(tag);
    if (request === undefined) return;
    this.pending!.delete(tag);
    request.onCancel?.();
  }

  /** Cancels the pending requests, and clunks all fids. */
  reset(): void {
    if (this.pending !== null) for (const tag of this.pending.keys()) this.cancel(tag);
    clunkAll(this);
  }

  /** Ends the session: clunks all its fids, and queues its orphans to be reclaimed. May be called again. */
  close(): void {
    if (this.closed) return;
    // First: the late replies of others may lead here again.
    this.closed = true;
    this.reset();
    this.server.disconnected(this);
  }
}
