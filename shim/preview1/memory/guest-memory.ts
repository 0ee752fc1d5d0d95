// Linear memory of the guest: bounds checks, iovecs, paths and integers. Every read or write of guest memory goes
// through it.
import { internString } from '../../../vfs/lib/intern.ts';
import { E } from '../../../vfs/linux/errno.ts';
import { Iov } from '../../../vfs/lib/iov.ts';
import { STRUCTS } from '../abi/structs.ts';
import { ENDED, INSIDE, OUTSIDE } from '../gate/gate.ts';

/** Most ranges of one call (UIO_MAXIOV, readv(2)). */
export const IOV_MAX = 1024;
/** Most bytes of one call; more is cut to it (MAX_RW_COUNT, read(2)). */
export const RW_MAX = 0x7fff_f000;
/** Most bytes of a path, its NUL included (PATH_MAX). */
const PATH_MAX = 4096;

const encoder = new TextEncoder();
const EMPTY = new Uint8Array(0);
const IOVEC = STRUCTS.iovec;

/**
 * The guest's linear memory. Its views are taken anew when the memory has grown: the old ones are empty then (or, of
 * a shared memory, too short), so that the bounds check that every access needs also finds that out.
 *
 * Pointers come as signed 32-bit numbers and are taken as unsigned; none of these methods throws.
 */
export class GuestMemory {
  private memory: WebAssembly.Memory | null = null;
  u8: Uint8Array = EMPTY;
  view: DataView = new DataView(EMPTY.buffer);
  /** The ranges of the last `loadIovs`. */
  iov = new Iov();
  /** Whether the guest is in a call, or has ended (gate.ts). */
  state!: WebAssembly.Global;
  /** The path that came last: a program often does several things to one file. */
  private path = '';

  /** Attaches the memory that the instance exports or was given. */
  attach(memory: WebAssembly.Memory): void {
    this.memory = memory;
    this.refresh();
  }

  /** Runs code of the host in the middle of a call. It may call the guest, whose calls have ranges of their own. */
  leave<T>(call: () => T): T {
    const { iov, state } = this;
    this.iov = new Iov();
    state.value = OUTSIDE;
    try {
      return call();
    } finally {
      this.iov = iov;
      // A call of the guest that an exception left, or its end, is that of this call, too, whoever has swallowed it.
      state.value = state.value ? ENDED : INSIDE;
    }
  }

  private refresh(): void {
    if (this.memory === null) return;
    const { buffer } = this.memory;
    this.u8 = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  /** Whether `size` bytes at `ptr` (unsigned) lie in memory; the views are fresh when they do. */
  fits(ptr: number, size: number): boolean {
    return ptr + size <= this.u8.length || this.fitsAfterGrowth(ptr, size);
  }

  /** No bytes fit anywhere: Linux looks at no pointer whose length is 0. */
  private fitsAfterGrowth(ptr: number, size: number): boolean {
    return ptr + size <= this.fresh().length || size === 0;
  }

  /** The bytes of the memory as it is now: for use after anything that may have called a function of the host. */
  fresh(): Uint8Array {
    if (this.memory !== null && this.memory.buffer.byteLength !== this.u8.length) this.refresh();
    return this.u8;
  }

  /** Copies bytes to where `fits` has been asked before. */
  put(ptr: number, bytes: Uint8Array): void {
    if (bytes.length > 0) this.fresh().set(bytes, ptr);
  }

  /** Copies as much of a text in UTF-8 as `size` bytes take to where `fits` has been asked before: how many bytes. */
  putText(ptr: number, size: number, text: string): number {
    const length = Math.min(text.length, size);
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) {
        const bytes = encoder.encode(text).subarray(0, size);
        this.put(ptr, bytes);
        return bytes.length;
      }
      this.u8[ptr + i] = unit;
    }
    return length;
  }

  /**
   * Writes a u32 where `fits` has been asked before; once more, because a callback may have grown the memory.
   * 0 or EFAULT.
   */
  putU32(ptr: number, value: number): number {
    if (!this.fits(ptr, 4)) return E.EFAULT;
    this.view.setUint32(ptr, value, true);
    return 0;
  }

  /** Writes a safe integer as a u64, as `putU32` does. */
  putU64(ptr: number, value: number): number {
    if (!this.fits(ptr, 8)) return E.EFAULT;
    this.view.setUint32(ptr, value, true);
    this.view.setUint32(ptr + 4, value * 2 ** -32, true);
    return 0;
  }

  /**
   * Reads an array of iovecs into `iov`, all bounds checked before anything is moved.
   * 0; EFAULT; EINVAL for more than 1,024. Bytes beyond 2 GiB are left out.
   */
  loadIovs(ptr: number, count: number): number {
    const { iov } = this;
    if (!this.fits(ptr, count * IOVEC.size)) return E.EFAULT;
    if (count > IOV_MAX) return E.EINVAL;
    iov.reset(this.u8);
    const { view, u8 } = this;
    const size = u8.length;
    for (let i = 0; i < count; i++) {
      const at = ptr + i * IOVEC.size;
      const start = view.getUint32(at, true);
      const length = view.getUint32(at + 4, true);
      if (length === 0) continue;
      // Shared memory that has grown leaves the old view as it is.
      if (start + length > size) return this.fresh().length > size ? this.loadIovs(ptr, count) : E.EFAULT;
      iov.add(start, start + Math.min(length, RW_MAX - iov.total));
      if (iov.total === RW_MAX) break;
    }
    return 0;
  }

  /**
   * A path, or any text, of the guest: read once, so that nobody can change it after it was checked.
   * EFAULT; ENAMETOOLONG from PATH_MAX on; EILSEQ for what is no UTF-8; EINVAL for a NUL in it.
   */
  loadPath(ptr: number, length: number): string | number {
    if (!this.fits(ptr, length)) return E.EFAULT;
    if (length >= PATH_MAX) return E.ENAMETOOLONG;
    const path = internString(this.u8, ptr, ptr + length, this.path);
    if (typeof path === 'number' || path === this.path) return path;
    if (path.includes('\0')) return E.EINVAL;
    this.path = path;
    return path;
  }
}
