// The names that a directory listing has returned, as 53-bit hashes, so that a closed listing can be resumed.

/** The limit of names that all listings of one host directory remember together: 64 MiB. */
export const MOST = 1 << 23;
/** The initial capacity, in names. */
const FIRST = 32;
/** Random, so that a guest cannot construct hash collisions. */
const seed = Math.trunc(Math.random() * 2 ** 32);

/** The number of names remembered by all listings that share it. */
export interface Budget {
  used: number;
}

/**
 * The names that a listing has returned, in order, as 8-byte hashes. They let a closed listing resume, and one that
 * seeks back find the names that followed.
 */
export class Given {
  private readonly budget: Budget;
  private marks = new Float64Array(FIRST);
  count = 0;

  constructor(budget: Budget) {
    this.budget = budget;
    budget.used += FIRST;
  }

  /** Adds a name. Returns false if the budget is used up. */
  add(name: string): boolean {
    if (this.count === this.marks.length && !this.grow()) return false;
    this.marks[this.count++] = nameHash(name);
    return true;
  }

  private grow(): boolean {
    const { length } = this.marks;
    if (this.budget.used + length > MOST) return false;
    this.budget.used += length;
    const marks = new Float64Array(length * 2);
    marks.set(this.marks);
    this.marks = marks;
    return true;
  }

  /** Returns the position of each name, by its hash. */
  positions(): Map<number, number> {
    const positions = new Map<number, number>();
    for (let i = 0; i < this.count; i++) positions.set(this.marks[i]!, i);
    return positions;
  }

  /** Forgets all. */
  clear(): void {
    this.budget.used -= this.marks.length;
    this.marks = new Float64Array(0);
    this.count = 0;
  }
}

/** Returns a 53-bit hash of a name (cyrb53), seeded. */
export function nameHash(name: string): number {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
