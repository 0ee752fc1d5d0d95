// A pool of numbers, for fids.

/** A pool of numbers. A number that was given back is taken again before a new one. */
export class NumberPool {
  private readonly first: number;
  private readonly limit: number;
  private next: number;
  private readonly free: number[] = [];

  /** The numbers are [first, limit). */
  constructor(first: number, limit: number) {
    this.first = first;
    this.limit = limit;
    this.next = first;
  }

  /** Takes a free number; −1 if all are in use. */
  take(): number {
    const freed = this.free.pop();
    if (freed !== undefined) return freed;
    return this.next < this.limit ? this.next++ : -1;
  }

  /** Gives a number back. */
  give(num: number): void {
    this.free.push(num);
  }

  /** Count of numbers in use. */
  get used(): number {
    return this.next - this.first - this.free.length;
  }
}
