// The output of a guest: kept in the worker, and its beginning in shared memory, where it outlives the worker.

/** The limit of kept output a stream, in bytes: a test that writes more fails. */
export const OUTPUT_MAX = 16 << 20;
/** Bytes of each stream in shared memory. */
const SHARED = 64 << 10;

/** The shared memory of a worker. */
export function sharedOutput(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 + 2 * SHARED);
}

/** Returns the first bytes that a stream (0 stdout, 1 stderr) has written, for a worker that was ended. */
export function writtenSoFar(memory: SharedArrayBuffer, stream: 0 | 1): Uint8Array {
  const length = Atomics.load(new Int32Array(memory, 0, 2), stream);
  return new Uint8Array(memory, 8 + stream * SHARED, length).slice();
}

/** One stream of a running guest. */
export class KeptOutput {
  /** Grows twofold: many small writes cost as little as a large one. */
  private kept = new Uint8Array(1024);
  private readonly length: Int32Array;
  private readonly shared: Uint8Array;
  private readonly stream: 0 | 1;
  /** Bytes written, those beyond OUTPUT_MAX included. */
  total = 0;

  constructor(memory: SharedArrayBuffer, stream: 0 | 1) {
    this.length = new Int32Array(memory, 0, 2);
    this.shared = new Uint8Array(memory, 8 + stream * SHARED, SHARED);
    this.stream = stream;
    Atomics.store(this.length, stream, 0);
  }

  write(bytes: Uint8Array): void {
    const { total } = this;
    if (total < OUTPUT_MAX) {
      const part = bytes.subarray(0, OUTPUT_MAX - total);
      this.reserve(total + part.length);
      this.kept.set(part, total);
    }
    if (total < SHARED) {
      const part = bytes.subarray(0, SHARED - total);
      this.shared.set(part, total);
      Atomics.store(this.length, this.stream, total + part.length);
    }
    this.total += bytes.length;
  }

  private reserve(length: number): void {
    if (length <= this.kept.length) return;
    const more = new Uint8Array(Math.min(OUTPUT_MAX, Math.max(length, 2 * this.kept.length)));
    more.set(this.kept);
    this.kept = more;
  }

  bytes(): Uint8Array {
    return this.kept.slice(0, Math.min(this.total, OUTPUT_MAX));
  }
}
