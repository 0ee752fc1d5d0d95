// A fd_write of a thread to a stream of the host that takes only a part of it now: the owner of the process writes the rest
// later, and serves other threads between.
import { E } from '../../../vfs/linux/errno.ts';
import { wasiErrnoOf } from '../../../vfs/linux/errno.ts';
import { Iov } from '../../../vfs/lib/iov.ts';
import { FDFLAGS } from '../../preview1/abi/structs.ts';
import type { HostDescriptor } from '../../preview1/descriptors/host-stream.ts';
import type { GuestMemory } from '../../preview1/memory/guest-memory.ts';
import { FAULT } from '../../preview1/process/guest.ts';

/** A write whose ranges were read once. Their bytes are those at the time when each is written. */
export class WaitingWrite {
  private readonly memory: GuestMemory;
  private readonly output: HostDescriptor;
  private readonly ranges = new Iov();
  private readonly rest = new Iov();
  private readonly out: number;
  private done = 0;

  private constructor(memory: GuestMemory, output: HostDescriptor, out: number) {
    this.memory = memory;
    this.output = output;
    this.out = out;
    this.ranges.slice(memory.iov, 0, memory.iov.total);
  }

  /** Begins a write: the write, or a WASI errno. The checks are those of fd_write. */
  static begin(
    memory: GuestMemory,
    output: HostDescriptor,
    iovs: number,
    count: number,
    out: number,
  ): WaitingWrite | number {
    if (!memory.fits(out, 4)) return FAULT;
    const errno = memory.loadIovs(iovs, count);
    return errno === 0 ? new WaitingWrite(memory, output, out) : wasiErrnoOf(errno);
  }

  /** Writes what the stream takes now: a WASI errno, or null if there is more to write. */
  try(): number | null {
    const { memory, output, ranges, rest } = this;
    rest.slice(ranges, this.done, ranges.total - this.done);
    rest.u8 = memory.fresh();
    const flags = output.fdflags;
    output.fdflags = flags | FDFLAGS.NONBLOCK;
    const count = output.write(rest);
    output.fdflags = flags;
    if (count > 0) this.done += count;
    const isFull = count === -E.EAGAIN || (count >= 0 && this.done < ranges.total);
    if (isFull) return null;
    // As write(2): an error after some bytes is that of the next call.
    if (count < 0 && this.done === 0) return wasiErrnoOf(-count);
    return wasiErrnoOf(memory.putU32(this.out, this.done));
  }
}
