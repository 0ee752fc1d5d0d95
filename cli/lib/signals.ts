// Holds back signals while a commit runs. Only the main thread receives them: for a commit in the thread of a guest it
// counts them in shared memory.
import { parentPort, type Worker } from 'node:worker_threads';
import { tell } from './output.ts';
import { sentence, text, type Text } from './text.ts';
import { thread } from './thread.ts';

/** The signals that end a process, with the numbers that a shell adds to 128. */
const ENDING = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Words of the shared memory: signals so far, the exit status for the first one, and 1 while they are held back. */
const [COUNT, STATUS, HELD, WORDS] = [0, 1, 2, 3];
/** Milliseconds that a thread waits until the main thread holds back signals. */
const PATIENCE_MS = 1000;

/** A request of a thread to the main thread. */
interface SignalRequest {
  readonly shared: Int32Array;
  readonly notice: string;
  readonly hold: boolean;
}

/** Counts the signals that would end this process, from the constructor to `end`, instead of ending it. */
export class Signals {
  private readonly shared = new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
  private readonly notice: string;
  private readonly release: () => void;

  /** @param notice Printed at the first signal. */
  constructor(notice: Text) {
    this.notice = String(notice);
    if (!thread.isGuest) {
      this.release = hold(this.shared, this.notice);
      return;
    }
    this.ask(true);
    Atomics.wait(this.shared, HELD, 0, PATIENCE_MS);
    this.release = () => this.ask(false);
  }

  /** The number of signals so far. */
  get count(): number {
    return Atomics.load(this.shared, COUNT);
  }

  /** The exit status for the first signal; 0 without a signal. */
  get status(): number {
    return Atomics.load(this.shared, STATUS);
  }

  end(): void {
    this.release();
  }

  private ask(isHold: boolean): void {
    const request: SignalRequest = { shared: this.shared, notice: this.notice, hold: isHold };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
    parentPort?.postMessage(request);
  }
}

/** Listens to the signals; returns a function that stops it. */
function hold(shared: Int32Array, notice: string): () => void {
  const listeners = Object.entries(ENDING).map(([name, number]) => {
    const listen = (): void => {
      Atomics.compareExchange(shared, STATUS, 0, 128 + number);
      if (Atomics.add(shared, COUNT, 1) === 0) tell(text`wasi9p: ${sentence(notice)}\n`);
    };
    return [name as keyof typeof ENDING, listen] as const;
  });
  for (const [name, listen] of listeners) process.on(name, listen);
  return () => {
    for (const [name, listen] of listeners) process.off(name, listen);
  };
}

/** Holds back signals for the `Signals` of a thread, as long as it asks for it. */
export function holdFor(worker: Worker): void {
  let release: (() => void) | undefined;
  worker.on('message', ({ shared, notice, hold: isHold }: Partial<SignalRequest>) => {
    if (shared === undefined) return;
    release?.();
    release = isHold === true ? hold(shared, notice ?? '') : undefined;
    Atomics.store(shared, HELD, 1);
    Atomics.notify(shared, HELD);
  });
}
