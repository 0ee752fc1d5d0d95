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
  private polled = 0;

  constructor(trace: Tracer | undefined) {
    this.trace = trace;
  }

  /** True if there is a tracer. */
  get isTraced(): boolean {
    return this.trace !== undefined;
  }

  wrap(calls: Calls, guest: TracedGuest): Calls {
    // The owner makes the poll itself; then a tracer is told of it.
    this.guest = guest as Guest;
    const owned = { ...calls, poll_oneoff: () => this.polled };
    return (this.calls = this.trace?.wrap(owned, guest) ?? owned);
  }

  listen(mount: Attachment): void {
    this.trace?.listen(mount);
  }

  settled(errno: number): void {
    this.polled = errno;
  }
}
