// The interface of a tracer: a listener to the calls of one guest and to the 9P messages that they cause.
import type { Attachment } from '../../vfs/connect/attachment.ts';
import type { Calls } from './gate/parameters.gen.ts';

/** The part of a guest that a tracer reads. */
export interface TracedGuest {
  /** The linear memory; `u8` and `view` are made anew when it grows. `fits` is true for a range within it. */
  readonly memory: { readonly u8: Uint8Array; readonly view: DataView; fits(ptr: number, size: number): boolean };
}

/** Listens to a guest's calls and messages, such as `strace` of `wasi9p/trace`. */
export interface Tracer {
  /** Wraps the 46 functions before the first call. They take an i64 as two numbers, the lower half first. */
  wrap(calls: Calls, guest: TracedGuest): Calls;
  /** Subscribes to the messages of an attachment and to the orphans of its server. Called once for each attachment. */
  listen(mount: Attachment): void;
}
