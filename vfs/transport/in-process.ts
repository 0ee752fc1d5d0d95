// The transport to a server in the same process. It knows the server's session by an interface only.
import { decode, encode, type Message } from '../9p/codec.gen.ts';
import { Packet } from '../9p/packet.ts';
import { E } from '../linux/errno.ts';
import type { Iov } from '../lib/iov.ts';
import { replyErrno } from './reply.ts';
import type { LocalPeer, Transport } from './transport.ts';

/** Size of the message buffers, in bytes. Longer messages, such as several names of 65,535 bytes, do not fit. */
const HEADER_ROOM = 128 << 10;

/** The server's end of the connection: a Session of vfs/server, where the methods are described. */
export interface Peer extends LocalPeer {
  serve(request: Packet, end: number, reply: Packet, payload: Iov): number;
  close(): void;
}

/**
 * A connection to a server in the same process, which is called synchronously. Requests and replies are encoded,
 * decoded and dispatched as on a wire; their payload alone is passed by reference.
 */
export class InProcess implements Transport {
  readonly msize: number;
  readonly peer: Peer;
  private readonly request: Packet;
  private readonly reply: Packet;
  // Assigned twice: V8 would take a field assigned once for a constant, and deoptimize at the first close.
  private open = false;

  constructor(peer: Peer, msize: number) {
    this.peer = peer;
    this.msize = msize;
    this.request = new Packet(Math.min(msize, HEADER_ROOM));
    this.reply = new Packet(Math.min(msize, HEADER_ROOM));
    this.open = true;
  }

  rpc(t: Message, r: Message, payload: Iov): number {
    if (!this.open) return E.EIO;
    const { request, reply } = this;
    const end = encode(t, request, this.msize);
    if (end < 0) return -end;
    const length = this.peer.serve(request, end, reply, payload);
    if (length === 0) {
      this.close();
      return E.EIO;
    }
    return decode(r, reply, length) || replyErrno(t, r);
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.peer.close();
  }
}
