// Helpers for the tests of remote servers: a server in a thread of its own.
import { existsSync, readdirSync } from 'node:fs';
import { Worker, type MessagePort } from 'node:worker_threads';
import { bundleToRun } from '../../build/bundle.mjs';
import { AT_REST } from '../../testing/at-rest.ts';
import type { Inspection } from '../server/server.ts';
import type { Question, Serving } from './server-testing.ts';

let bundled: Promise<string> | undefined;

/** A server in a thread of its own, so that this one can wait for it. */
export class ServerThread {
  /** The URL of its root, without options. */
  readonly url: string;
  private readonly worker: Worker;

  private constructor(worker: Worker, url: string) {
    this.worker = worker;
    this.url = url;
  }

  /** Starts one; the caller ends it. */
  static async start(serving: Serving = {}): Promise<ServerThread> {
    bundled ??= bundleToRun(['vfs/remote/server-testing.ts'], 'remote-server').then(([script = '']) => script);
    const worker = new Worker(await bundled, { workerData: serving });
    const port = await new Promise<number>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    worker.removeAllListeners();
    return new ServerThread(
      worker,
      serving.path === undefined ? `9p+tcp://127.0.0.1:${port}/` : `9p+unix:${serving.path}`,
    );
  }

  /** Serves a port. */
  serve(port: MessagePort): void {
    this.worker.postMessage(port, [port]);
  }

  /** Accepts clients at a port. */
  accept(port: MessagePort): void {
    this.worker.postMessage({ accept: port }, [port]);
  }

  /** Removes all files. */
  clear(): void {
    this.ask(true);
  }

  private ask(clear = false): Int32Array {
    const words = new Int32Array(new SharedArrayBuffer(40));
    this.worker.postMessage({ words, clear } satisfies Question, []);
    Atomics.wait(words, 0, 0, 5000);
    return words;
  }

  /** The result of `inspect()` on the server. */
  inspect(): Inspection {
    const counts = this.ask();
    const names = Object.keys(AT_REST) as (keyof Inspection)[];
    return Object.fromEntries(names.map((name, i) => [name, counts[i + 1]!])) as unknown as Inspection;
  }

  /** The number of frames that it has received. */
  get frames(): number {
    return this.ask()[Object.keys(AT_REST).length + 1]!;
  }

  /** Waits until nothing is alive on it; returns what is. */
  atRest(): Inspection {
    const end = Date.now() + 2000;
    for (;;) {
      const found = this.inspect();
      if (Object.values(found).every((count) => count === 0) || Date.now() > end) return found;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }

  /** Ends the thread at once, as a killed process. */
  async end(): Promise<void> {
    await this.worker.terminate();
  }
}

/** The number of this process's descriptors, where the system tells it. */
export function descriptors(): number {
  return existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0;
}

/** Waits, in this thread, until helper threads that end have closed their descriptors. */
export function waitForHelpers(before: number): void {
  const sleep = new Int32Array(new SharedArrayBuffer(4));
  for (const end = Date.now() + 10_000; descriptors() > before && Date.now() < end;) Atomics.wait(sleep, 0, 0, 5);
}

/** Calls `act` with a server, which is ended afterwards. */
export async function withServer(serving: Serving, act: (server: ServerThread) => void | Promise<void>): Promise<void> {
  const server = await ServerThread.start(serving);
  try {
    await act(server);
  } finally {
    await server.end();
  }
}
