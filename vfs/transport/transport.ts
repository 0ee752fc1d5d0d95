// The interface between a client and a connection to a server.
import type { Message } from '../9p/codec.gen.ts';
import type { Iov } from '../lib/iov.ts';

/** Carries one request to a server and its answer back. */
export interface Transport {
  /** Longest message that it can carry, payload included, in bytes. */
  readonly msize: number;
  /**
   * Sends `t` and waits for the answer, which it puts in `r`. The payload of Twrite is taken from `iov`, that of
   * Rread and Rreaddir is put there.
   * @returns 0; the errno of an Rlerror; EPROTO for an answer to something else; EIO when the connection is gone.
   */
  rpc(t: Message, r: Message, iov: Iov): number;
  /** Ends the connection: the server lets go of all that this client held. */
  close(): void;
}
