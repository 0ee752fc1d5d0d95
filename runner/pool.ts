// The workers: each runs one job at a time, and is ended and replaced when a job runs too long.
import { Worker } from 'node:worker_threads';
import { TEST_THREAD, type FromWorker, type Outcome, type TestJob, type WorkerData } from './job.ts';
import { sharedOutput, writtenSoFar } from './output.ts';

export interface PoolOptions {
  /** The script of the workers. */
  readonly script: URL | string;
  readonly size: number;
  /** Of the threads, in MiB. */
  readonly stack: number;
}

/** Milliseconds until a worker that was ended counts as stuck. */
const GRACE = 2000;

/** A worker and its job. */
interface Seat {
  readonly worker: Worker;
  readonly output: SharedArrayBuffer;
  job: Pending | null;
  timer: ReturnType<typeof setTimeout> | null;
}

interface Pending {
  readonly job: TestJob;
  /** Milliseconds. */
  readonly timeout: number;
  readonly resolve: (outcome: Outcome) => void;
}

/** A pool of workers that stays warm between jobs. */
export class Pool {
  private readonly options: PoolOptions;
  private seats: Seat[] = [];
  private readonly waiting: Pending[] = [];
  /** The workers that were ended and whose threads still run. */
  private readonly ending = new Set<Promise<unknown>>();
  private closed = false;

  constructor(options: PoolOptions) {
    this.options = options;
  }

  /** Runs a job when a worker is free. @param timeout Milliseconds from the start of the program. */
  run(job: TestJob, timeout: number): Promise<Outcome> {
    return new Promise((resolve) => {
      this.waiting.push({ job, timeout, resolve });
      this.dispatch();
    });
  }

  /**
   * Ends all workers. Jobs that have not ended are dropped.
   * @returns The number of threads that do not end: V8 does not interrupt every loop, such as one of memory.grow. Their
   *   process cannot exit.
   */
  async close(): Promise<number> {
    this.closed = true;
    this.waiting.length = 0;
    for (const { worker, timer } of this.seats) {
      clearTimeout(timer ?? undefined);
      this.end(worker);
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, GRACE)));
    await Promise.race([Promise.all(this.ending), late]);
    clearTimeout(timer);
    return this.ending.size;
  }

  private end(worker: Worker): void {
    const end = worker.terminate().finally(() => this.ending.delete(end));
    this.ending.add(end);
  }

  private dispatch(): void {
    while (this.waiting.length > 0) {
      const seat = this.seats.find(({ job }) => job === null) ?? this.addSeat();
      if (seat === null) return;
      const pending = this.waiting.shift()!;
      seat.job = pending;
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
      seat.worker.postMessage(pending.job);
    }
  }

  private addSeat(): Seat | null {
    if (this.seats.length >= this.options.size) return null;
    const output = sharedOutput();
    const seat: Seat = { worker: this.startWorker(output), output, job: null, timer: null };
    this.seats.push(seat);
    this.listen(seat);
    return seat;
  }

  private startWorker(output: SharedArrayBuffer): Worker {
    const { script, size, stack } = this.options;
    const workerData: WorkerData = { output, workers: size };
    // The guest's output comes by messages: nothing of it goes to the streams of the process.
    const argv = [TEST_THREAD];
    return new Worker(script, { argv, workerData, resourceLimits: { stackSizeMb: stack }, env: process.env });
  }

  private listen(seat: Seat): void {
    const { worker } = seat;
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'started') this.watch(seat);
      if (message.kind === 'done') this.settle(seat, message.outcome);
    });
    worker.on('error', (error) => this.died(seat, error.message));
    worker.on('exit', (code) => this.died(seat, `its worker ended with status ${code}`));
  }

  /** Starts the clock of a job. */
  private watch(seat: Seat): void {
    const { job } = seat;
    if (job === null) return;
    seat.timer = setTimeout(() => {
      this.remove(seat);
      this.end(seat.worker);
      const end = { kind: 'timeout', ms: job.timeout } as const;
      this.settle(seat, this.cutOff(seat, job, end, `It was ended after ${job.timeout} ms.`));
    }, job.timeout);
  }

  /** A worker has ended by itself: its job has failed. The next job gets another worker. */
  private died(seat: Seat, why: string): void {
    if (this.closed || !this.seats.includes(seat)) return;
    this.remove(seat);
    const { job } = seat;
    if (job === null) return;
    const message = `${job.job.program} was cut off: ${why.replace(/\.$/, '')}.`;
    this.settle(seat, this.cutOff(seat, job, { kind: 'error', message }, message));
  }

  private remove(seat: Seat): void {
    this.seats = this.seats.filter((other) => other !== seat);
  }

  /** The outcome of a job whose worker has ended, with the output that it has left in shared memory. */
  private cutOff({ output }: Seat, { job }: Pending, end: Outcome['end'], failure: string): Outcome {
    const [stdout, stderr] = [writtenSoFar(output, 0), writtenSoFar(output, 1)];
    const ms = end.kind === 'timeout' ? end.ms : 0;
    return { id: job.id, end, failures: [failure], ms, stdout, stderr, changes: [], tree: null };
  }

  private settle(seat: Seat, outcome: Outcome): void {
    const { job } = seat;
    if (seat.timer !== null) clearTimeout(seat.timer);
    seat.timer = null;
    seat.job = null;
    job?.resolve(outcome);
    this.dispatch();
  }
}
