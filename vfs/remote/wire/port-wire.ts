// A wire to a service in another thread of this process: frames go through a port, and shared memory tells that one has come.
import type * as Threads from 'node:worker_threads';
import { MessageChannel, MessagePort, Worker, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { OVER, REPLIES, WORDS, type ThreadClient } from '../../lib/thread-client.ts';
import type { ClientWire } from './client-wire.ts';

/**
 * Milliseconds for which the port is looked at again and again before this thread waits: the change of threads takes as
 * long as most requests.
 */
const SPIN = 0.05;

/** The workerData of the watching thread. */
interface WatchedSession {
  readonly life: MessagePort;
  readonly words: Int32Array;
  readonly names: { readonly REPLIES: number; readonly OVER: number };
}

/**
 * Runs in a thread that only waits: this thread, while it waits, does not learn that the service's thread has ended.
 * Passed as text, so it refers to nothing outside of itself.
 */
function watch(load: NodeJS.Require): void {
  const { parentPort, workerData: data } = load('node:worker_threads') as typeof Threads;
  const { life, words, names } = data as WatchedSession;
  life.on('close', () => {
    Atomics.store(words, names.OVER, 1);
    Atomics.add(words, names.REPLIES, 1);
    Atomics.notify(words, names.REPLIES);
    parentPort!.close();
  });
  // Whatever comes ends the watch.
  parentPort!.on('message', () => life.close());
}

/** The port that leads to a service, which this thread got as `workerData[name]`. @throws Error with a phrase. */
function portOf(name: string): MessagePort {
  const port = (Object(workerData) as Record<string, unknown>)[name];
  if (port instanceof MessagePort) return port;
  throw new Error(`workerData.${name} of this thread is not a MessagePort`);
}

/** A connection to a Service that accepts clients at the port: see `Service.acceptPorts`. */
export class PortWire implements ClientWire {
  private readonly frames: MessagePort;
  private readonly words: Int32Array;
  private readonly watcher: Worker;
  /** A message of which a part was received. */
  private rest: Uint8Array | null = null;
  private isClosed = false;

  /** Opens a connection by the name of the port. @throws Error with a phrase if there is no such port. */
  static named(name: string): PortWire {
    return new PortWire(portOf(name));
  }

  /** @param control The port that leads to the service. */
  constructor(control: MessagePort) {
    const frames = new MessageChannel();
    const life = new MessageChannel();
    this.words = new Int32Array(new SharedArrayBuffer(WORDS * 4));
    this.frames = frames.port1;
    const client: ThreadClient<MessagePort> = { frames: frames.port2, life: life.port2, words: this.words };
    control.postMessage(client, [frames.port2, life.port2]);
    const data: WatchedSession = { life: life.port1, words: this.words, names: { REPLIES, OVER } };
    this.watcher = new Worker(`(${watch.toString()})(require)`, {
      eval: true,
      workerData: data,
      transferList: [life.port1],
      name: 'wasi9p remote',
    } as ConstructorParameters<typeof Worker>[1]);
    // A program that forgets to close its connection can end.
    this.watcher.unref();
    this.watcher.on('error', () => this.close());
  }

  get isOver(): boolean {
    return this.isClosed || Atomics.load(this.words, OVER) === 1;
  }

  send(bytes: Uint8Array): boolean {
    if (this.isOver) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (let at = 0; at < bytes.length;) {
      const size = view.getUint32(at, true);
      const frame = bytes.slice(at, at + size);
      this.frames.postMessage(frame, [frame.buffer]);
      at += size;
    }
    return true;
  }

  receive(into: Uint8Array, at: number, end: number): number {
    const bytes = this.rest ?? this.next(end);
    if (bytes === null) return 0;
    const count = Math.min(bytes.length, into.length - at);
    into.set(bytes.subarray(0, count), at);
    this.rest = count < bytes.length ? bytes.subarray(count) : null;
    return count;
  }

  /** The next message; null: the wire is over. */
  private next(end: number): Uint8Array | null {
    const patience = performance.now() + SPIN;
    for (;;) {
      const seen = Atomics.load(this.words, REPLIES);
      const over = this.isOver;
      const found = receiveMessageOnPort(this.frames) as { message: unknown } | undefined;
      if (found !== undefined) {
        if (found.message instanceof Uint8Array) return found.message;
        this.close();
      }
      const now = performance.now();
      // A service that ends has answered before.
      if (over || now >= end) this.close();
      if (this.isClosed) return null;
      if (now >= patience) Atomics.wait(this.words, REPLIES, seen, end - now);
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.frames.close();
    this.watcher.postMessage('close', []);
  }
}
