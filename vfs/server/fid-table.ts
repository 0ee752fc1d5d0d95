// The fids of a session by number.
import { Fid } from './fid.ts';
import type { Session } from './session.ts';

/**
 * Fid numbers below this index an array (a client counts up from 0); others go to a map. A Map hashes a number in a way
 * that all know, so its keys are the numbers mixed with a secret: no client can choose ones that collide.
 */
const DENSE = 1 << 16;
/** So many objects of clunked fids are kept to be used again: most fids live for one call. */
const SPARES = 64;

/** The fids of one session by number. */
export class FidTable {
  // With room for most sessions: V8 compiles anew what puts a fid into an empty array, or reads behind its end.
  private readonly dense = new Array<Fid | undefined>(64).fill(undefined);
  private readonly sparse = new Map<number, Fid>();
  private readonly secret = Math.random() * 0x1_0000_0000;
  private readonly spares: Fid[] = [];
  /** How many there are. */
  size = 0;

  get(num: number): Fid | undefined {
    return num < DENSE ? this.dense[num] : this.sparse.get(this.key(num));
  }

  /** Another number for each: of two different ones never the same. */
  private key(num: number): number {
    const odd = this.secret | 1;
    const mixed = Math.imul(num ^ this.secret, odd);
    return Math.imul(mixed ^ (mixed >>> 15), odd);
  }

  /** Makes a fid of a number that is free; it stands for nothing yet. */
  make(session: Session, num: number): Fid {
    const fid = this.spares.pop() ?? new Fid(session);
    fid.num = num;
    if (num < DENSE) {
      // An array with far holes would turn into a dictionary.
      while (this.dense.length < num) this.dense.push(undefined);
      this.dense[num] = fid;
    } else this.sparse.set(this.key(num), fid);
    this.size++;
    return fid;
  }

  /** Takes the object of a fid that was deleted, detached and closed, for another one. */
  retire(fid: Fid): void {
    fid.retire();
    if (this.spares.length < SPARES) this.spares.push(fid);
  }

  delete(num: number): void {
    if (num < DENSE) this.dense[num] = undefined;
    else this.sparse.delete(this.key(num));
    this.size--;
  }

  /** A list of all, safe to clunk while going through it. */
  all(): Fid[] {
    const fids: Fid[] = [];
    for (const fid of this.dense) if (fid !== undefined) fids.push(fid);
    // One by one: a call takes some 100,000 arguments at most.
    for (const fid of this.sparse.values()) fids.push(fid);
    return fids;
  }
}
