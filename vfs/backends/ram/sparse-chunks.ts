// A sorted sparse array of chunks, by number.

/**
 * The existing chunks of a file, sorted by number; a missing one costs nothing, however far away the last one is. (An
 * array with holes is iterated by its length; a Map has no order, and a hash of integers that a guest can predict.)
 */
export class SparseChunks {
  private numbers: number[] = [];
  private pieces: Uint8Array[] = [];
  /** For each chunk, true if another store may hold it; null if none is shared. */
  private lent: boolean[] | null = null;

  /** The number of chunks. */
  get count(): number {
    return this.pieces.length;
  }

  get(number: number): Uint8Array | undefined {
    const at = this.place(number);
    return this.numbers[at] === number ? this.pieces[at] : undefined;
  }

  /** True if an existing chunk may be held by another store. */
  isShared(number: number): boolean {
    return this.lent !== null && this.lent[this.place(number)]!;
  }

  /** Returns the same chunks, all of them shared. */
  share(): SparseChunks {
    const { numbers, pieces } = this;
    const copy = new SparseChunks();
    copy.numbers = numbers.slice();
    copy.pieces = pieces.slice();
    copy.lend();
    return copy;
  }

  /** Makes all chunks shared. */
  lend(): void {
    this.lent = this.pieces.map(() => true);
  }

  /** Sets a chunk, which is not shared. */
  set(number: number, piece: Uint8Array): void {
    const at = this.place(number);
    const isNew = this.numbers[at] !== number;
    if (this.lent !== null) this.lent.splice(at, isNew ? 0 : 1, false);
    if (!isNew) this.pieces[at] = piece;
    else if (at === this.numbers.length) {
      this.numbers.push(number);
      this.pieces.push(piece);
    } else {
      this.numbers.splice(at, 0, number);
      this.pieces.splice(at, 0, piece);
    }
  }

  /** Removes all chunks from `number` on. Returns their bytes. */
  cut(number: number): number {
    const kept = this.place(number);
    let bytes = 0;
    for (let i = kept; i < this.pieces.length; i++) bytes += this.pieces[i]!.length;
    this.numbers.length = this.pieces.length = kept;
    if (this.lent !== null) this.lent.length = kept;
    return bytes;
  }

  /** Returns the number of the first chunk from `number` on; −1 if there is none. */
  next(number: number): number {
    return this.numbers[this.place(number)] ?? -1;
  }

  /** Returns the first number from `number` on without a chunk. */
  gap(number: number): number {
    const { numbers } = this;
    const at = this.place(number);
    if (numbers[at] !== number) return number;
    // Binary search: without a gap, number and index differ by the same.
    let low = at;
    let high = numbers.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (numbers[middle]! - number === middle - at) low = middle;
      else high = middle;
    }
    return numbers[low]! + 1;
  }

  /** Returns the index of a number, or where it would be inserted. */
  private place(number: number): number {
    const { numbers } = this;
    // Without holes the index is the number; and a file mostly grows at its end.
    if (numbers[number] === number) return number;
    let high = numbers.length;
    if (high === 0 || numbers[high - 1]! < number) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (numbers[middle]! < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
