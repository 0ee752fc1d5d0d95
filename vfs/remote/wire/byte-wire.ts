// A stream of bytes to a server, for a thread that waits: a helper thread opens it.
import { readSync, writeSync } from 'node:fs';
import { Worker, type MessagePort } from 'node:worker_threads';
import type { ServerAddress } from '../url.ts';
import type { ClientWire } from './client-wire.ts';
import { helper, type Order } from './helper.ts';
import { CONNECTING, DESCRIPTOR, IN, MORE, NAMES, OPEN, OUT, OVER, REASON, STATE, sharedMemory } from './shared.ts';

/**
 * Milliseconds for which the socket is read again and again before the helper thread is asked to wait. A server on this
 * machine answers sooner, and two changes of threads take longer.
 */
const SPIN = 0.1;
/** After so many waits in vain one in `RETRY` tries again. */
const VAIN = 4;
const RETRY = 32;
/** Milliseconds between two tries to write to a socket whose buffer is full. */
const PAUSE = 0.2;

/** The name that a thread of ours has, for tools that list threads. */
const NAME = 'wasi9p remote';

/**
 * A wire to a socket, or to a port whose other end knows nothing of this thread. The helper thread opens the socket and waits for it. Where this thread can use the socket's descriptor (Node on Linux
 * and macOS), it reads and writes by itself, and asks the helper only for what does not come within `SPIN`.
 */
export class ByteWire implements ClientWire {
  private readonly worker: Worker;
  private readonly words: Int32Array;
  private readonly input: Uint8Array;
  private readonly output: Uint8Array;
  private readonly reason: Uint8Array;
  /** The descriptor of the socket; −1: the helper moves all bytes. */
  private fd = -1;
  /** Bytes of the in-buffer that were taken already. */
  private taken = 0;
  /** True while the helper reads: this thread must not. */
  private isHelperReading = false;
  private vain = 0;
  private waits = 0;
  private why = '';
  private isClosed = false;

  private constructor(address: ServerAddress, port: MessagePort | null) {
    const memory = sharedMemory();
    const data = { address, ...memory, base: import.meta.url, port, names: NAMES };
    this.worker = new Worker(`(${helper.toString()})(require)`, {
      eval: true,
      workerData: data,
      transferList: port === null ? [] : [port],
      name: NAME,
    } as ConstructorParameters<typeof Worker>[1]);
    // A program that forgets to close its connection can end.
    this.worker.unref();
    // Without a listener an error of the thread would end the process.
    this.worker.on('error', (error) => (this.why ||= error.message));
    ({ words: this.words, input: this.input, output: this.output, reason: this.reason } = memory);
  }

  /**
   * Opens a connection.
   * @param ms The time that it may take, in milliseconds.
   * @throws Error if it cannot be opened; its message is a phrase.
   */
  static open(address: ServerAddress, port: MessagePort | null, ms: number): ByteWire {
    const wire = new ByteWire(address, port);
    Atomics.wait(wire.words, STATE, CONNECTING, ms);
    if (Atomics.load(wire.words, STATE) === OPEN) {
      wire.fd = Atomics.load(wire.words, DESCRIPTOR) - 1;
      return wire;
    }
    const why = wire.isOver ? wire.reasonOf() : `no answer within ${ms} ms`;
    wire.close();
    throw new Error(why);
  }

  get isOver(): boolean {
    return Atomics.load(this.words, STATE) === OVER;
  }

  /** The reason of the end, as a phrase. */
  reasonOf(): string {
    if (this.why !== '') return this.why;
    return new TextDecoder().decode(this.reason.slice(0, Atomics.load(this.words, REASON)));
  }

  send(bytes: Uint8Array, end: number): boolean {
    return this.fd >= 0 ? this.sendDirectly(bytes, end) : this.sendByHelper(bytes, end);
  }

