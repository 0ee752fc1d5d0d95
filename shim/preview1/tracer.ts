// The interface of a tracer: a listener to the calls of one guest and to the 9P messages that they cause.
import type { Attachment } from '../../vfs/connect/attachment.ts';
import type { Calls } from './imports.ts';
import type { Guest } from './process/guest.ts';

/** Listens to a guest's calls and messages, such as `strace` of `wasi9p/trace`. */
export interface Tracer {
  /** Wraps the 46 functions before the first call. They take an i64 as two numbers, the lower half first. */
  wrap(calls: Calls, guest: Guest): Calls;
  /** Subscribes to the messages of an attachment and to the orphans of its server. Called once for each attachment. */
  listen(mount: Attachment): void;
}
