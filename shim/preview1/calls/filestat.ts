// Writes a filestat, and a timestamp, to guest memory.
import type { FileStatus } from '../../../vfs/client/attributes.ts';
import { wasiErrnoOf } from '../../../vfs/linux/errno.ts';
import { filetypeOf } from '../abi/filetype.ts';
import { STRUCTS } from '../abi/structs.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';

const S = STRUCTS.filestat.fields;
const NS = 1_000_000_000;
/** A multiplication by it is exact, and faster than a division by 2^32. */
const HIGH = 2 ** -32;

/** Writes a time as nanoseconds since 1970 (u64). A time before 1970 becomes 0. */
export function putTime(m: GuestMemory, ptr: number, sec: number, nsec: number): void {
  const { view } = m;
  if (sec < 0) sec = nsec = 0;
  // The lower half is exact in integers; a double is then precise enough for the upper half.
  const low = (Math.imul(sec, NS) + nsec) >>> 0;
  view.setUint32(ptr, low, true);
  view.setUint32(ptr + 4, ((sec * NS + nsec - low) * HIGH + 0.5) >>> 0, true);
}

/**
 * Writes the result of a stat call as a filestat, unless it has failed. The caller has checked the bounds.
 * @param errno The Linux errno of the stat call, of which the WASI errno is returned.
 */
export function putFilestat(m: GuestMemory, ptr: number, errno: number, status: FileStatus): number {
  if (errno !== 0) return wasiErrnoOf(errno);
  const { attributes: r, device } = status;
  m.putU64(ptr + S.dev[0], device);
  m.view.setUint32(ptr + S.ino[0], r.qid_path_lo, true);
  m.view.setUint32(ptr + S.ino[0] + 4, r.qid_path_hi, true);
  // With the padding.
  m.putU64(ptr + S.filetype[0], filetypeOf(r.mode));
  m.putU64(ptr + S.nlink[0], r.nlink);
  m.putU64(ptr + S.size[0], r.size);
  putTime(m, ptr + S.atim[0], r.atime_sec, r.atime_nsec);
  putTime(m, ptr + S.mtim[0], r.mtime_sec, r.mtime_nsec);
  putTime(m, ptr + S.ctim[0], r.ctime_sec, r.ctime_nsec);
  return 0;
}
