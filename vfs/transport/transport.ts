// The seam between a client and a server: a connection, and whatever gives one.
import type { Message } from '../9p/codec.gen.ts';
import type { Iov } from '../lib/iov.ts';

/** A session of a server in the same process. */
export interface LocalPeer {
  /**
   * True while the client walks to a file only to ask its attributes or its target, and then clunks the fid
   * (INTENT_BRIEF).
   */
  brief?: boolean;
  /**
   * posix_fallocate(3) of a fid that is open for writing, which 9P has no message for: 0, an errno, or −1 if the store
   * provides no space. Absent in the server of `wasi9p/core`.
   */
  allocate?(fid: number, offset: number, length: number): number;
}

/**
 * A connection to a server: carries one request at a time, and its reply back. InProcess is the one to a server in the
 * same process; FrameTransport is a base for those over a wire.
 */
export interface Transport {
  /** Longest message in bytes, payload included, that it can carry: Tversion proposes it. */
  readonly msize: number;
  /**
   * Sends `t`, waits for the reply and decodes it into `r`. Synchronous; not reentrant.
   * @param payload Source of the data of Twrite; destination of the data of Rread and Rreaddir.
   * @returns 0; the errno of an Rlerror; the errno of a message that cannot be encoded or decoded; EPROTO if the reply
   *   is that of another request; EIO if the connection is gone.
   */
  rpc(t: Message, r: Message, payload: Iov): number;
  /** Ends the connection: the server clunks all fids of the session. May be called again. */
  close(): void;
  /** The server's session, if it is in this process. */
  readonly peer?: LocalPeer | null;
}

/** A transport on which several requests may be on their way. */
export interface Pipelining<Ticket extends object = object> extends Transport {
  /** False if the server takes requests in another order than they are sent. */
  readonly isOrdered: boolean;
  /**
   * Encodes `t` for the next write.
   * @param payload The data of Twrite.
   * @returns A ticket, which is passed to `finish` once; or −errno.
   */
  begin(t: Message, payload?: Iov): Ticket | number;
  /** Sends what has begun, and waits for a reply, as `rpc` does. */
  finish(ticket: Ticket, r: Message, payload?: Iov): number;
}

/** A server to which a client can attach: a Server of this process, or any other that `connect` reaches. */
export interface Attachable {
  /** Longest message in bytes, payload included. */
  readonly msize: number;
  /** Opens a connection. The first message must be Tversion. @throws An error if there is no connection. */
  connect(): Transport;
}
