// A worker in which threads run, as Node, Deno, Bun and browsers have them.
import { checkKind } from '../../vfs/lib/options.ts';
import { hostProcess } from '../host/host.ts';
import type { AnyWorker } from './any-worker.ts';
import type { FromThread, ThreadStart } from './messages.ts';
import { threadScript } from './script.ts';

/** The events of a worker. */
interface WorkerEvents {
  /** In Node. */
  on?(type: string, act: (value: never) => void): void;
  /** In browsers. */
  addEventListener?(type: string, act: (event: never) => void): void;
}

/** What a worker tells. */
export interface WorkerListener {
  message(message: FromThread): void;
  /** It ended by itself, or could not be started. */
  died(error: Error): void;
}

interface NodeWorkers {
  Worker: new (script: string, options: object) => AnyWorker;
}

/** Makes workers from the text of the script. */
export class WorkerMaker {
  private readonly stackMb: number | undefined;
  private url: string | null = null;

  /** @param stackMb The stack of a thread in MiB, where it can be chosen. Default: that of the platform. */
  constructor(stackMb?: number) {
    this.stackMb = stackMb;
  }

  /** @throws Error with a sentence if there are no workers here. */
  make(): AnyWorker {
    const modules = hostProcess()?.getBuiltinModule?.('node:worker_threads') as NodeWorkers | undefined;
    if (modules !== undefined) {
      const limits = this.stackMb === undefined ? {} : { resourceLimits: { stackSizeMb: this.stackMb } };
      // Threads need no variables, and none of the modules that this process preloads.
      return new modules.Worker(threadScript, { eval: true, env: {}, execArgv: [], name: 'wasi9p thread', ...limits });
    }
    if (typeof Worker === 'undefined') {
      throw new Error('This runtime has no workers, in which the threads of a program run.');
    }
    this.url ??= URL.createObjectURL(new Blob([threadScript], { type: 'text/javascript' }));
    return new Worker(this.url, { name: 'wasi9p thread' });
  }

  close(): void {
    if (this.url !== null) URL.revokeObjectURL(this.url);
    this.url = null;
  }
}

/** One worker, which runs one thread at a time. */
export class ThreadWorker {
  private readonly worker: AnyWorker;
  private isEnding = false;

  /** @throws TypeError if it is not a worker. */
  constructor(worker: AnyWorker, { message, died }: WorkerListener) {
    checkKind(worker, 'Worker.postMessage', 'options.worker()');
    this.worker = worker;
    const end = (error: Error): void => {
      if (!this.isEnding) died(error);
    };
    const emitter = worker as WorkerEvents;
    if (emitter.on !== undefined) {
      emitter.on('message', message);
      emitter.on('error', end);
      emitter.on('exit', (status: number) => end(ended(`its worker has exited with status ${status}`)));
    } else {
      emitter.addEventListener?.('message', ({ data }: { data: FromThread }) => message(data));
      emitter.addEventListener?.('error', ({ message: why }: { message?: string }) => end(refused(why)));
    }
  }

  start(thread: ThreadStart): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
    this.worker.postMessage(thread);
  }

  /** Ends it, and waits for its end where that can be known. */
  async end(): Promise<void> {
    this.isEnding = true;
    await this.worker.terminate();
  }
}

function ended(why: string): Error {
  return new Error(`A thread of the program was ended from outside: ${why}.`);
}

function refused(why: string | undefined): Error {
  if (why !== undefined && why !== '') return new Error(why);
  return new Error(
    "A worker for the program's threads could not be started: if the page has a Content-Security-Policy, let it have worker-src blob:, or pass the option worker.",
  );
}
