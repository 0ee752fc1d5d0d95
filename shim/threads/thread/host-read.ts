// A read of a descriptor of the host in the thread of the guest, which waits for it: see STATE.READ.
import { errnoOf, wasiErrnoOf } from '../../../vfs/linux/errno.ts';
import { E } from '../../../vfs/linux/errno.gen.ts';
import { hostFs, sleep } from '../../host/host.ts';
import type { GuestMemory } from '../../preview1/memory/guest-memory.ts';
import { FAULT } from '../../preview1/process/guest.ts';

/** Milliseconds until a descriptor that is nonblocking and empty is tried again. */
const RETRY_MS = 2;

/** fd_read on a descriptor of the host. Returns a WASI errno. */
export function readHost(m: GuestMemory, fd: number, iovs: number, count: number, out: number): number {
  if (!m.fits(out, 4)) return FAULT;
  const errno = m.loadIovs(iovs, count);
  if (errno !== 0) return wasiErrnoOf(errno);
  const { iov } = m;
  const ranges = Array.from({ length: iov.count }, (_, i) => iov.u8.subarray(iov.start[i], iov.end[i]));
  for (;;) {
    try {
      return wasiErrnoOf(m.putU32(out, hostFs()!.readvSync(fd, ranges, null)));
    } catch (thrown) {
      if ((thrown as { code?: string }).code === 'EOF') return wasiErrnoOf(m.putU32(out, 0));
      const failed = errnoOf(thrown);
      if (failed !== E.EAGAIN && failed !== E.EINTR) return wasiErrnoOf(failed);
      sleep(RETRY_MS);
    }
  }
}
