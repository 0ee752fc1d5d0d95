// The messages between the owner of a process and its workers. Calls go through the slots.

/** A thread that a worker is to run. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The names under which the module imports the memory. */
  readonly memoryModule: string;
  readonly memoryName: string;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly slot: number;
  /** The thread's number; 0 for the main thread. */
  readonly tid: number;
  /** The argument of wasi_thread_start. */
  readonly arg: number;
  /** The names of the calls, in the order of their numbers. */
  readonly names: readonly string[];
  /** argv and environ, each with its NUL. */
  readonly args: readonly Uint8Array[];
  readonly env: readonly Uint8Array[];
  /** True if the owner answers all calls, so that a tracer sees them. */
  readonly forwardsAll: boolean;
}

/** A trap or an exception that has left a thread: an Error loses its class on the way. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** Wakes the owner. */
export const RING = 0;

export type FromThread = typeof RING | Thrown;
