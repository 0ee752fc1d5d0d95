// The descriptor table of a guest.
import type { Descriptor } from './descriptor.ts';

/** Most descriptors of one guest (EMFILE). */
export const FD_MAX = 1 << 17;

/** The guest's descriptors by number; a new one gets the lowest that is free, as on Linux. */
export class FdTable {
  private readonly slots: (Descriptor | undefined)[] = [];
  /** No number below this one is free. */
  private lowest = 0;

  get(fd: number): Descriptor | undefined {
    return this.slots[fd];
  }

  /** Whether one more can be added: else EMFILE. */
  hasRoom(): boolean {
    while (this.slots[this.lowest] !== undefined) this.lowest++;
    return this.lowest < FD_MAX;
  }

  /** Gives a descriptor the lowest free number. The caller knows that there is one. */
  add(descriptor: Descriptor): number {
    let fd = this.lowest;
    while (this.slots[fd] !== undefined) fd++;
    this.slots[fd] = descriptor;
    this.lowest = fd + 1;
    return fd;
  }

  /** Puts a descriptor at a number that the caller knows to be free. */
  put(fd: number, descriptor: Descriptor): void {
    while (this.slots.length < fd) this.slots.push(undefined);
    this.slots[fd] = descriptor;
  }

  /** Frees a number; the descriptor is not closed. */
  take(fd: number): Descriptor | undefined {
    const descriptor = this.slots[fd];
    if (descriptor === undefined) return undefined;
    this.slots[fd] = undefined;
    if (fd < this.lowest) this.lowest = fd;
    return descriptor;
  }

  /** Closes all. @throws What the last one threw that did. */
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
