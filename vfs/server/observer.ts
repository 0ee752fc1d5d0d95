// Observers of a server: for traces and tests.
import type { Inode } from '../backend/inode.ts';

/** Functions that a server calls when something happens on it. They must not send it requests. */
export interface ServerObserver {
  /** An inode has lost its last name while fids still hold it. */
  orphan?(inode: Inode): void;
  /** An orphan was reclaimed. */
  reclaimed?(inode: Inode): void;
  /** A backend has thrown an error that maps to no errno but EIO. */
  fault?(thrown: unknown): void;
}
