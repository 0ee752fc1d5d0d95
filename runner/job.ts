// The messages between the runner and its workers: a job, and its outcome.
import type { TestSpec } from './spec.ts';

/** One run of one test, as a worker gets it. Plain data: it crosses to another thread. */
export interface TestJob {
  readonly id: number;
  /** The absolute path of the program, or of its source. */
  readonly file: string;
  /** argv[0]. */
  readonly program: string;
  readonly spec: TestSpec;
  /** True to return the outputs and the changes also if the test passes. */
  readonly whole: boolean;
}

/** The end of a program. */
export type End =
  | { readonly kind: 'exit'; readonly status: number }
  /** A trap of the engine, with its message and its wasm frames. */
  | { readonly kind: 'trap'; readonly message: string; readonly frames: readonly string[] }
  /** It was not started, or its worker died: a sentence. */
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'timeout'; readonly ms: number };

/** The outcome of a job. */
export interface Outcome {
  readonly id: number;
  readonly end: End;
  /** The differences from the specification, a sentence or a block of lines each. Empty: it passed. */
  readonly failures: readonly string[];
  /** Milliseconds from the start of the program to its end, compilation included. */
  readonly ms: number;
  /** The output; the first bytes of a long one. */
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** The changed files, `A /path`, `M /path` or `D /path` each, sorted by path. */
  readonly changes: readonly string[];
  /** The text of the snapshot of the changed files; null if it was not asked for. */
  readonly tree: string | null;
}

/** The messages of a worker. `started`: the program begins now; its time-out counts from here. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'started' }
  | { readonly kind: 'done'; readonly outcome: Outcome };

/**
 * The word with which a worker is started, whose script may be that of the command: no command line of a process can hold
 * a NUL.
 */
export const TEST_THREAD = '\0test';

/** The data that a worker is started with. */
export interface WorkerData {
  /** The output of the current job, for the case that the worker is ended: see SharedOutput. */
  readonly output: SharedArrayBuffer;
  /** The number of workers. */
  readonly workers: number;
}
