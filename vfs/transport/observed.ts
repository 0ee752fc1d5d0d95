// A transport that shows each message to an observer, for traces.
import type { Message } from '../9p/codec.gen.ts';
import type { Iov } from '../lib/iov.ts';
import type { LocalPeer, Transport } from './transport.ts';

/** Gets the messages of a connection. A message is valid until the function returns. */
export interface TransportObserver {
  /** A request before it is sent, or a reply that was decoded. */
  message(message: Message): void;
  /** The connection has ended. */
  closed?(): void;
}

/** Wraps a transport. Several observers wrap each other. */
export class ObservedTransport implements Transport {
  readonly msize: number;
  readonly peer: LocalPeer | null;
  private readonly inner: Transport;
  private readonly observer: TransportObserver;

  constructor(inner: Transport, observer: TransportObserver) {
    this.msize = inner.msize;
    this.peer = inner.peer ?? null;
    this.inner = inner;
    this.observer = observer;
  }

  rpc(t: Message, r: Message, payload: Iov): number {
    this.observer.message(t);
    // A request that could not be sent has no reply.
    r.type = 0;
    const errno = this.inner.rpc(t, r, payload);
    if (r.type !== 0) this.observer.message(r);
    return errno;
  }

  close(): void {
    this.inner.close();
    this.observer.closed?.();
  }
}
