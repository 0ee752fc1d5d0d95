// The descriptor table of a guest.
import type { Descriptor } from './descriptor.ts';

/** The maximum number of descriptors of one guest (EMFILE). */
export const FD_MAX = 1 << 17;

/** The guest's descriptors by number. A new descriptor gets the lowest free number, as on Linux. */
export class FdTable {
  private readonly slots: (Descriptor | undefined)[] = [];
  /** All numbers below this one are in use. */
  private lowest = 0;

  /** The descriptor of a number; undefined if it is not open (EBADF). */
  get(fd: number): Descriptor | undefined {
    return this.slots[fd];
  }

  /** True if a number is free for `add`; otherwise EMFILE. */
  hasRoom(): boolean {
    while (this.slots[this.lowest] !== undefined) this.lowest++;
    return this.lowest < FD_MAX;
  }

  /** Adds a descriptor at the lowest free number and returns the number. The caller has checked `hasRoom`. */
  add(descriptor: Descriptor): number {
    let fd = this.lowest;
    while (this.slots[fd] !== undefined) fd++;
    this.slots[fd] = descriptor;
    this.lowest = fd + 1;
    return fd;
  }

  /** Puts a descriptor at a number, and replaces the one there, which the caller closes. */
  put(fd: number, descriptor: Descriptor): void {
    while (this.slots.length < fd) this.slots.push(undefined);
    this.slots[fd] = descriptor;
  }

  /** Frees a number and returns its descriptor, which the caller closes. */
  take(fd: number): Descriptor | undefined {
    const descriptor = this.slots[fd];
    if (descriptor === undefined) return undefined;
    this.slots[fd] = undefined;
    if (fd < this.lowest) this.lowest = fd;
    return descriptor;
  }

  /** Closes all descriptors. @throws The last exception of a `close`, after all others are closed. */
  closeAll(): void {
    let thrown: unknown;
    for (let fd = 0; fd < this.slots.length; fd++) {
      try {
        this.take(fd)?.close();
      } catch (error) {
        thrown = error;
      }
    }
    this.slots.length = 0;
    this.lowest = 0;
    if (thrown) throw thrown;
  }
}
