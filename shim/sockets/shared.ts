// The memory that the guest's thread shares with the helper thread: a bell, a count for each listener, and for each
// connection a few words and a ring of bytes for each direction.
import { E } from '../../vfs/linux/errno.ts';

// The words of all sockets together.

/** Changes with everything that the helper does: the word on which the guest's thread waits. */
export const BELL = 0;
/** 1 when the helper has closed all sockets. */
export const ENDED = 1;
/** The first word of the listeners: for each one, the connections that wait to be accepted. */
export const PENDING = 2;

// The words of a connection. Heads and tails count bytes, modulo 2^32.

/** A set of the bits below, which the helper sets. */
export const STATE = 0;
/** An errno that the next call reports, once. */
export const ERROR = 1;
/** Bytes that the helper has put into the in-ring, and those that the guest has taken. */
export const IN_HEAD = 2;
export const IN_TAIL = 3;
/** Bytes that the guest has put into the out-ring, and those that the helper has taken. */
export const OUT_HEAD = 4;
export const OUT_TAIL = 5;
/** 1 while the helper does not read because the in-ring is full: the guest orders more. */
export const IN_STOPPED = 6;
/** 1 while the helper does not look at the out-ring because it was empty: the guest says when it is not. */
export const OUT_IDLE = 7;
/** 1 when the helper uses the memory no more. */
export const FREE = 8;
const WORDS = 16;

/** No more bytes come. */
export const AT_END = 1;
/** The connection is over: nothing can be sent any more. */
export const OVER = 2;
/** The helper has bytes for the in-ring that did not fit. */
export const MORE = 4;

/** Size of a ring in bytes, a power of two. */
export const ROOM = 128 << 10;

/** Connections that wait to be accepted: beyond it, more are refused. The backlog of Linux (net.core.somaxconn). */
const PENDING_MAX = 4096;

/** The numbers above, which the helper cannot import. */
export const NAMES = {
  ...{ BELL, ENDED, PENDING, STATE, ERROR, IN_HEAD, IN_TAIL, OUT_HEAD, OUT_TAIL, IN_STOPPED, OUT_IDLE, FREE },
  ...{ AT_END, OVER, MORE, ROOM, PENDING_MAX },
};

/** The errnos that a connection can fail with. */
const { EIO, EPIPE, ECONNABORTED, ECONNRESET, ENOTCONN, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH } = E;
export const ERRNOS: Readonly<Record<string, number>> = {
  ...{ EIO, EPIPE, ECONNABORTED, ECONNRESET, ENOTCONN, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH },
};

/** An address to listen on. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** The workerData of the helper thread. */
export interface SocketHelperData {
  readonly addresses: readonly TcpAddress[];
  /** The words of all sockets together. */
  readonly words: Int32Array;
  /** The word of `sleep`, on which poll_oneoff waits. */
  readonly sleeper: Int32Array;
  readonly names: typeof NAMES;
  readonly errnos: typeof ERRNOS;
}

/** The first message of the helper: the address of each listener, or why there is none. */
export type Listening =
  | { readonly addresses: readonly TcpAddress[] }
  | { readonly failed: number; readonly code: string; readonly message: string };

/** The memory of a connection. */
export interface ConnectionMemory {
  readonly words: Int32Array;
  readonly input: Uint8Array;
  readonly output: Uint8Array;
}

/** The requests of the guest's thread, which come as messages. `id` is the number of a connection. */
export type SocketOrder =
  | { readonly kind: 'accept'; readonly listener: number; readonly id: number; readonly memory: ConnectionMemory }
  | { readonly kind: 'more' | 'send' | 'shutdown' | 'close'; readonly id: number }
  | { readonly kind: 'unlisten'; readonly listener: number }
  | { readonly kind: 'end' };

/** Allocates the words of all sockets together. */
export function sharedWords(listeners: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer((PENDING + listeners) * 4));
}

/** Allocates the memory of a connection, in one piece. */
export function connectionMemory(): ConnectionMemory {
  const memory = new SharedArrayBuffer(WORDS * 4 + 2 * ROOM);
  return {
    words: new Int32Array(memory, 0, WORDS),
    input: new Uint8Array(memory, WORDS * 4, ROOM),
    output: new Uint8Array(memory, WORDS * 4 + ROOM, ROOM),
  };
}
