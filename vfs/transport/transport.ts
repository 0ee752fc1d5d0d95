// The interface between a client and a connection to a server.
import type { Message } from '../9p/codec.gen.ts';
import type { Iov } from '../lib/iov.ts';

/** A connection to a server: carries one request at a time, and its reply back. */
export interface Transport {
  /** Longest message in bytes, payload included, that it can carry: what Tversion proposes. */
  readonly msize: number;
  /**
   * Sends `t`, waits for the reply and decodes it into `r`. Synchronous; not reentrant.
   * @param iov Source of the payload of Twrite; destination of that of Rread and Rreaddir.
   * @returns 0; the errno of an Rlerror; the errno of a message that cannot be encoded or decoded; EPROTO if the reply
   *   is that of another request; EIO if the connection is gone.
   */
  rpc(t: Message, r: Message, iov: Iov): number;
  /** Ends the connection: the server clunks all fids of the session. May be called again. */
  close(): void;
}
