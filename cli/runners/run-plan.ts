// The conditions under which a program runs, gathered from the options of any grammar.

/** A directory of this machine, granted under a name. */
export interface Grant {
  readonly host: string;
  readonly guest: string;
  /** True if the program may not change it. */
  readonly readOnly?: boolean;
  /** The option as written, for errors. */
  readonly written: string;
}

/** The largest stack of a program, in bytes: frames of V8 take twice that, and V8 computes with 32 bits. */
export const STACK_MAX = 950 * 2 ** 20;

/** The conditions under which a program runs. */
export class RunPlan {
  readonly grants: Grant[] = [];
  /** Variables of the program; null for one that is not to be set although it is inherited. */
  readonly env = new Map<string, string>();
  /** True if all variables of this process are inherited. */
  inheritEnv = false;
  argv0: string | null = null;
  /** The exported function to call instead of `_start`. */
  invoke: string | null = null;
  /** The stack that the program needs, in bytes; null for any. */
  stack: number | null = null;
  /** Milliseconds until the program is ended, and the option that says so; null for never. */
  timeout: { readonly ms: number; readonly written: string } | null = null;
  /** The largest size of the program's memory, in bytes; null for any. */
  maxMemory: number | null = null;
  /** The directory that relative paths begin at, a path of the guest; null for wasmtime's default. */
  cwd: string | null = null;
  /** True or false if an option allows threads or forbids them; null: as the program asks. */
  threads: boolean | null = null;
  /** The most threads besides the main one; null for the default. */
  maxThreads: number | null = null;
  /** Functions that are not of WASI: trap when they are called, or return zeros; null: the program is not started. */
  unknownImports: 'trap' | 'default' | null = null;
  /** The TCP addresses to listen on, as written. */
  readonly listen: string[] = [];
  /** Streams that are empty to the program: 0, 1, 2. */
  readonly closed = new Set<number>();
  /** Options without effect here, as written. */
  readonly unused: string[] = [];
  verbose = false;

  /** True if the program runs in a thread of its own. */
  get needsThread(): boolean {
    return this.stack !== null || this.timeout !== null || this.maxMemory !== null;
  }
}
