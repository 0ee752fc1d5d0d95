// Facts about this thread, set by main.ts.

/** The word before a command line in the thread of a guest: no command line of a process can hold a NUL. */
export const GUEST_THREAD = '\0guest';

export const thread = {
  /** The URL of the entry point, dist/cli.js. */
  entry: '',
  /** True in a thread that `runInThread` has made for a guest. */
  isGuest: false,
  /** True if a thread of a guest does not end: this process cannot exit by itself then. */
  isStuck: false,
};
