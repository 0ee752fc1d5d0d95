// Serves a client that calls a function with each request, as v86 does.
import { TYPE, encode, Message } from '../9p/codec.gen.ts';
import { Packet } from '../9p/packet.ts';
import { E } from '../linux/errno.ts';
import { Carrier } from './carrier.ts';

/** The offset of the tag in a message. */
const TAG_AT = 5;
/** size[4] type[1] tag[2] ecode[4] */
const RLERROR = 11;

/** Takes one reply. */
export type Reply = (reply: Uint8Array) => void;

/** Serves the requests that it is called with. A connection that is over answers EIO: the client cannot see its end. */
export class CallCarrier extends Carrier {
  private readonly replies = new Map<number, Reply>();

  /** Serves one request. `reply` is called once, for a lock that waits later; not for a request that Tflush cancels. */
  call(request: Uint8Array, reply: Reply): void {
    const tag = tagOf(request);
    // A tag that is in use belongs to the request before it.
    if (!this.replies.has(tag)) this.replies.set(tag, reply);
    else return reply(errorOf(tag, E.EINVAL));
    if (this.connection.receive(request)) {
      this.served();
      this.forgetCancelled();
      return;
    }
    this.replies.delete(tag);
    reply(errorOf(tag, E.EIO));
  }

  send(packet: Packet, length: number): boolean {
    const tag = tagOf(packet.u8);
    const reply = this.replies.get(tag);
    this.replies.delete(tag);
    reply?.(packet.u8.slice(0, length));
    return false;
  }

  /** Tflush and Tversion have cancelled requests, which are not answered. */
  private forgetCancelled(): void {
    const pending = this.connection.session.pending!;
    if (this.replies.size > pending.size)
      for (const tag of this.replies.keys()) if (!pending.has(tag)) this.replies.delete(tag);
  }

  /** No time-out: a machine attaches when its kernel mounts, and cannot be gone. */
  override look(): void {
    this.trim();
  }

  trim(): void {
    this.connection.trim();
  }

  protected finish(): void {
    this.destroy();
  }

  protected destroy(): void {
    this.replies.clear();
    this.gone();
  }
}

function tagOf(frame: Uint8Array): number {
  return frame.length < TAG_AT + 2 ? 0xffff : frame[TAG_AT]! | (frame[TAG_AT + 1]! << 8);
}

function errorOf(tag: number, errno: number): Uint8Array {
  const message = new Message();
  message.type = TYPE.Rlerror;
  message.tag = tag;
  message.ecode = errno;
  const packet = new Packet(RLERROR);
  encode(message, packet, RLERROR);
  return packet.u8;
}
