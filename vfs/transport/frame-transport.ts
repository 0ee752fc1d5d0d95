// A base for transports that carry whole frames, such as one to a server behind a socket or in another thread.
import { TYPE, decode, encode, type Message } from '../9p/codec.gen.ts';
import { Packet } from '../9p/packet.ts';
import { E } from '../linux/errno.ts';
import { Views, type Iov } from '../lib/iov.ts';
import { replyErrno } from './reply.ts';
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
    return decode(r, new Packet(reply), reply.length) || replyErrno(t, r) || take(t, r, reply, payload);
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
 * Copies the data of Rread and Rreaddir into the payload. EPROTO: more bytes than were asked for or written, or data
 * that is not in the frame; see also `entriesErrno`.
 */
function take(t: Message, r: Message, reply: Uint8Array, payload: Iov): number {
  if (r.type === TYPE.Rwrite) return r.count > payload.total ? E.EPROTO : 0;
  if (r.type !== TYPE.Rread && r.type !== TYPE.Rreaddir) return 0;
  // The decoder permits a payload that is passed beside the message: here it must be inside.
  if (r.count > payload.total || r.data_offset + r.count > reply.length) return E.EPROTO;
  const data = reply.subarray(r.data_offset, r.data_offset + r.count);
  const errno = r.type === TYPE.Rreaddir ? entriesErrno(t, data) : 0;
  if (errno === 0) payload.scatter(data, r.count, new Views());
  return errno;
}

/** Bytes of an entry before its name: qid[13] cookie[8] type[1] and the name's length[2]. */
const ENTRY_HEADER = 24;

/**
 * EPROTO for entries that no directory has: an empty name, one with a slash or a null byte (verify_dirent_name in
 * readdir.c), which would lead a recursive call elsewhere; or the cookie behind which entries were asked
 * for, which would make the listing endless.
 */
function entriesErrno({ cookie_lo, cookie_hi }: Message, data: Uint8Array): number {
  const { view } = new Packet(data);
  let next = 0;
  for (let start = 0; start + ENTRY_HEADER <= data.length; start = next) {
    const name = start + ENTRY_HEADER;
    next = name + view.getUint16(name - 2, true);
    if (next > data.length) break;
    const bytes = data.subarray(name, next);
    if (bytes.length === 0 || bytes.includes(SLASH) || bytes.includes(0)) return E.EPROTO;
    const stays =
      view.getInt32(start + 13, true) === (cookie_lo | 0) && view.getInt32(start + 17, true) === (cookie_hi | 0);
    if (stays) return E.EPROTO;
  }
  return 0;
}

const SLASH = 0x2f;
