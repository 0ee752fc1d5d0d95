// The process of an owner: its functions as its WASI object has them, behind a tracer.
import type { Attachment } from '../../../vfs/connect/attachment.ts';
import type { Calls } from '../../preview1/gate/parameters.gen.ts';
import type { Guest } from '../../preview1/process/guest.ts';
import type { TracedGuest, Tracer } from '../../preview1/tracer.ts';
import type { OwnedProcess } from './owner.ts';

/** Keeps the functions that a WASI object gives to its tracer: the owner calls them without the gate. */
export class TracedProcess implements Tracer, OwnedProcess {
  calls!: Calls;
  guest!: Guest;
  private readonly trace: Tracer | undefined;
  private made: number | null = null;

  constructor(trace: Tracer | undefined) {
    this.trace = trace;
  }

  /** True if there is a tracer. */
  get isTraced(): boolean {
    return this.trace !== undefined;
  }

  wrap(calls: Calls, guest: TracedGuest): Calls {
    this.guest = guest as Guest;
    // The owner makes these itself, since they may wait; then a tracer is told of them.
    const owned: Calls = {
      ...calls,
      poll_oneoff: (...args) => this.take() ?? calls.poll_oneoff(...args),
      fd_write: (...args) => this.take() ?? calls.fd_write(...args),
    };
    return (this.calls = this.trace?.wrap(owned, guest) ?? owned);
  }

  listen(mount: Attachment): void {
    this.trace?.listen(mount);
  }

  settled(errno: number): void {
    this.made = errno;
  }

  /** The errno of a call that was made, once. */
  private take(): number | null {
    const { made } = this;
    this.made = null;
    return made;
  }
}
