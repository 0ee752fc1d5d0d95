// Sees the messages of connections, for traces and captures. Imports types only.
import type { Message } from '../9p/codec.gen.ts';

/**
 * Gets the messages of the connections of a service. The connection is told apart by its object. Bytes and messages are
 * valid until the function returns. An observer must not throw, and must not call the service.
 */
export interface WireObserver {
  /**
   * A request has come.
   * @param frame The whole message.
   * @param t The decoded request; if `errno` is not 0, only its type and its tag are valid.
   */
  request?(connection: object, frame: Uint8Array, t: Message, errno: number): void;
  /**
   * A reply is about to be sent; that of a lock that waits comes later.
   * @param t The request that it answers.
   * @param r The reply: an Rlerror has the type 7.
   */
  reply?(connection: object, frame: Uint8Array, t: Message, r: Message): void;
  /** The connection has ended. Requests that wait for a lock get no reply. */
  closed?(connection: object): void;
}
