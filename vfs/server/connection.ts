// The server's end of a wire: whole frames come in, and replies go out, some of them later.
import { TYPE, decode } from '../9p/codec.gen.ts';
import { Packet } from '../9p/packet.ts';
import { E } from '../linux/errno.ts';
import { Iov } from '../lib/iov.ts';
import { DISPOSE } from '../lib/dispose.ts';
import { SERVER, check } from '../lib/options.ts';
import type { GuestServer } from './guest-server.ts';
import { HANDLERS } from './handlers/index.ts';
import { waitForLock } from './locks/wait.ts';
import { PENDING, Request } from './request.ts';
import { ENDED, HEADER, Session } from './session.ts';

/** Rread and Rreaddir before their data: the header and count[4]. */
const DATA_AT = HEADER + 4;
/** Size of the reply buffer, in bytes. The longest reply without payload is an Rreadlink. */
const REPLY_ROOM = 128 << 10;
/** The size up to which a reply buffer that a read has enlarged is kept for the next one. */
const KEPT_ROOM = (1 << 20) + DATA_AT;
/** Request objects kept for reuse: most clients have few requests in flight. */
const SPARES = 16;

/**
 * A connection of a server to a client over a wire, such as a socket. The caller cuts the stream of bytes into frames
 * (size[4] is their length) and sends the replies.
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
  private readonly send: (reply: Uint8Array) => void;
  private readonly pending = new Map<number, Request>();
  private readonly spares: Request[] = [];
  private readonly payload = new Iov();
  /** The buffer of replies: each is sent before the next one is encoded. */
  private reply: Packet;

  /**
   * Opens a session of the server.
   * @param send Sends one whole reply. The bytes are valid until it returns. It must not call `receive`. An exception
   *   leaves `receive`; after a late reply it ends the connection.
   * @throws TypeError if `server` is not a server or `send` is not a function.
   */
  constructor(server: GuestServer, send: (reply: Uint8Array) => void) {
    check(server, SERVER, 'server');
    check(send, 'function', 'send');
    // A client on a wire may send any message.
    this.session = new Session(server, HANDLERS);
    this.session.pending = this.pending;
    this.session.waitForLock = waitForLock;
    this.send = send;
    this.reply = new Packet(REPLY_ROOM);
  }

  /**
   * Serves one frame, with its payload inside.
   * @param frame size[4] type[1] tag[2] …: exactly one message. It may be overwritten afterwards.
   * @returns False if the connection is over, and is to be closed: it was closed before, the frame's size field is
   *   wrong or above msize, or its first message is not Tversion.
   */
  receive(frame: Uint8Array): boolean {
    const { session, pending } = this;
    const limit = session.msize || session.server.msize;
    const packet = new Packet(frame);
    const size = frame.length < HEADER ? 0 : packet.view.getUint32(0, true);
    if (size !== frame.length || size === 0 || size > limit) return this.drop();
    const request = this.spares.pop() ?? this.makeRequest();
    const { t } = request;
    let errno = decode(t, packet, size);
    const room = errno === 0 ? this.load(request, frame, limit) : 0;
    // The replies of two pending requests with one tag could not be distinguished.
    if (errno === 0 && pending.has(t.tag)) errno = E.EINVAL;
    errno = session.run(request, errno);
    request.payload = null;
    if (errno === ENDED) return this.drop();
    if (errno === PENDING) pending.set(t.tag, request);
    else this.answer(request, errno, room);
    return true;
  }

  /** Sets the payload of a request. Returns the bytes that its reply has room for. */
  private load(request: Request, frame: Uint8Array, limit: number): number {
    const { t } = request;
    const { payload } = this;
    request.payload = payload;
    payload.reset(frame);
    if (t.type === TYPE.Twrite) payload.add(t.data_offset, t.data_offset + t.count);
    if (t.type !== TYPE.Tread && t.type !== TYPE.Treaddir) return 0;
    // Cut to the payload that fits in a message.
    const room = Math.min(t.count, limit - DATA_AT);
    if (this.reply.u8.length < room + DATA_AT) this.reply = new Packet(room + DATA_AT);
    payload.single(this.reply.u8, DATA_AT, DATA_AT + room);
    return room;
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
    const { reply } = this;
    const length = this.session.reply(request, errno, reply);
    const whole = room > 0 && reply.u8[4] === request.t.type + 1 ? length + request.r.count : length;
    request.onCancel = null;
    request.waiter = null;
    if (this.spares.length < SPARES) this.spares.push(request);
    if (reply.u8.length > KEPT_ROOM) this.reply = new Packet(REPLY_ROOM);
    this.send(reply.u8.subarray(0, whole));
  }

  private drop(): false {
    this.close();
    return false;
  }

  /** Ends the session: its pending requests are cancelled and its fids clunked. May be called again. */
  close(): void {
    this.session.close();
  }

  [DISPOSE](): void {
    this.close();
  }
}
