// The Filestat that mounted files return.
import { wasi } from '@bjorn3/browser_wasi_shim';
import type { FileStatus } from '../../vfs/client/attributes.ts';
import { filetypeOf } from '../preview1/abi/filetype.ts';
import { longOf } from '../foreign/halves.ts';
import { STRUCTS } from '../preview1/abi/structs.ts';

const F = STRUCTS.filestat.fields;

/** A Filestat with the offsets of the ABI: 0.4.2 writes the times at 38, 46 and 52, over the size. */
export class MountedFilestat extends wasi.Filestat {
  override write_bytes(view: DataView, ptr: number): void {
    view.setBigUint64(ptr + F.dev[0], this.dev, true);
    view.setBigUint64(ptr + F.ino[0], this.ino, true);
    // With the padding.
    view.setBigUint64(ptr + F.filetype[0], BigInt(this.filetype), true);
    view.setBigUint64(ptr + F.nlink[0], this.nlink, true);
    view.setBigUint64(ptr + F.size[0], this.size, true);
    view.setBigUint64(ptr + F.atim[0], this.atim, true);
    view.setBigUint64(ptr + F.mtim[0], this.mtim, true);
    view.setBigUint64(ptr + F.ctim[0], this.ctim, true);
  }
}

/** Makes a Filestat of the result of a stat call. */
export function filestatOf({ device, attributes: r }: FileStatus): MountedFilestat {
  const ino = longOf(r.qid_path_lo, r.qid_path_hi);
  const filestat = new MountedFilestat(ino, filetypeOf(r.mode), BigInt(r.size));
  filestat.dev = BigInt(device);
  filestat.nlink = BigInt(r.nlink);
  filestat.atim = nanoseconds(r.atime_sec, r.atime_nsec);
  filestat.mtim = nanoseconds(r.mtime_sec, r.mtime_nsec);
  filestat.ctim = nanoseconds(r.ctime_sec, r.ctime_nsec);
  return filestat;
}

/** A time in nanoseconds since 1970 (u64). A time before 1970 becomes 0. */
function nanoseconds(sec: number, nsec: number): bigint {
  return sec < 0 ? 0n : BigInt.asUintN(64, BigInt(sec) * 1_000_000_000n + BigInt(nsec));
}
