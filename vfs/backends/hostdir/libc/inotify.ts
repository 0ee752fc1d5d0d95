// inotify(7): news of changes in directories.
import { O_CLOEXEC, O_NONBLOCK } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { DirectoryNews } from '../calls/calls.ts';
import type { Libc } from './libc.ts';
import type { NumberedPath } from './name-buffer.ts';

const IN_ATTRIB = 0x4;
const IN_MOVED_FROM = 0x40;
const IN_MOVED_TO = 0x80;
const IN_CREATE = 0x100;
const IN_DELETE = 0x200;
const IN_DELETE_SELF = 0x400;
const IN_MOVE_SELF = 0x800;
const IN_Q_OVERFLOW = 0x4000;
const IN_ONLYDIR = 0x1000000;
const MASK =
  IN_ATTRIB | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

/** Bytes read at a time: at least one event with the longest name. */
const SIZE = 8192;
/** struct inotify_event: watch, mask, cookie and length have 32 bits each, and the name follows. */
const HEADER = 16;

/** The events of an inotify instance. */
export class Inotify implements DirectoryNews {
  private readonly libc: Libc;
  private readonly proc: NumberedPath;
  private readonly fd: number;
  private readonly bytes = new Uint8Array(SIZE);
  private readonly words = new Int32Array(this.bytes.buffer);

  /** @param fd Of inotify_init1: it is closed with this object. */
  private constructor(libc: Libc, proc: NumberedPath, fd: number) {
    this.libc = libc;
    this.proc = proc;
    this.fd = fd;
  }

  /** Returns null if there is none to be had: EMFILE, or a filter of system calls. */
  static open(libc: Libc, proc: NumberedPath): Inotify | null {
    const fd = libc.inotify_init1(O_NONBLOCK | O_CLOEXEC);
    return fd < 0 ? null : new Inotify(libc, proc, fd);
  }

  watch(dir: number): number {
    return this.libc.inotify_add_watch(this.fd, this.proc.of(dir), MASK);
  }

  unwatch(watch: number): void {
    this.libc.inotify_rm_watch(this.fd, watch);
  }

  poll(changed: (watch: number) => void): boolean {
    for (;;) {
      const count = this.libc.read(this.fd, this.bytes, SIZE);
      if (count < 0) {
        const errno = this.libc.errno();
        if (errno === E.EINTR) continue;
        return errno === E.EAGAIN;
      }
      for (let at = 0; at < count;) {
        const word = at >> 2;
        const mask = this.words[word + 1]!;
        const length = this.words[word + 3]!;
        if ((mask & IN_Q_OVERFLOW) !== 0) return false;
        // The attributes of an entry are its own.
        if ((mask & IN_ATTRIB) === 0 || length === 0) changed(this.words[word]!);
        at += HEADER + length;
      }
      if (count < SIZE / 2) return true;
    }
  }

  close(): void {
    this.libc.close(this.fd);
  }
}
