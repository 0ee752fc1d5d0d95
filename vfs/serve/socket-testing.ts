// A socket in memory for the tests of this folder, which reads late and checks the frames that it reads.
import * as assert from '../../testing/assert.ts';

/** A socket of the test. It keeps what is written by reference until `drain`, as the kernel does not take it at once. */
export class Socket {
  writableLength = 0;
  private readonly longest: number;
  isClosed = false;
  isSlow = false;
  private readonly listeners = new Map<string, (...args: never[]) => void>();
  private isPaused = false;
  private readonly coming: Uint8Array[] = [];
  private kept: { bytes: Uint8Array; done: () => void }[] = [];
  private finished: (() => void) | null = null;
  /** All that the client has read. */
  readonly replies: Uint8Array[] = [];
  private rest: Uint8Array = new Uint8Array(0);

  /** @param longest The longest reply that may come, in bytes. */
  constructor(longest: number) {
    this.longest = longest;
  }

  setNoDelay(): void {}

  on(event: string, listener: (...args: never[]) => void): void {
    this.listeners.set(event, listener);
  }

  private emit(event: string, ...args: unknown[]): void {
    (this.listeners.get(event) as ((...args: unknown[]) => void) | undefined)?.(...args);
  }

  feed(chunk: Uint8Array): void {
    this.coming.push(chunk);
    this.flow();
  }

  private flow(): void {
    while (!this.isPaused && !this.isClosed && this.coming.length > 0) this.emit('data', this.coming.shift());
  }

  get isWaiting(): boolean {
    return !this.isClosed && this.coming.length > 0;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    queueMicrotask(() => this.flow());
  }

  write(bytes: Uint8Array, done: () => void): void {
    if (this.isSlow) {
      this.kept.push({ bytes, done });
      this.writableLength += bytes.length;
    } else {
      this.read(bytes);
      queueMicrotask(done);
    }
  }

  drain(): void {
    for (const { bytes, done } of this.kept.splice(0)) {
      this.read(bytes);
      this.writableLength -= bytes.length;
      done();
    }
    this.finished?.();
  }

  private read(bytes: Uint8Array): void {
    let all = Uint8Array.from([...this.rest, ...bytes]);
    while (all.length >= 4) {
      const size = new DataView(all.buffer, all.byteOffset).getUint32(0, true);
      assert.ok(size >= 7 && size <= this.longest, `a reply of ${size} bytes`);
      if (all.length < size) break;
      this.replies.push(all.slice(0, size));
      all = all.subarray(size);
    }
    this.rest = all;
  }

  end(done: () => void): void {
    this.finished = done;
    if (this.writableLength === 0) queueMicrotask(done);
  }

  /** The client has sent all. */
  finish(): void {
    this.emit('end');
  }

  destroy(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.kept = [];
    this.writableLength = 0;
    queueMicrotask(() => this.emit('close'));
  }
}
