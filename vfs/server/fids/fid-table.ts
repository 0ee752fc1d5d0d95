// The fids of a session by number.
import { Fid } from './fid.ts';
import type { Session } from '../session.ts';

/**
 * Fid numbers below this index an array (clients count up from 0); others are in a Map. Its keys are mixed with a
 * secret: the hash of a number is public, and a client could choose numbers that collide.
 */
const DENSE = 1 << 16;
/** Fid objects kept for reuse: most fids live for one call. */
const SPARES = 64;

/** The fids of one session by number. */
export class FidTable {
  // Long enough for most sessions: V8 deoptimizes code that stores into an empty array or reads behind its end.
  private readonly dense = new Array<Fid | undefined>(64).fill(undefined);
  private readonly sparse = new Map<number, Fid>();
  private readonly secret = Math.random() * 0x1_0000_0000;
  private readonly spares: Fid[] = [];
  /** Number of fids. */
  size = 0;

  get(num: number): Fid | undefined {
    return num < DENSE ? this.dense[num] : this.sparse.get(this.key(num));
  }

  /** A bijection on 32-bit numbers. */
  private key(num: number): number {
    const odd = this.secret | 1;
    const mixed = Math.imul(num ^ this.secret, odd);
    return Math.imul(mixed ^ (mixed >>> 15), odd);
  }

  /** Makes a fid, without an inode yet, of a number that is not in use. */
  make(session: Session, num: number): Fid {
    const fid = this.spares.pop() ?? new Fid(session);
    fid.num = num;
    if (num < DENSE) {
      // V8 turns an array with large gaps into a dictionary.
      while (this.dense.length < num) this.dense.push(undefined);
      this.dense[num] = fid;
    } else this.sparse.set(this.key(num), fid);
    this.size++;
    return fid;
  }

  /** Keeps the object of a deleted, detached and closed fid for reuse. */
  retire(fid: Fid): void {
    fid.retire();
    if (this.spares.length < SPARES) this.spares.push(fid);
  }

  delete(num: number): void {
    if (num < DENSE) this.dense[num] = undefined;
    else this.sparse.delete(this.key(num));
    this.size--;
  }

  /** All fids, as a copy: they can be clunked while it is iterated. */
  all(): Fid[] {
    const fids: Fid[] = [];
    for (const fid of this.dense) if (fid !== undefined) fids.push(fid);
    // Not `push(...)`: a call takes some 100,000 arguments at most.
    for (const fid of this.sparse.values()) fids.push(fid);
    return fids;
  }
}
