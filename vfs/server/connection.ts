// The server's end of a wire: whole frames come in, and replies go out, some of them later.
import { TYPE, decode, type Message } from '../9p/codec.gen.ts';
import { Packet } from '../9p/packet.ts';
import { E } from '../linux/errno.ts';
import { Iov } from '../lib/iov.ts';
import { DISPOSE } from '../lib/dispose.ts';
import { SERVER, checkKind } from '../lib/options.ts';
import { giveExports, type Exports } from './exports.ts';
import type { GuestServer } from './guest-server.ts';
import { HANDLERS } from './handlers/index.ts';
import { MAX_LISTING } from './handlers/io.ts';
import { MIN_MSIZE } from './handlers/session.ts';
import { waitForLock } from './locks/wait.ts';
import { PENDING, Request } from './request.ts';
import { ENDED, HEADER, Session } from './session.ts';
import type { WireObserver } from '../transport/wire-observer.ts';

/** Rread and Rreaddir before their data: the header and count[4]. */
const DATA_AT = HEADER + 4;
/** Rreadlink before its target. */
const TARGET_AT = HEADER + 2;
/** A request up to this size, in bytes, is copied to a packet of the connection: that costs less than a view of it. */
const SHORT = 512;
/** The size of the reply buffer at first, in bytes. No reply without a payload is longer, but an Rreadlink. */
const REPLY_ROOM = 2048;
/** A reply buffer grows by whole pages. */
const PAGE = 4096;
/** The size up to which a reply buffer that a read has enlarged is kept for the next one. */
const KEPT_ROOM = (1 << 20) + PAGE;
/** Request objects kept for reuse: most clients have few requests in flight. */
const SPARES = 16;

export type { WireObserver };

const NO_OBSERVERS: ReadonlySet<WireObserver> = new Set();

/** Takes the replies of a connection. */
export interface ReplySink {
  /**
   * Sends the first `length` bytes of a packet, one whole reply. It must not call `receive`.
   * @returns True if the sink needs the packet longer than until it returns: the connection takes another one then.
   */
  send(packet: Packet, length: number): boolean;
}

/**
 * A connection of a server to a client over a wire, such as a socket. The caller cuts the stream of bytes into frames
 * (size[4] is their length) and sends the replies. `Service` of `wasi9p/serve` does so for streams, ports and web
 * sockets.
 *
 * ```ts
 * const connection = new Connection(server, (reply) => socket.write(reply.slice()));
 * if (!connection.receive(frame)) socket.destroy();
 * ```
 *
 * A request is answered before `receive` returns, except for a blocking lock that has to wait (Tlock with
 * LOCK_FLAGS_BLOCK): it is answered when the lock is free, and Tflush cancels it.
 */
export class Connection {
  /** @internal */
  readonly session: Session;
  private sink: ReplySink;
  private readonly pending = new Map<number, Request>();
  private readonly spares: Request[] = [];
  private readonly payload = new Iov();
  /** A short request is copied here. */
  private readonly short = new Packet(SHORT);
  /** Called with each message. @internal */
  observers: ReadonlySet<WireObserver> = NO_OBSERVERS;
  private isOpen = true;
  /** The buffer of the next reply; null if the last one was long, or the sink has kept it. */
  private reply: Packet | null = null;

  /**
   * Opens a session of the server.
   * @param send Sends one whole reply. The bytes are valid until it returns. It must not call `receive`. An exception
   *   leaves `receive`; after a late reply it ends the connection.
   * @throws TypeError if `server` is not a server or `send` is not a function.
   */
  constructor(server: GuestServer, send: (reply: Uint8Array) => void) {
    checkKind(server, SERVER, 'server');
    checkKind(send, 'function', 'send');
    this.sink = sinkOf(send);
    // A client on a wire may send any message.
    this.session = new Session(server, HANDLERS);
    this.session.pending = this.pending;
    this.session.waitForLock = waitForLock;
  }

  /** A connection whose Tattach chooses among exports, and whose sink may keep packets. @internal */
  static to(server: GuestServer, sink: ReplySink, exports: Exports): Connection {
    const connection = new Connection(server, none);
    connection.sink = sink;
    giveExports(connection.session, exports);
    return connection;
  }

  /** Longest frame that may come now, in bytes: before Tversion has agreed on msize it is short. @internal */
  get longest(): number {
    return this.session.msize || MIN_MSIZE;
  }

  /**
   * Serves one frame, with its payload inside.
   * @param frame size[4] type[1] tag[2] …: exactly one message. It may be overwritten afterwards.
   * @returns False if the connection is over, and is to be closed: it was closed before, the frame's size field is
   *   wrong or above msize (512 before Tversion), or its first message is not Tversion.
   */
  receive(frame: Uint8Array): boolean {
    return this.take(frame, 0, frame.length);
  }

