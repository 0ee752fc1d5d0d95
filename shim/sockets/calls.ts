// The calls of a guest that has sockets: those on a socket in place of the others, which know none.
import { E, wasiErrnoOf } from '../../vfs/linux/errno.ts';
import { FDFLAGS, RIFLAGS_ALL, SDFLAGS_ALL, STRUCTS } from '../preview1/abi/structs.ts';
import { RIGHTS } from '../preview1/abi/rights.ts';
import type { Calls } from '../preview1/gate/parameters.gen.ts';
import { FAULT, INVAL, NOTCAPABLE, type Guest } from '../preview1/process/guest.ts';
import { TcpSocket } from './tcp-socket.ts';

/** A $preopentype that no program knows. */
const PREOPENTYPE_SOCKET = 1;

/**
 * Replaces calls on sockets.
 * @param calls The calls of the guest, for all other descriptors.
 */
export function socketCalls(calls: Calls, guest: Guest): Calls {
  const { memory: m, fds } = guest;

  function socketOf(fd: number): TcpSocket | null {
    const d = fds.get(fd);
    return d instanceof TcpSocket ? d : null;
  }

  /** Writes the count of a transfer; a negative one is −errno. Returns the WASI errno. */
  function give(count: number, out: number): number {
    return wasiErrnoOf(count < 0 ? -count : m.putU32(out, count));
  }

  return {
    ...calls,

    /** accept4(2). INVAL: a flag besides NONBLOCK; NOTCAPABLE; FAULT; MFILE; AGAIN; INVAL: a connection. */
    sock_accept(fd: number, flags: number, out: number): number {
      const d = socketOf(fd);
      if (d === null) return calls.sock_accept(fd, flags, out);
      if ((flags & ~FDFLAGS.NONBLOCK) !== 0) return INVAL;
      if (d.dropped(RIGHTS.SOCK_ACCEPT)) return NOTCAPABLE;
      if (!m.fits(out >>> 0, 4)) return FAULT;
      if (!fds.hasRoom()) return wasiErrnoOf(E.EMFILE);
      const accepted = d.accept(flags);
      return wasiErrnoOf(typeof accepted === 'number' ? accepted : m.putU32(out >>> 0, fds.add(accepted)));
    },

    /** recvmsg(2). NOTCAPABLE; INVAL: unknown flags; FAULT; AGAIN; CONNRESET; NOTCONN: a listener. */
    sock_recv(fd: number, iovs: number, count: number, flags: number, size: number, roflags: number): number {
      const d = socketOf(fd);
      if (d === null) return calls.sock_recv(fd, iovs, count, flags, size, roflags);
      if ((flags & ~RIFLAGS_ALL) !== 0) return INVAL;
      if (d.dropped(RIGHTS.FD_READ)) return NOTCAPABLE;
      if (!m.fits(size >>> 0, 4) || !m.fits(roflags >>> 0, 2)) return FAULT;
      const errno = m.loadIovs(iovs >>> 0, count >>> 0);
      if (errno !== 0) return wasiErrnoOf(errno);
      const received = d.recv(m.iov, flags);
      // No byte of a stream is truncated (RECV_DATA_TRUNCATED).
      if (received >= 0) m.view.setUint16(roflags >>> 0, 0, true);
      return give(received, size >>> 0);
    },

    /** sendmsg(2). INVAL: flags, of which there are none; NOTCAPABLE; FAULT; AGAIN; PIPE; CONNRESET. */
    sock_send(fd: number, iovs: number, count: number, flags: number, size: number): number {
      const d = socketOf(fd);
      if (d === null) return calls.sock_send(fd, iovs, count, flags, size);
      if (flags !== 0) return INVAL;
      if (d.dropped(RIGHTS.FD_WRITE)) return NOTCAPABLE;
      if (!m.fits(size >>> 0, 4)) return FAULT;
      const errno = m.loadIovs(iovs >>> 0, count >>> 0);
      return errno !== 0 ? wasiErrnoOf(errno) : give(d.write(m.iov, m), size >>> 0);
    },

    /** shutdown(2). INVAL: unknown flags, or none; NOTCAPABLE; NOTCONN. */
    sock_shutdown(fd: number, how: number): number {
      const d = socketOf(fd);
      if (d === null) return calls.sock_shutdown(fd, how);
      if (how === 0 || (how & ~SDFLAGS_ALL) !== 0) return INVAL;
      return d.dropped(RIGHTS.SOCK_SHUTDOWN) ? NOTCAPABLE : wasiErrnoOf(d.shutdown(how));
    },

    /**
     * A socket is a preopen of another type than a directory. wasi-libc and Go go on to the next number then; after BADF they would
     * find none of the directories behind the sockets.
     */
    fd_prestat_get(fd: number, ptr: number): number {
      if (!isPreopened(fd)) return calls.fd_prestat_get(fd, ptr);
      if (!m.fits(ptr >>> 0, STRUCTS.prestat.size)) return FAULT;
      m.view.setUint32(ptr >>> 0, PREOPENTYPE_SOCKET, true);
      m.view.setUint32((ptr >>> 0) + STRUCTS.prestat.fields.pr_name_len[0], 0, true);
      return 0;
    },

    fd_prestat_dir_name(fd: number, ptr: number, length: number): number {
      return isPreopened(fd) ? wasiErrnoOf(E.ENOTDIR) : calls.fd_prestat_dir_name(fd, ptr, length);
    },
  };

  /** True for a socket before the directories. */
  function isPreopened(fd: number): boolean {
    const d = socketOf(fd);
    return d !== null && d.isPreopen;
  }
}
