// StatWatcher of node:fs: looks at the attributes of a path again and again.
import { Message } from '../../9p/codec.gen.ts';
import { Emitter } from '../values/emitter.ts';
import { BigIntStats, Stats } from '../values/stats.ts';

/** Gets the attributes of the path; undefined if there is no such file. */
type GetStats = (bigint: boolean) => Stats | BigIntStats | undefined;

type Timer = { ref?(): unknown; unref?(): unknown };

/** The attributes whose change counts; the access time does not. */
const FIELDS = ['mtimeMs', 'ctimeMs', 'birthtimeMs', 'size', 'mode', 'uid', 'gid', 'ino', 'dev'] as const;

/** The attributes of a path without a file. */
function nothing(bigint: boolean): Stats | BigIntStats {
  const none = new Message();
  return bigint ? new BigIntStats(none, 0) : new Stats(none, 0);
}

/** A watcher, as `watchFile` returns it. It emits `change` and `stop`. */
export class StatWatcher extends Emitter {
  readonly #look: GetStats;
  readonly #bigint: boolean;
  #last: Stats | BigIntStats;
  #timer: Timer | null;

  /** @internal */
  constructor(look: GetStats, options: { bigint: boolean; interval: number; persistent: boolean }) {
    super();
    this.#look = look;
    this.#bigint = options.bigint;
    const first = look(this.#bigint);
    this.#last = first ?? nothing(this.#bigint);
    // As Node: one event for a file that is not there.
    if (first === undefined) queueMicrotask(() => this.#timer !== null && this.#tell(this.#last));
    this.#timer = setInterval(() => this.#poll(), options.interval) as unknown as Timer;
    if (!options.persistent) this.unref();
  }

  /** Keeps the process running as long as the watcher is open. */
  ref(): this {
    this.#timer?.ref?.();
    return this;
  }

  unref(): this {
    this.#timer?.unref?.();
    return this;
  }

  /** Ends the watch. */
  stop(): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer as never);
    this.#timer = null;
    queueMicrotask(() => this.emit('stop'));
  }

  #poll(): void {
    const now = this.#look(this.#bigint) ?? nothing(this.#bigint);
    if (FIELDS.some((field) => now[field] !== this.#last[field])) this.#tell(now);
  }

  #tell(now: Stats | BigIntStats): void {
    const before = this.#last;
    this.#last = now;
    this.emit('change', now, before);
  }
}