  /** Serves the frame in bytes [start, end) of a buffer. As `receive`. @internal */
  take(u8: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (length > SHORT) return this.serve(new Packet(u8.subarray(start, end)), length);
    const to = this.short.u8;
    for (let i = 0; i < length; i++) to[i] = u8[start + i]!;
    return this.serve(this.short, length);
  }

  /** Serves the frame at the start of a packet. As `receive`. @internal */
  serve(packet: Packet, length: number): boolean {
    const { session, pending } = this;
    if (length < HEADER || length > this.longest || packet.view.getUint32(0, true) !== length) return this.drop();
    const request = this.spares.pop() ?? this.makeRequest();
    const { t } = request;
    let errno = decode(t, packet, length);
    if (this.observers.size > 0) this.observe(packet, length, t, errno);
    const room = errno === 0 ? this.load(request, packet.u8) : 0;
    // The replies of two pending requests with one tag could not be distinguished.
    if (errno === 0 && pending.has(t.tag)) errno = E.EINVAL;
    errno = session.run(request, errno);
    request.payload = null;
    if (errno === ENDED) return this.drop();
    if (errno === PENDING) pending.set(t.tag, request);
    else this.answer(request, errno, room);
    return true;
  }

  private observe(packet: Packet, length: number, t: Message, errno: number): void {
    const frame = packet.u8.subarray(0, length);
    for (const observer of this.observers) observer.request?.(this, frame, t, errno);
  }

  /** Sets the payload of a request. Returns the bytes that its reply has room for. */
  private load(request: Request, u8: Uint8Array): number {
    const { t } = request;
    const { payload } = this;
    request.payload = payload;
    payload.reset(u8);
    if (t.type === TYPE.Twrite) payload.add(t.data_offset, t.data_offset + t.count);
    if (t.type !== TYPE.Tread && t.type !== TYPE.Treaddir) return 0;
    // Cut to the payload that fits in a message.
    const most = t.type === TYPE.Treaddir ? MAX_LISTING : t.count;
    const room = Math.min(t.count, most, this.longest - DATA_AT);
    payload.single(this.buffer(DATA_AT + room).u8, DATA_AT, DATA_AT + room);
    return room;
  }

  /** The reply buffer, enlarged to so many bytes. */
  private buffer(size: number): Packet {
    const { reply } = this;
    if (reply !== null && reply.u8.length >= size) return reply;
    const pages = Math.ceil(size / PAGE) * PAGE;
    return (this.reply = new Packet(size <= REPLY_ROOM ? REPLY_ROOM : pages));
  }

  private makeRequest(): Request {
    const request = new Request(this.session);
    request.respond = (errno) => {
      this.pending.delete(request.t.tag);
      try {
        this.answer(request, errno, 0);
      } catch (thrown) {
        // A client's request has caused this one's reply: it is not to fail because this client is gone.
        this.session.server.errnoOf(thrown);
        this.close();
      }
    };
    return request;
  }

  private answer(request: Request, errno: number, room: number): void {
    const { t, r } = request;
    // A target has at most three bytes of UTF-8 for each of its units.
    const target = errno === 0 && t.type === TYPE.Treadlink ? TARGET_AT + 3 * r.target.length : 0;
    const reply = this.buffer(Math.max(target, DATA_AT));
    const length = this.session.reply(request, errno, reply);
    const whole = room > 0 && reply.u8[4] === t.type + 1 ? length + r.count : length;
    for (const observer of this.observers) observer.reply?.(this, reply.u8.subarray(0, whole), t, r);
    request.onCancel = null;
    request.waiter = null;
    if (this.spares.length < SPARES) this.spares.push(request);
    if (reply.u8.length > KEPT_ROOM) this.reply = null;
    if (this.sink.send(reply, whole) && this.reply === reply) this.reply = null;
  }

  /** Gives a packet back that the sink has kept, to be used again. @internal */
  giveBack(packet: Packet): void {
    if (packet.u8.length <= KEPT_ROOM && packet.u8.length > (this.reply?.u8.length ?? 0)) this.reply = packet;
  }

  /** Frees the buffers, which the next request makes anew. @internal */
  trim(): void {
    this.reply = null;
    this.session.listing = null;
  }

  private drop(): false {
    this.close();
    return false;
  }

  /** Ends the session: its pending requests are cancelled and its fids clunked. May be called again. */
  close(): void {
    this.session.close();
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const observer of this.observers) observer.closed?.(this);
  }

  [DISPOSE](): void {
    this.close();
  }
}

function sinkOf(send: (reply: Uint8Array) => void): ReplySink {
  return {
    send(packet, length) {
      send(packet.u8.subarray(0, length));
      return false;
    },
  };
}

function none(): void {}
