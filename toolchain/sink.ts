// Output sinks: a descriptor of the host, or a function.
import type * as NodeFs from 'node:fs';

/** The destination of a tool's output: a descriptor of the host, or a function called with the bytes of each write. */
export type Sink = number | ((bytes: Uint8Array) => void);

/** Writes a text. */
export function say(sink: Sink, text: string): void {
  put(sink, new TextEncoder().encode(text));
}

/** Writes bytes, all of them. */
export function put(sink: Sink, bytes: Uint8Array): void {
  if (typeof sink === 'function') sink(bytes);
  else for (let at = 0; at < bytes.length;) at += writeSome(sink, bytes.subarray(at));
}

/** Writes some bytes and returns their number; 0 if a non-blocking pipe or terminal is full for now. */
function writeSome(fd: number, bytes: Uint8Array): number {
  try {
    // An import of node:fs takes Node 5 ms, see build/dist.mjs.
    return (process.getBuiltinModule('node:fs') as typeof NodeFs).writeSync(fd, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    return 0;
  }
}
