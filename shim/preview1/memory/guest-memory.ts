// Linear memory of the guest: bounds checks, iovecs, paths and integers. Every read or write of guest memory goes
// through it.
import type { Memory } from '../../../vfs/lib/platform.ts';
import { internString } from '../../../vfs/lib/intern.ts';
import { bytesOf } from '../../../vfs/lib/utf8.ts';
import { E } from '../../../vfs/linux/errno.ts';
import { IOV_MAX, PATH_MAX, RW_MAX } from '../../../vfs/linux/limits.ts';
import { Iov } from '../../../vfs/lib/iov.ts';
import { STRUCTS } from '../abi/structs.ts';
import { ENDED, IN_CALL, IDLE, type GateState } from '../gate/gate.ts';

const EMPTY = new Uint8Array(0);
const IOVEC = STRUCTS.iovec;

/**
 * The guest's linear memory. After a growth the old views are detached (or, of a shared memory, too short): the bounds
 * check of the next access fails on them, and takes new ones.
 *
 * Pointers and sizes are unsigned 32-bit numbers: callers convert the signed ones of wasm. Only `leave` can throw, with
 * the exception of its callback.
 */
export class GuestMemory {
  private memory: Memory | null = null;
  u8: Uint8Array = EMPTY;
  view: DataView = new DataView(EMPTY.buffer);
  /** The ranges of the last `loadIovs`. */
  iov = new Iov();
  /** IDLE, IN_CALL or ENDED. The gate sets it. */
  state!: GateState;
  /** The last path, interned: programs often make several calls with one path. */
  private path = '';

  /** Attaches the memory that the instance exports or imports. */
  attach(memory: Memory): void {
    this.memory = memory;
    this.refresh();
  }

  /**
   * Runs code of the host during a call. The code may call the guest: a nested call gets an `iov` of its own. It may
   * grow the memory: afterwards `u8` and `view` are current, the `u8` of `iov` is not.
   */
  leave<T>(call: () => T): T {
    const { iov, state } = this;
    this.iov = new Iov();
    state.value = IDLE;
    try {
      return call();
    } finally {
      this.iov = iov;
      this.fresh();
      // An exit or an exception in a nested call ends this call too, even if the host caught it.
      state.value = state.value ? ENDED : IN_CALL;
    }
  }

  private refresh(): void {
    if (this.memory === null) return;
    const { buffer } = this.memory;
    this.u8 = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  /** True if `size` bytes at `ptr` are in bounds, which an empty range always is. Then the views are current. */
  fits(ptr: number, size: number): boolean {
    return ptr + size <= this.u8.length || this.fitsAfterGrowth(ptr, size);
  }

  /** An empty range is in bounds everywhere: Linux ignores the pointer of a length of 0. */
  private fitsAfterGrowth(ptr: number, size: number): boolean {
    return ptr + size <= this.fresh().length || size === 0;
  }

  /** Returns a current view of the memory. To be called after any function of the host, which may grow the memory. */
  fresh(): Uint8Array {
    if (this.memory !== null && this.memory.buffer.byteLength !== this.u8.length) this.refresh();
    return this.u8;
  }

  /** Copies bytes to `ptr`. The caller has checked `fits`. */
  put(ptr: number, bytes: Uint8Array): void {
    if (bytes.length > 0) this.fresh().set(bytes, ptr);
  }

  /** Writes the bytes of a text, cut to `size` bytes, and returns the bytes written. The caller has checked `fits`. */
  putText(ptr: number, size: number, text: string): number {
    const length = Math.min(text.length, size);
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) {
        const bytes = bytesOf(text).subarray(0, size);
        this.put(ptr, bytes);
        return bytes.length;
      }
      this.u8[ptr + i] = unit;
    }
    return length;
  }

  /**
   * Writes a u32, and checks the bounds again: a callback may have grown the memory after the first check.
   * Returns 0 or EFAULT.
   */
  putU32(ptr: number, value: number): number {
    if (!this.fits(ptr, 4)) return E.EFAULT;
    this.view.setUint32(ptr, value, true);
    return 0;
  }

  /** Writes a u64, given as a safe integer. Returns 0 or EFAULT. */
  putU64(ptr: number, value: number): number {
    if (!this.fits(ptr, 8)) return E.EFAULT;
    this.view.setUint32(ptr, value, true);
    this.view.setUint32(ptr + 4, value * 2 ** -32, true);
    return 0;
  }

  /**
   * Reads `count` iovecs at `ptr` into `iov`, and checks the bounds of each range; empty ranges are skipped. Bytes past
   * RW_MAX are left out. Returns 0; EFAULT for an array or a range out of bounds; EINVAL for more than IOV_MAX ranges.
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
      // The view of a shared memory does not change when the memory grows.
      if (start + length > size) return this.fresh().length > size ? this.loadIovs(ptr, count) : E.EFAULT;
      iov.add(start, start + Math.min(length, RW_MAX - iov.total));
      if (iov.total === RW_MAX) break;
    }
    return 0;
  }

  /**
   * Copies a path, or another text, out of the memory. The copy is checked, so that another thread cannot change the
   * path after the check. Returns the path, or EFAULT; ENAMETOOLONG from PATH_MAX bytes on; EILSEQ if the text is not
   * UTF-8; EINVAL for a NUL.
   */
  loadPath(ptr: number, length: number): string | number {
    if (!this.fits(ptr, length)) return E.EFAULT;
    if (length >= PATH_MAX) return E.ENAMETOOLONG;
    const path = internString(this.u8, ptr, ptr + length, this.path);
    if (typeof path === 'number' || path === this.path) return path;
    if (!path.isWellFormed()) return E.EILSEQ;
    if (path.includes('\0')) return E.EINVAL;
    this.path = path;
    return path;
  }
}
