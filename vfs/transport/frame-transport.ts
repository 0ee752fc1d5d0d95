// A base for transports that carry whole frames, such as one to a server behind a socket or in another thread.
import { TYPE, decode, encode, type Message } from '../9p/codec.gen.ts';
import { Packet } from '../9p/packet.ts';
import { E } from '../linux/errno.ts';
import { Views, type Iov } from '../lib/iov.ts';
import { repairError, replyErrno } from './reply.ts';
import type { Transport } from './transport.ts';

/**
 * A transport over a wire. A subclass moves frames; the payload of Twrite is put into them, and that of Rread and
 * Rreaddir is taken out of them.
 *
 * ```ts
 * class Loopback extends FrameTransport {
 *   private reply: Uint8Array | null = null;
 *   private readonly connection = new Connection(server, (reply) => (this.reply = reply.slice()));
 *   protected exchange(frame: Uint8Array) {
 *     return this.connection.receive(frame) ? this.reply : null;
 *   }
 *   protected end() {
 *     this.connection.close();
 *   }
 * }
 * ```
 */
export abstract class FrameTransport implements Transport {
  readonly msize: number;
  private packet: Packet;
  private open = true;

  /** @param msize Longest frame in bytes. */
  constructor(msize: number) {
    this.msize = msize;
    this.packet = new Packet(Math.min(msize, ROOM));
  }

  /**
   * Sends a request and waits for its reply, in a synchronous way.
   * @param frame One whole message, size[4] type[1] tag[2] …, valid until the function returns.
   * @returns One whole reply, valid until the next call; null if the connection is gone.
   */
  protected abstract exchange(frame: Uint8Array): Uint8Array | null;

  /** Closes the connection. Called once. */
  protected abstract end(): void;

  rpc(t: Message, r: Message, payload: Iov): number {
    if (!this.open) return E.EIO;
    const length = this.encode(t, payload);
    if (length < 0) return -length;
    const reply = this.exchange(this.packet.u8.subarray(0, length));
    if (reply === null) {
      this.close();
      return E.EIO;
    }
    repairError(reply);
    return decode(r, new Packet(reply), reply.length) || replyErrno(t, r) || take(r, reply, payload);
  }

  /** Encodes a request, with its payload, into `packet`. Returns its length, or −errno. */
  private encode(t: Message, payload: Iov): number {
    const isWrite = t.type === TYPE.Twrite;
    const most = isWrite ? Math.min(this.msize, payload.total + ROOM) : 0;
    if (this.packet.u8.length < most) this.packet = new Packet(most);
    const length = encode(t, this.packet, this.msize);
    if (length < 0 || !isWrite) return length;
    payload.gather(this.packet.u8.subarray(length));
    return length + payload.total;
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.end();
  }
}

/** Room for the longest message without payload. */
const ROOM = 128 << 10;

/**
 * Copies the data of Rread and Rreaddir into the payload. EPROTO: more bytes than it has room for, or than came; or an Rlerror
 * without an errno, which is no success.
 */
function take(r: Message, reply: Uint8Array, payload: Iov): number {
  if (r.type === TYPE.Rlerror) return E.EPROTO;
  if (r.type !== TYPE.Rread && r.type !== TYPE.Rreaddir) return 0;
  // The decoder permits a payload that is passed beside the message: here it must be inside.
  if (r.count > payload.total || r.data_offset + r.count > reply.length) return E.EPROTO;
  payload.scatter(reply.subarray(r.data_offset, r.data_offset + r.count), r.count, new Views());
  return 0;
}
