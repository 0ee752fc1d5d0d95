// A request in service: its message, its payload and its reply, as Req of Plan 9's lib9p.
import { Message } from '../9p/codec.gen.ts';
import type { Iov } from '../lib/iov.ts';
import type { Waiter } from './locks/locks.ts';
import type { Session } from './session.ts';

/** Returned by a handler that answers later, through `Request.respond`. */
export const PENDING = -1;

/**
 * A request from its decoding to its reply. A handler reads `t` and `payload`, fills `r`, and returns 0, the errno of
 * an Rlerror, or PENDING. The objects are reused: a handler that returns PENDING may keep its request until it has
 * responded or the request is cancelled, but not the payload.
 */
export class Request {
  readonly session: Session;
  /** The T-message. */
  readonly t = new Message();
  /** The R-message. The type and the tag are set by the session. */
  readonly r = new Message();
  /** The data of Twrite, or the buffer for the data of Rread and Rreaddir. Valid until the handler returns. */
  payload: Iov | null = null;
  /**
   * Sends the late reply of a PENDING request: `errno` is 0 or that of an Rlerror. Null if the client waits within the
   * call, as one in the same process does: then the handler must answer at once.
   */
  respond: ((errno: number) => void) | null = null;
  /**
   * Set by a handler that returns PENDING. Called when the request will not be answered: by Tflush, by Tversion, and at
   * the end of the session.
   */
  onCancel: (() => void) | null = null;
  /** The wait of a blocking Tlock. */
  waiter: Waiter | null = null;

  constructor(session: Session) {
    this.session = session;
  }
}
