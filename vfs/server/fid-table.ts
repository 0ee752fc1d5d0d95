import type { Fid } from './fid.ts';

/** Fid numbers below this index an array (a client counts up from 0); others go to a map. */
const DENSE = 1 << 16;

/** The fids of one session by number. */
export class FidTable {
  private readonly dense: (Fid | undefined)[] = [];
  private readonly sparse = new Map<number, Fid>();
  /** How many there are. */
  size = 0;

  get(num: number): Fid | undefined {
    return num < DENSE ? this.dense[num] : this.sparse.get(num);
  }

  set(fid: Fid): void {
    if (fid.num < DENSE) {
      // An array with far holes would turn into a dictionary.
      while (this.dense.length < fid.num) this.dense.push(undefined);
      this.dense[fid.num] = fid;
    } else this.sparse.set(fid.num, fid);
    this.size++;
  }

  delete(num: number): void {
    if (num < DENSE) this.dense[num] = undefined;
    else this.sparse.delete(num);
    this.size--;
  }

  /** A list of all, safe to clunk while going through it. */
  all(): Fid[] {
    const fids: Fid[] = [];
    for (const fid of this.dense) if (fid !== undefined) fids.push(fid);
    fids.push(...this.sparse.values());
    return fids;
  }
}
