// The names that a directory listing has returned, as 53-bit hashes, so that a closed listing can be resumed.

/** Most names that the listings of one host directory remember together: 64 MiB. */
export const MOST = 1 << 23;
/** Room for the first names. */
const FIRST = 32;
/** Not to be foreseen, so that nobody can make a name that is taken for another. */
const seed = Math.trunc(Math.random() * 2 ** 32);

/** How many are remembered, of all listings that share it. */
export interface Budget {
  used: number;
}

/**
 * The names that a listing has given, in their order, 8 bytes each: a number made of the name. With it a listing that
 * was closed goes on where it was, and one that goes back finds what came after.
 */
export class Given {
  private readonly budget: Budget;
  private marks = new Float64Array(FIRST);
  count = 0;

  constructor(budget: Budget) {
    this.budget = budget;
    budget.used += FIRST;
  }

  /** Notes a name; false when there is no room. */
  add(name: string): boolean {
    if (this.count === this.marks.length && !this.grow()) return false;
    this.marks[this.count++] = markOf(name);
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

  /** The numbers of the names, by their marks. */
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

/** 53 bits that are another for another name, as good as certainly (cyrb53). */
export function markOf(name: string): number {
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
