// The guest's end of the helper thread: starts it, gives it orders, and waits for what it does.
import { Worker } from 'node:worker_threads';
import { sleeper } from '../host/host.ts';
import { helper } from './helper.ts';
import {
  BELL,
  ENDED,
  ERRNOS,
  FREE,
  OUT_IDLE,
  NAMES,
  PENDING,
  connectionMemory,
  sharedWords,
  type ConnectionMemory,
  type TcpAddress,
  type SocketHelperData,
  type Listening,
  type SocketOrder,
} from './shared.ts';

/** The name of the thread, for tools that list threads. */
const NAME = 'wasi9p sockets';
/** Milliseconds between two looks at a helper thread that says nothing. */
const SLICE_MS = 1000;
/** Memory of closed connections that is kept for others. */
const USED_MAX = 64;

/** A helper thread and the words shared with it. */
export class Link {
  private readonly worker: Worker;
  private readonly words: Int32Array;
  private count = 0;
  /** The memory of connections that the guest has closed. */
  private readonly used: ConnectionMemory[] = [];

  private constructor(addresses: readonly TcpAddress[]) {
    this.words = sharedWords(addresses.length);
    const data: SocketHelperData = { addresses, words: this.words, sleeper: sleeper!, names: NAMES, errnos: ERRNOS };
    this.worker = new Worker(`(${helper.toString()})(require)`, {
      eval: true,
      workerData: data,
      name: NAME,
    } as ConstructorParameters<typeof Worker>[1]);
  }

  /** Starts a helper thread that listens. Resolves to it and the addresses, or to the reason of the failure. */
  static async open(addresses: readonly TcpAddress[]): Promise<[Link, Listening]> {
    const link = new Link(addresses);
    const listening = await new Promise<Listening>((resolve, reject) => {
      link.worker.once('message', resolve);
      link.worker.once('error', reject);
    });
    // Without a listener an error of the thread would end the process; the guest sees that the thread has ended.
    link.worker.on('error', () => undefined);
    return [link, listening];
  }

  /** The number of connections that a listener has for `accept`. */
  pending(listener: number): number {
    return Atomics.load(this.words, PENDING + listener);
  }

  /** Takes a connection of a listener; returns its number and memory. The caller has found one pending. */
  take(listener: number): [id: number, memory: ConnectionMemory] {
    Atomics.sub(this.words, PENDING + listener, 1);
    const id = this.count++;
    const memory = this.memory();
    this.order({ kind: 'accept', listener, id, memory });
    return [id, memory];
  }

  /** Memory for a connection. A guest that waits does not come to collect garbage: it is used again. */
  private memory(): ConnectionMemory {
    const at = this.used.findIndex(({ words }) => Atomics.load(words, FREE) === 1);
    const [memory] = at < 0 ? [connectionMemory()] : this.used.splice(at, 1);
    memory!.words.fill(0);
    // From the start: the guest may send before the helper has the order to accept.
    Atomics.store(memory!.words, OUT_IDLE, 1);
    return memory!;
  }

  /** Closes a connection of the guest. */
  close(id: number, memory: ConnectionMemory): void {
    this.used.push(memory);
    // The helper still sends from the others; the collector will find them.
    if (this.used.length > USED_MAX) this.used.shift();
    this.order({ kind: 'close', id });
  }

  order(order: SocketOrder): void {
    this.worker.postMessage(order, []);
  }

  /** True if the helper thread has ended: nothing happens any more. */
  get isOver(): boolean {
    return Atomics.load(this.words, ENDED) === 1;
  }

  /** Calls `look` again whenever the helper has done something, until it returns a value or the thread has ended. */
  wait<T>(look: () => T | undefined): T | undefined {
    for (;;) {
      const seen = Atomics.load(this.words, BELL);
      const found = look();
      if (found !== undefined || this.isOver) return found;
      Atomics.wait(this.words, BELL, seen, SLICE_MS);
    }
  }

  /**
   * Closes all sockets, and ends the thread. What was sent reaches the system first, as long as the other sides take
   * some of it.
   * @param patience Milliseconds without any progress after which the rest is given up.
   */
  async end(patience: number): Promise<void> {
    this.order({ kind: 'end' });
    let seen = NaN;
    let since = performance.now();
    while (!this.isOver) {
      const now = Atomics.load(this.words, BELL);
      if (now !== seen) since = performance.now();
      else if (performance.now() - since >= patience) break;
      seen = now;
      Atomics.wait(this.words, BELL, now, Math.min(patience, SLICE_MS));
    }
    await this.worker.terminate();
  }
}
