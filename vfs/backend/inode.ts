// The part of an inode that the server and every backend share: its number, its kind, and who uses it. Imports nothing.

/** The inode has a fid or a name. */
export const LIVE = 0;
/** No name and no fid: it waits in the reclaim queue, its data still stored. */
export const QUEUED = 1;
/** `Backend.reclaim` has freed the data; the inode is not used again. */
export const RECLAIMED = 2;

/**
 * An inode. A backend extends it with its data, and returns the same object for the same file as long as a fid is on
 * it, so that files are compared by `===`. The fields after `version` belong to the server: a backend initializes them
 * by this constructor and may read them.
 */
export abstract class Inode {
  /** Inode number (qid.path, st_ino), below 2^53: constant, and never reused for another file of the same store. */
  readonly ino: number;
  /** S_IFMT bits of the mode: constant. 0 only for an answer that lookup-intent.ts permits. */
  readonly kind: number;
  /** qid.version, an unsigned number of 32 bits: the server increments it with each change of the content. */
  version = 0;
  /** Number of fids on the inode, opened or only walked, of all sessions; and one for an overlay that holds it. */
  readonly refs: number = 0;
  /** LIVE, QUEUED or RECLAIMED. */
  readonly state: number = LIVE;
  /** Head of the list of its fids. */
  fids: object | null = null;
  /** Its record locks. */
  locks: object | null = null;

  constructor(ino: number, kind: number) {
    this.ino = ino;
    this.kind = kind;
  }
}
