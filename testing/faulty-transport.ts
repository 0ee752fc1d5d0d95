// A transport that counts the messages of another, and can lose one.
import { NAMES, type Message } from '../vfs/9p/codec.gen.ts';
import { E } from '../vfs/linux/errno.ts';
import type { Iov } from '../vfs/lib/iov.ts';
import type { Transport } from '../vfs/transport/transport.ts';

/** A transport on which one message, counted from 0, can get EIO for a reply without being sent. */
export class FaultyTransport implements Transport {
  readonly msize: number;
  private readonly inner: Transport;
  /** Names of the messages sent since the list was last replaced. */
  sent: string[] = [];
  /** Messages sent before the failing one; negative: none fails. */
  failIn = -1;
  /** Called before each message with the length of `sent`. */
  before: ((sent: number) => void) | null = null;

  constructor(inner: Transport) {
    this.inner = inner;
    this.msize = inner.msize;
  }

  rpc(t: Message, r: Message, payload: Iov): number {
    this.before?.(this.sent.length);
    this.sent.push(NAMES[t.type]!);
    if (this.failIn-- === 0) return E.EIO;
    return this.inner.rpc(t, r, payload);
  }

  close(): void {
    this.inner.close();
  }
}
