// The result of a path lookup.
import type { AtCalls } from '../at-calls.ts';

/**
 * A file that a lookup found, as the kernel's `struct path`: its tree, and a fid on it. The caller passes the record
 * and reuses it, so that a lookup allocates nothing. Each lookup fills it after its last message; a caller copies the
 * fields before it sends the next one, since a backend may make lookups of its own meanwhile.
 */
export class Found {
  /** The tree of the file; another than the one asked if the path crossed a mount. */
  tree!: AtCalls;
  /** A fid of `tree.client`, not open unless `openat` made it. */
  fid = 0;
  /** qid.type of the file. */
  type = 0;
  /** True if `fid` is the directory at which the path begins, which its owner clunks. */
  borrowed = false;
  /** The path's last name, if `findOrParent` found no such file; `fid` is then its directory. Else ''. */
  missing = '';

  /** Fills the record. Returns 0. */
  set(tree: AtCalls, fid: number, type: number, borrowed = false, missing = ''): number {
    this.tree = tree;
    this.fid = fid;
    this.type = type;
    this.borrowed = borrowed;
    this.missing = missing;
    return 0;
  }

  /** Clunks the fid, unless it is borrowed. */
  release(): void {
    if (!this.borrowed) this.tree.client.clunk(this.fid);
  }
}
