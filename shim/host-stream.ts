import { E, errnoOf } from '../vfs/errno.ts';
import type { Iov } from '../vfs/iov.ts';
import { FDFLAGS, FILETYPE } from './abi.ts';
import { hostFs, sleep, type HostFs } from './host.ts';
import { RIGHTS_STREAM_IN, RIGHTS_STREAM_OUT } from './rights.ts';
import { filetypeOf } from './stat.ts';
import { StreamDescriptor, scatter } from './stream.ts';

/** How long a call waits before it asks a host descriptor that was not ready again, in milliseconds. */
const RETRY_MS = 1;

/** A descriptor of the host process, by its number. */
export class HostDescriptor extends StreamDescriptor {
  private readonly fs: HostFs;
  private readonly fd: number;
  /** Bytes that were read while a poll looked whether there are any. */
  private ahead: Uint8Array = new Uint8Array(0);
  /** The same stream opened so that reading does not wait, −1 where that cannot be had. */
  private probe: number | null = null;

  private constructor(fs: HostFs, fd: number, filetype: number, ino: number, input: boolean) {
    super(filetype, input ? RIGHTS_STREAM_IN : RIGHTS_STREAM_OUT, ino);
    this.fs = fs;
    this.fd = fd;
  }

  /** A closed descriptor of the host is still one of the guest, that fails when it is used. */
  static open(fd: number, input: boolean): HostDescriptor {
    const fs = hostFs();
    if (fs === null) throw new TypeError('A descriptor number needs Node, Deno or Bun: pass a function instead.');
    let filetype: number = FILETYPE.UNKNOWN;
    let ino = 0;
    try {
      const stat = fs.fstatSync(fd);
      filetype = filetypeOf(stat.mode);
      ino = stat.ino;
    } catch {
      // EBADF: what uses it will say so.
    }
    return new HostDescriptor(fs, fd, filetype, ino, input);
  }

  override close(): number {
    if (this.probe !== null && this.probe >= 0) this.fs.closeSync(this.probe);
    this.probe = -1;
    return 0;
  }

  override read(iov: Iov): number {
    if (this.ahead.length > 0) {
      const count = scatter(this.ahead, iov);
      this.ahead = this.ahead.subarray(count);
      return count;
    }
    if (iov.total === 0) return 0;
    // One call for all ranges: a second one would wait for bytes that a pipe may never get.
    const ranges: Uint8Array[] = [];
    for (let i = 0; i < iov.count; i++) ranges.push(iov.u8.subarray(iov.start[i]!, iov.end[i]!));
    return this.retry(() => this.fs.readvSync(this.fd, ranges, null));
  }

  override write(iov: Iov): number {
    let done = 0;
    for (let i = 0; i < iov.count; i++) {
      for (let at = iov.start[i]!; at < iov.end[i]!;) {
        const from = at;
        const count = this.retry(() => this.fs.writeSync(this.fd, iov.u8, from, iov.end[i]! - from, null));
        if (count < 0) return done > 0 ? done : count;
        at += count;
        done += count;
      }
    }
    return done;
  }

  /** Runs a call of the host; one that is not ready (a pipe that does not block) is tried again. */
  private retry(call: () => number): number {
    for (;;) {
      try {
        return call();
      } catch (thrown) {
        if ((thrown as { code?: string }).code === 'EOF') return 0;
        const errno = errnoOf(thrown);
        if (errno !== E.EAGAIN || (this.fdflags & FDFLAGS.NONBLOCK) !== 0) return -errno;
        sleep(RETRY_MS);
      }
    }
  }

  override setFlags(fdflags: number): number {
    this.fdflags = fdflags;
    return 0;
  }

  /** Whether there is something to read: what came is kept for the next read. Where it cannot be told, there is. */
  override readable(): number {
    if (this.ahead.length > 0) return this.ahead.length;
    if (this.filetype === FILETYPE.REGULAR_FILE) return 1;
    this.probe ??= this.openProbe();
    if (this.probe < 0) return 1;
    const bytes = new Uint8Array(65536);
    try {
      const count = this.fs.readSync(this.probe, bytes, 0, bytes.length, null);
      this.ahead = bytes.subarray(0, count);
      return count;
    } catch (thrown) {
      return errnoOf(thrown) === E.EAGAIN ? -1 : 1;
    }
  }

  private openProbe(): number {
    const { constants } = this.fs;
    if (constants.O_NONBLOCK === undefined) return -1;
    try {
      return this.fs.openSync(`/proc/self/fd/${this.fd}`, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch {
      return -1; // no /proc, or a socket
    }
  }
}
