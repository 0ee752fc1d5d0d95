/** The inode is in use or has a name. */
export const LIVE = 0;
/** No name, no fid: waits in the reclaim queue, its data still there. */
export const QUEUED = 1;
/** Reclaimed: the data is gone, and nothing may open it again. */
export const RECLAIMED = 2;

/**
 * What every backend's inode has. A backend extends it with its data and hands the same object out
 * for the same file each time, so that identity is `===`; the server counts who uses it.
 */
export abstract class Inode {
  /** The file's number for its whole life, never used again for another: qid.path and st_ino. Below 2^53. */
  readonly ino: number;
  /** The S_IFMT bits of its mode; a file never changes its kind. */
  readonly kind: number;
  /** Moves with the content: qid.version, 32 bits. */
  version = 0;
  /** How many fids name it, opened or merely walked. Kept by the server. */
  refs = 0;
  /** LIVE, QUEUED or RECLAIMED. Kept by the server. */
  state = LIVE;
  /** Head of the list of fids on it. Kept by the server. */
  fids: object | null = null;
  /** The record locks held on it. Kept by the server. */
  locks: object | null = null;

  constructor(ino: number, kind: number) {
    this.ino = ino;
    this.kind = kind;
  }
}
