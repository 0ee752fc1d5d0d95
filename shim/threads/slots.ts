// The memory that the owner of a process shares with its threads: a bell, and a slot for the call that each thread makes. A
// guest cannot reach it: it is not in the guest's memory.

// The words of the memory.

/** The number of calls so far: the owner waits for a change of it. */
export const BELL = 0;
/** 1 while the owner waits for a message. A thread that finds it so sends one. */
export const ASLEEP = 1;
/** The words before the first slot: as many as a slot has. */
export const SLOT = 16;

// The words of a slot, behind its state.

export const CALL = 1;
/** The result of the call; with AGAIN the microseconds until the thread asks again. */
export const RESULT = 2;
export const ARGUMENTS = 3;
/** The most arguments of a call: path_open has nine, two of which are two words. */
export const ARGUMENTS_MAX = 11;

/** The states of a slot. Only the owner answers, and only the thread asks. */
export enum STATE {
  IDLE = 0,
  /** The thread waits for the answer to its call. */
  REQUEST = 1,
  /** The result is there. */
  REPLY = 2,
  /** The call would wait for something: the thread asks again after a time. */
  AGAIN = 3,
  /** The process is over: no call is answered any more. */
  ENDED = 4,
  /** The function of the thread has returned. */
  RETURNED = 5,
  /** The thread reads the host's descriptor in RESULT itself, and waits for it. */
  READ = 6,
}

/** The number of the call `thread-spawn`; the others are the functions of preview1, in the order of their names. */
export const SPAWN_CALL = -1;

/** Makes the memory for a number of threads. */
export function slotsFor(threads: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer((threads + 1) * SLOT * Int32Array.BYTES_PER_ELEMENT));
}

/** The first word of a slot. */
export function slotAt(index: number): number {
  return (index + 1) * SLOT;
}
