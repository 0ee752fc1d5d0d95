// The memory that a wire shares with its helper thread: a few words, and a buffer for each direction.
import type { ServerAddress } from '../url.ts';

/** Indexes of the words. */
export const STATE = 0;
/** The socket's descriptor plus one, if this thread can use it itself; else 0. */
export const DESCRIPTOR = 1;
/** Bytes of the in-buffer that wait for the client; −1 when the wire is over. */
export const IN = 2;
/** Bytes of the out-buffer that wait for the helper; −1 when the wire is over. */
export const OUT = 3;
/** 1 if the helper has more bytes for the in-buffer than fitted. */
export const MORE = 4;
/** Bytes of the reason in the reason buffer. */
export const REASON = 5;
const WORDS = 8;

// The values of STATE.
export const CONNECTING = 0;
export const OPEN = 1;
export const OVER = 2;

/** Size of the in-buffer and of the out-buffer, in bytes. */
const ROOM = 256 << 10;
const REASON_ROOM = 512;

/** The workerData of the helper thread. */
export interface HelperData {
  readonly address: ServerAddress;
  readonly words: Int32Array;
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  readonly reason: Uint8Array;
  /** The URL of this module, at which the search for the package `ws` begins. */
  readonly base: string;
  /** The port of a `port` address. */
  readonly port: unknown;
  /** The indexes and values above, which the helper cannot import. */
  readonly names: typeof NAMES;
}

export const NAMES = { STATE, DESCRIPTOR, IN, OUT, MORE, REASON, OPEN, OVER };

/** Allocates the memory of a wire. */
export function sharedMemory(): Pick<HelperData, 'words' | 'input' | 'output' | 'reason'> {
  return {
    words: new Int32Array(new SharedArrayBuffer(WORDS * 4)),
    input: new Uint8Array(new SharedArrayBuffer(ROOM)),
    output: new Uint8Array(new SharedArrayBuffer(ROOM)),
    reason: new Uint8Array(new SharedArrayBuffer(REASON_ROOM)),
  };
}
