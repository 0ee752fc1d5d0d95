// A descriptor of the host process (Node, Deno, Bun) as stdin, stdout or stderr of the guest.
import { E, errnoOf } from '../../../vfs/linux/errno.ts';
import type { Iov } from '../../../vfs/lib/iov.ts';
import { filetypeOf } from '../abi/filetype.ts';
import { EVENTRWFLAGS, FDFLAGS, FILETYPE, WHENCE } from '../abi/structs.ts';
import { hostFs, hostProcess, isTerminal, sleep, type HostFs } from '../../host/host.ts';
import { RIGHTS_ALL, RIGHTS_SEEK, RIGHTS_STREAM_IN, RIGHTS_STREAM_OUT } from '../abi/rights.ts';
import { StreamDescriptor } from './stream.ts';

/**
 * Milliseconds until a host descriptor that was not ready (EAGAIN) is tried again: at first, since the other end of a pipe
 * often goes on at once, and at most.
 */
const FIRST_RETRY_MS = 1 / 32;
const RETRY_MS = 1;

/** A file descriptor of the host process. The host keeps it open. */
export class HostDescriptor extends StreamDescriptor {
  private readonly fs: HostFs;
  private readonly fd: number;
  /** A byte read ahead by `readable`; null at the end of file, undefined without a byte. */
  private ahead: number | null | undefined;
  /** A descriptor of the same stream with O_NONBLOCK; −1 if there is none, null before the first try. */
  private probe: number | null = null;

  private constructor(fs: HostFs, fd: number, filetype: number, ino: number, rights: number) {
    super(filetype, rights, ino);
    this.fs = fs;
    this.fd = fd;
  }

  /**
   * Makes the guest's descriptor for a host descriptor; `input` is true for stdin. The host descriptor may be closed:
   * each use then fails with EBADF.
   * @throws TypeError in a browser.
   */
  static open(fd: number, input: boolean): HostDescriptor {
    const fs = hostFs();
    if (fs === null) throw new TypeError('A descriptor number needs Node, Deno or Bun: pass a function instead.');
    let filetype: number = FILETYPE.UNKNOWN;
    let ino = 0;
    let rdev = 0;
    try {
      const stat = fs.fstatSync(fd);
      filetype = filetypeOf(stat.mode);
      ino = stat.ino;
      rdev = stat.rdev;
    } catch {
      // EBADF, which each use returns.
    }
    // To wasi-libc a character device without seek rights is a terminal; /dev/null can seek on Linux.
    const seeks = filetype === FILETYPE.CHARACTER_DEVICE && !isTerminal(fd, rdev) ? RIGHTS_SEEK : 0;
    return new HostDescriptor(fs, fd, filetype, ino, seeks | (input ? RIGHTS_STREAM_IN : RIGHTS_STREAM_OUT));
  }

  override close(): number {
    const { probe } = this;
    if (probe !== null && probe >= 0 && probe !== this.fd) this.fs.closeSync(probe);
    this.probe = -1;
    return 0;
  }

  override read(iov: Iov): number {
    if (iov.total === 0) return 0;
    const { ahead } = this;
    if (ahead === undefined) {
      const nonblock = (this.fdflags & FDFLAGS.NONBLOCK) !== 0 && this.prober() >= 0;
      return this.retry(() => this.readRanges(nonblock ? this.probe! : this.fd, iov, 0));
    }
    this.ahead = undefined;
    if (ahead === null) return 0;
    let first = 0;
    while (iov.start[first] === iov.end[first]) first++;
    iov.u8[iov.start[first]!] = ahead;
    try {
      // The byte, and the bytes that are available now.
      return 1 + (iov.total > 1 ? this.readRanges(this.probe!, iov, 1) : 0);
    } catch {
      return 1;
    }
  }

  /** Reads into the ranges after their first `skip` bytes, in one call: a second one could block forever. */
  private readRanges(fd: number, iov: Iov, skip: number): number {
    const ranges: Uint8Array[] = [];
    for (let i = 0; i < iov.count; i++) {
      const start = iov.start[i]!;
      const end = iov.end[i]!;
      ranges.push(iov.u8.subarray(Math.min(start + skip, end), end));
      skip = Math.max(0, skip - (end - start));
    }
    return this.fs.readvSync(fd, ranges, null);
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

  /**
   * Runs a call of the host, again on EAGAIN unless the guest has set NONBLOCK, and on EINTR, since a guest has no
   * signals (SA_RESTART of sigaction(2)). Returns its count, or −errno.
   */
  private retry(call: () => number): number {
    for (let pause = FIRST_RETRY_MS; ; pause = Math.min(2 * pause, RETRY_MS)) {
      try {
        return call();
      } catch (thrown) {
        if ((thrown as { code?: string }).code === 'EOF') return 0;
        const errno = errnoOf(thrown);
        const isAgain = errno === E.EAGAIN && (this.fdflags & FDFLAGS.NONBLOCK) === 0;
        if (!isAgain && errno !== E.EINTR) return -errno;
        // After a signal, the host may end the guest here.
        sleep(pause);
      }
    }
  }

  override setTerminal(terminal: boolean): void {
    super.setTerminal(terminal);
    this.keepRights(~RIGHTS_SEEK, RIGHTS_ALL);
  }

  /** The offset of a device that is not a terminal is always 0 (null_lseek, mem.c). */
  override seek(_offset: number, whence: number): number {
    if ((this.rightsBase & RIGHTS_SEEK) === 0) return -E.ESPIPE;
    return whence > WHENCE.END ? -E.EINVAL : 0;
  }

  /** Reads one byte ahead without blocking, which the next read returns. Without a nonblocking descriptor: ready. */
  override readable(): number {
    if (this.ahead === undefined) {
      if (this.prober() < 0) return 1;
      const byte = new Uint8Array(1);
      try {
        this.ahead = this.fs.readSync(this.probe!, byte, 0, 1, null) === 0 ? null : byte[0]!;
        // poll(2): the other end of a pipe or socket was closed. A device has no other end.
        const isHungUp = this.ahead === null && this.filetype !== FILETYPE.CHARACTER_DEVICE;
        this.rwflags = isHungUp ? EVENTRWFLAGS.HANGUP : 0;
      } catch (thrown) {
        return errnoOf(thrown) === E.EAGAIN ? -1 : 1;
      }
    }
    return this.ahead === null ? 0 : 1;
  }

  /**
   * The host's descriptor if a read may wait and nothing tells whether it will; −1 if `readable` tells, or for a file. Another
   * thread than this one can then read it.
   */
  get unprobed(): number {
    return this.filetype !== FILETYPE.REGULAR_FILE && this.prober() < 0 ? this.fd : -1;
  }

  private prober(): number {
    return (this.probe ??= this.filetype === FILETYPE.REGULAR_FILE ? -1 : this.openProbe());
  }

  private openProbe(): number {
    const { constants } = this.fs;
    if (constants.O_NONBLOCK === undefined) return -1;
    const path = `/proc/self/fd/${this.fd}`;
    try {
      return this.fs.openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch {
      return this.unblocked() ? this.fd : -1;
    }
  }

  /** True if stdin is nonblocking: Node makes the socket that child_process passes nonblocking with process.stdin. */
  private unblocked(): boolean {
    if (this.fd !== 0 || hostProcess()?.stdin === undefined) return false;
    try {
      const [, flags] = /flags:\s*(\d+)/.exec(this.fs.readFileSync('/proc/self/fdinfo/0', 'latin1'))!;
      return (parseInt(flags!, 8) & this.fs.constants.O_NONBLOCK!) !== 0;
    } catch {
      return false; // no /proc
    }
  }
}
