// The Filestat that mounted files return.
import { wasi } from '@bjorn3/browser_wasi_shim';
import { STRUCTS } from '../preview1/abi/structs.ts';
import { scratch } from './scratch.ts';

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

/** Reads the filestat at the start of `scratch`. */
export function scratchFilestat(): MountedFilestat {
  const { view } = scratch;
  const field = (offset: number) => view.getBigUint64(offset, true);
  const filestat = new MountedFilestat(field(F.ino[0]), view.getUint8(F.filetype[0]), field(F.size[0]));
  filestat.dev = field(F.dev[0]);
  filestat.nlink = field(F.nlink[0]);
  filestat.atim = field(F.atim[0]);
  filestat.mtim = field(F.mtim[0]);
  filestat.ctim = field(F.ctim[0]);
  return filestat;
}
