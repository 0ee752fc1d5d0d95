// Inode numbers of both layers in one number space.

/** Numbers of lower inodes below this are used as they are; those of upper ones are that much higher. */
const UPPER = 2 ** 51;
/** From here on numbers are allotted, to inodes whose own number is too large. */
const ALLOTTED = 2 ** 52;

/** Inode numbers: those of both layers in one space, the same for as long as the overlay lives. */
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
