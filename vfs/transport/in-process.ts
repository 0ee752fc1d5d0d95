// The transport to a server in the same process. It knows the server's session by an interface only.
import { TYPE, decode, encode, type Message } from '../9p/codec.gen.ts';
import { Packet } from '../9p/packet.ts';
import { E } from '../linux/errno.ts';
import type { Iov } from '../lib/iov.ts';
import type { Transport } from './transport.ts';

const RLERROR = TYPE.Rlerror;

/** Size of the message buffers, in bytes. Longer messages, such as several names of 65,535 bytes, do not fit. */
const HEADER_ROOM = 128 << 10;

/** The server's end of the connection: a Session of vfs/server, where the methods are described. */
export interface Peer {
  serve(request: Packet, end: number, reply: Packet, iov: Iov): number;
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
  /** Called with each request before it is sent, and with each reply. For traces. */
  onMessage: ((message: Message, isReply: boolean) => void) | null = null;

  constructor(peer: Peer, msize: number) {
    this.peer = peer;
    this.msize = msize;
    this.request = new Packet(Math.min(msize, HEADER_ROOM));
    this.reply = new Packet(Math.min(msize, HEADER_ROOM));
    this.open = true;
  }

  rpc(t: Message, r: Message, iov: Iov): number {
    if (!this.open) return E.EIO;
    const { request, reply } = this;
    const end = encode(t, request, this.msize);
    if (end < 0) return -end;
    if (this.onMessage !== null) this.onMessage(t, false);
    const length = this.peer.serve(request, end, reply, iov);
    if (length === 0) {
      this.close();
      return E.EIO;
    }
    const errno = decode(r, reply, length);
    if (errno !== 0) return errno;
    if (this.onMessage !== null) this.onMessage(r, true);
    if (r.type === t.type + 1) return 0;
    return r.type === RLERROR ? r.ecode : E.EPROTO;
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.peer.close();
  }
}
