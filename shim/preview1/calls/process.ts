// The calls on the process: arguments, environment, exit, signals and random; and the sockets, which are unsupported.
import { WASI_ERRNO, wasiErrnoOf } from '../../../vfs/linux/errno.ts';
import { FDFLAGS_ALL, RIFLAGS_ALL, SDFLAGS_ALL, SIGNAL_MAX } from '../abi/structs.ts';
import { BADF, FAULT, INVAL, type Guest } from '../process/guest.ts';

/** The largest array that crypto.getRandomValues accepts, in bytes. */
const RANDOM_MAX = 65536;
/** WASI's SIGCHLD. From here on a WASI signal is one less than Linux's, where SIGSTKFLT comes before. */
const SIGCHLD = 16;
/** Signals with the default action to ignore (signal(7)): none, CHLD, CONT, URG, WINCH. */
const IGNORED = new Set([0, 16, 17, 22, 27]);

function bytesOf(strings: readonly Uint8Array[]): number {
  return strings.reduce((sum, text) => sum + text.length, 0);
}

/** Writes C strings at `bytes` and a pointer to each at `pointers`, the layout of argv and environ. 0 or FAULT. */
function putStrings(guest: Guest, strings: readonly Uint8Array[], pointers: number, bytes: number): number {
  const { memory: m } = guest;
  if (!m.fits(pointers, strings.length * 4) || !m.fits(bytes, bytesOf(strings))) return FAULT;
  let at = bytes;
  for (const [i, text] of strings.entries()) {
    m.view.setUint32(pointers + i * 4, at, true);
    m.u8.set(text, at);
    at += text.length;
  }
  return 0;
}

/** Writes the number of strings and their total size in bytes. 0 or FAULT. */
function putSizes(guest: Guest, strings: readonly Uint8Array[], count: number, size: number): number {
  const { memory: m } = guest;
  if (!m.fits(count, 4) || !m.fits(size, 4)) return FAULT;
  m.view.setUint32(count, strings.length, true);
  m.view.setUint32(size, bytesOf(strings), true);
  return 0;
}

/**
 * The functions on the process: arguments, environment, exit, signals and random; and the socket functions, which are
 * unsupported. Each but proc_exit returns a WASI errno; those without a list of errors return 0 or FAULT.
 */
export function processCalls(guest: Guest) {
  const { memory: m, fds } = guest;

  return {
    args_get(argv: number, bytes: number): number {
      return putStrings(guest, guest.args, argv >>> 0, bytes >>> 0);
    },

    args_sizes_get(count: number, size: number): number {
      return putSizes(guest, guest.args, count >>> 0, size >>> 0);
    },

    environ_get(environ: number, bytes: number): number {
      return putStrings(guest, guest.env, environ >>> 0, bytes >>> 0);
    },

    environ_sizes_get(count: number, size: number): number {
      return putSizes(guest, guest.env, count >>> 0, size >>> 0);
    },

    /** _exit(2). Does not return to the guest: the gate traps, and start() returns the status, a u32. */
    proc_exit(code: number): void {
      guest.exit(code >>> 0);
    },

    /**
     * raise(3) with the default action: the guest exits with 128 + Linux's number of the signal, or ignores it. INVAL:
     * unknown signal.
     */
    proc_raise(signal: number): number {
      const sig = signal >>> 0;
      if (sig > SIGNAL_MAX) return INVAL;
      if (IGNORED.has(sig)) return 0;
      guest.exit(128 + (sig < SIGCHLD ? sig : sig + 1));
      return 0;
    },

    sched_yield(): number {
      return 0;
    },

    /** getrandom(2), from crypto.getRandomValues. FAULT. */
    random_get(buf: number, length: number): number {
      const from = buf >>> 0;
      const size = length >>> 0;
      if (!m.fits(from, size)) return FAULT;
      for (let at = 0; at < size; at += RANDOM_MAX) {
        // getRandomValues cannot fill shared memory.
        m.u8.set(crypto.getRandomValues(new Uint8Array(Math.min(RANDOM_MAX, size - at))), from + at);
      }
      return 0;
    },

    // Sockets are unsupported, so that no descriptor is one. BADF; INVAL: unknown flags; FAULT; NOTSOCK.

    sock_accept(fd: number, flags: number, out: number): number {
      if (fds.get(fd) === undefined) return BADF;
      if ((flags & ~FDFLAGS_ALL) !== 0) return INVAL;
      return m.fits(out >>> 0, 4) ? WASI_ERRNO.ENOTSOCK : FAULT;
    },

    sock_recv(fd: number, iovs: number, count: number, flags: number, size: number, roflags: number): number {
      if (fds.get(fd) === undefined) return BADF;
      if ((flags & ~RIFLAGS_ALL) !== 0) return INVAL;
      if (!m.fits(size >>> 0, 4) || !m.fits(roflags >>> 0, 2)) return FAULT;
      return wasiErrnoOf(m.loadIovs(iovs >>> 0, count >>> 0)) || WASI_ERRNO.ENOTSOCK;
    },

    sock_send(fd: number, iovs: number, count: number, flags: number, size: number): number {
      if (fds.get(fd) === undefined) return BADF;
      if (flags !== 0) return INVAL;
      if (!m.fits(size >>> 0, 4)) return FAULT;
      return wasiErrnoOf(m.loadIovs(iovs >>> 0, count >>> 0)) || WASI_ERRNO.ENOTSOCK;
    },

    sock_shutdown(fd: number, how: number): number {
      if (fds.get(fd) === undefined) return BADF;
      return how === 0 || (how & ~SDFLAGS_ALL) !== 0 ? INVAL : WASI_ERRNO.ENOTSOCK;
    },
  };
}
