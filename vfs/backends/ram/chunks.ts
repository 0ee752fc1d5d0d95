// A sorted sparse array of chunks, by number.

/**
 * The chunks of a file that are there, by number, in order: what is not there costs nothing, however far away the last
 * one is. (An array with holes is gone through by its length; a Map by number has neither an order nor a hash that the
 * guest does not know.)
 */
export class Chunks {
  private readonly numbers: number[] = [];
  private readonly pieces: Uint8Array[] = [];

  /** How many there are. */
  get count(): number {
    return this.pieces.length;
  }

  get(number: number): Uint8Array | undefined {
    const at = this.place(number);
    return this.numbers[at] === number ? this.pieces[at] : undefined;
  }

  /** Puts one there, in place of the one that was. */
  set(number: number, piece: Uint8Array): void {
    const at = this.place(number);
    if (this.numbers[at] === number) this.pieces[at] = piece;
    else if (at === this.numbers.length) {
      this.numbers.push(number);
      this.pieces.push(piece);
    } else {
      this.numbers.splice(at, 0, number);
      this.pieces.splice(at, 0, piece);
    }
  }

  /** Lets go of those from `number` on: how many bytes they had. */
  cut(number: number): number {
    const kept = this.place(number);
    let bytes = 0;
    for (let i = kept; i < this.pieces.length; i++) bytes += this.pieces[i]!.length;
    this.numbers.length = this.pieces.length = kept;
    return bytes;
  }

  /** The number of the first one from `number` on; −1 when none follows. */
  next(number: number): number {
    return this.numbers[this.place(number)] ?? -1;
  }

  /** The first number from `number` on that has none. */
  gap(number: number): number {
    const { numbers } = this;
    const at = this.place(number);
    if (numbers[at] !== number) return number;
    // As long as none is left out, a number and its place differ by the same.
    let low = at;
    let high = numbers.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (numbers[middle]! - number === middle - at) low = middle;
      else high = middle;
    }
    return numbers[low]! + 1;
  }

  /** How many have a lower number: where it is, or would be. */
  private place(number: number): number {
    const { numbers } = this;
    // In a file without holes each is at its number; and a file mostly grows at its end.
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