  private sendDirectly(bytes: Uint8Array, end: number): boolean {
    for (let at = 0; at < bytes.length;) {
      if (this.isOver) return false;
      try {
        at += writeSync(this.fd, bytes, at, bytes.length - at);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EAGAIN') return this.fail(code ?? 'the socket cannot be written');
        if (performance.now() > end) return this.fail('the server takes no more requests');
        pause(PAUSE);
      }
    }
    return true;
  }

  private sendByHelper(bytes: Uint8Array, end: number): boolean {
    for (let at = 0; at < bytes.length;) {
      for (let full = Atomics.load(this.words, OUT); full !== 0; full = Atomics.load(this.words, OUT)) {
        const left = end - performance.now();
        if (full < 0) return false;
        if (left <= 0) return this.fail('the server takes no more requests');
        Atomics.wait(this.words, OUT, full, left);
      }
      const part = bytes.subarray(at, at + this.output.length);
      this.output.set(part);
      // It is −1 if the wire has ended meanwhile.
      if (Atomics.compareExchange(this.words, OUT, 0, part.length) !== 0) return false;
      this.order('write');
      at += part.length;
    }
    return true;
  }

  receive(into: Uint8Array, at: number, end: number): number {
    if (this.fd >= 0 && !this.isHelperReading) {
      const count = this.receiveDirectly(into, at);
      if (count >= 0) return count;
      this.order('read');
      this.isHelperReading = true;
    }
    return this.receiveByHelper(into, at, end);
  }

  /** The number of bytes; 0: the wire is over; −1: nothing has come within SPIN. */
  private receiveDirectly(into: Uint8Array, at: number): number {
    const patience = this.vain < VAIN || ++this.waits % RETRY === 0 ? SPIN : 0;
    let end = 0;
    for (;;) {
      if (this.isOver) return 0;
      try {
        const count = readSync(this.fd, into, at, into.length - at, null);
        if (count === 0) this.fail('the server has closed the connection');
        if (end !== 0) this.vain = 0;
        return count;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EAGAIN') {
          this.fail(code ?? 'the socket cannot be read');
          return 0;
        }
      }
      const now = performance.now();
      if (end === 0) end = now + patience;
      if (now >= end) break;
    }
    if (patience > 0) this.vain++;
    return -1;
  }

  private receiveByHelper(into: Uint8Array, at: number, end: number): number {
    for (;;) {
      const there = Atomics.load(this.words, IN);
      if (there > 0) return this.takeFrom(there, into, at);
      if (there < 0 || this.isClosed || (this.isOver && Atomics.load(this.words, MORE) !== 1)) return 0;
      const left = end - performance.now();
      if (left <= 0) {
        this.fail('the server has not answered in time');
        return 0;
      }
      Atomics.wait(this.words, IN, 0, left);
    }
  }

  /** Takes bytes from the in-buffer, which the helper may fill again when all are taken. */
  private takeFrom(there: number, into: Uint8Array, at: number): number {
    const count = Math.min(there - this.taken, into.length - at);
    into.set(this.input.subarray(this.taken, this.taken + count), at);
    this.taken += count;
    if (this.taken < there) return count;
    this.taken = 0;
    // In this order: the helper fills the in-buffer if it is empty, else it says that there is more.
    Atomics.store(this.words, IN, 0);
    if (Atomics.load(this.words, MORE) === 1) this.order('more');
    else this.isHelperReading = this.fd < 0;
    return count;
  }

  private order(order: Order): void {
    this.worker.postMessage(order, []);
  }

  /** Ends the wire from this side. Returns false. */
  private fail(why: string): false {
    this.why ||= why;
    this.close();
    return false;
  }

  /** Ends the helper thread, too. */
  close(): void {
    this.why ||= 'the connection is closed';
    this.isClosed = true;
    // First: the helper closes the descriptor, whose number may then be another file's.
    this.fd = -1;
    Atomics.store(this.words, STATE, OVER);
    Atomics.store(this.words, OUT, -1);
    this.order('close');
  }
}

const SLEEP = new Int32Array(new SharedArrayBuffer(4));

function pause(ms: number): void {
  Atomics.wait(SLEEP, 0, 0, ms);
}
