// A pool of numbers, for fids.

/** Numbers that are in use or free, as fids are: a freed one is given again before a new one. */
export class NumberPool {
  private readonly first: number;
  private readonly limit: number;
  private next: number;
  private readonly free: number[] = [];

  /** @param limit The first number that is never given. */
  constructor(first: number, limit: number) {
    this.first = first;
    this.limit = limit;
    this.next = first;
  }

  /** A free number, or −1 when all are in use. */
  take(): number {
    const freed = this.free.pop();
    if (freed !== undefined) return freed;
    return this.next < this.limit ? this.next++ : -1;
  }

  /** Gives a number back. */
  give(num: number): void {
    this.free.push(num);
  }

  /** How many are in use. */
  get used(): number {
    return this.next - this.first - this.free.length;
  }
}
