// The part of an inode that the server and every backend share: its number, its kind, and who uses it. Imports nothing.
//
// The life of an inode; inode-refs.ts alone changes its state:
//
//      create, symlink, or the first lookup
//                      │
//                      ▼          no reference left, but a name: release(inode); it may be found again
//      ┌───────────▶ LIVE ───────────────────────────────────────────────────────▶ still LIVE
//      │               │
//      │               │  the last name is gone, a reference is left: an orphan, still LIVE,
//      │               │  which can be read, written and listed as before (nlink is 0)
//      │               │
//      │               │  neither name nor reference is left
//      │               ▼
//      └─────────── QUEUED     the data is still stored, and counted by statfs
//   reached again      │
//   by `..` from an    │  reclaim(inode) returns 0; otherwise it stays QUEUED and is tried again
//   orphan below it    ▼
//                  RECLAIMED   the data is freed; the backend sees this object no more

/** The inode has a reference or a name. */
export const LIVE = 0;
/** No name and no fid: it waits in the reclaim queue, its data still stored. */
export const QUEUED = 1;
/** `Backend.reclaim` has freed the data; the inode is not used again. */
export const RECLAIMED = 2;

/**
 * An inode. A backend extends it with its data, and returns the same object for the same file as long as it is
 * referenced or QUEUED, so that files are compared by `===`. The fields from `refs` on belong to the server and to
 * inode-refs.ts: a backend initializes them by this constructor and may read them. All servers of a backend share
 * them.
 */
export abstract class Inode {
  /** Inode number (qid.path, st_ino), below 2^53: constant, and never reused for another file of the same store. */
  readonly ino: number;
  /** S_IFMT bits of the mode: constant. 0 only for an answer that lookup-intent.ts permits. */
  readonly kind: number;
  /**
   * qid.version, an unsigned number of 32 bits: the server increments it with each change of the content that it makes.
   * A backend whose files others can change sets it, too.
   */
  version = 0;
  /** References: the fids on the inode, opened or only walked, of all sessions; and one of an overlay that holds it. */
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
