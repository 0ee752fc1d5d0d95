// The interface of a tracer: a listener to the calls of one guest and to the 9P messages that they cause.
import type { Attachment } from '../../vfs/connect/attachment.ts';
import type { Calls } from './imports.ts';
import type { Guest } from './process/guest.ts';

/** Sees a guest's calls and messages; `strace` of `wasi9p/trace` makes one. */
export interface Tracer {
  /** Wraps the 46 functions, before the guest has called one. They take an i64 as two numbers. */
  wrap(calls: Calls, guest: Guest): Calls;
  /** Listens to the messages of a mount. */
  listen(mount: Attachment): void;
}
