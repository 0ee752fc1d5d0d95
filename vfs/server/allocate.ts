// posix_fallocate(3) of a fid, for a client in the same process: 9P has no message for it.
import { E } from '../linux/errno.ts';
import { bumpVersion } from './qid.ts';
import type { Session } from './session.ts';

/**
 * Provides space for bytes of a file, and extends it to their end. EBADF: no such fid, or not open for writing; EFBIG;
 * ENOSPC.
 * @returns 0 or an errno; −1 if the store provides no space: the client sets the size.
 */
export function allocate(session: Session, num: number, offset: number, length: number): number {
  const fid = session.fids.get(num);
  if (fid === undefined || !fid.writable) return E.EBADF;
  const { server } = session;
  const { backend, reclaim } = server;
  try {
    for (;;) {
      const errno = backend.allocate?.(fid.inode, fid.handle, offset, length) ?? E.ENOTSUP;
      if (errno === E.ENOTSUP) return -1;
      if (errno === 0) bumpVersion(fid.inode);
      // The store may only be full of orphans in the queue.
      if (errno !== E.ENOSPC || reclaim.length === 0 || !reclaim.drain()) return errno;
    }
  } catch (thrown) {
    return server.errnoOf(thrown);
  }
}
