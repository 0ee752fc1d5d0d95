// Inode numbers of both layers in one number space.

/** Lower inode numbers below this are shown unchanged; upper ones are shown with this added. */
const UPPER = 2 ** 51;
/** The first of the numbers assigned to inodes whose own number is too large. */
const ALLOTTED = 2 ** 52;

/** Maps the inode numbers of both layers into one space; the mapping is stable for the life of the overlay. */
export class Numbers {
  private readonly lowers = new Map<number, number>();
  private readonly uppers = new Map<number, number>();

  ofLower(ino: number): number {
    return ino < UPPER ? ino : this.allot(this.lowers, ino);
  }

  ofUpper(ino: number): number {
    return ino < UPPER ? UPPER + ino : this.allot(this.uppers, ino);
  }

  private allot(numbers: Map<number, number>, ino: number): number {
    let number = numbers.get(ino);
    if (number === undefined) {
      number = ALLOTTED + this.lowers.size + this.uppers.size;
      numbers.set(ino, number);
    }
    return number;
  }
}
