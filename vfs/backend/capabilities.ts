// The optional capabilities of a backend, each asked for by the name of a member of Backend.
import type { Backend } from './backend.ts';
import type { Inode } from './inode.ts';

/** An entry of a directory that its listing leaves out. */
export interface Hidden {
  readonly name: string;
  /** Half a sentence: `it leads out of the archive`. */
  readonly reason: string;
}

/** Abilities of a backend. The conformance suite skips tests by these flags and prints the reason. */
export interface Capabilities {
  /** `link` makes hard links. */
  readonly hardLinks: boolean;
  /** Extended attributes are kept. */
  readonly xattrs: boolean;
  /** Files can be larger than memory: holes take no space. */
  readonly sparse: boolean;
  /** `create` makes fifos and sockets. */
  readonly specialFiles: boolean;
  /** Times are kept to the nanosecond. */
  readonly nanoseconds: boolean;
  /** Names, targets of symlinks and names of attributes that are not UTF-8 are kept to the byte. */
  readonly rawNames: boolean;
}

/** A record lock of another process (struct flock). */
export interface ForeignLock {
  /** LOCK_TYPE_*; LOCK_TYPE_UNLCK if there is none. */
  type: number;
  start: number;
  /** 0 for the end of the file, however far it grows. */
  length: number;
  /** Its process; 0 if the kernel names none, as for the lock of an open file. */
  pid: number;
}

/**
 * The capability of a store whose files other processes lock: `Backend.recordLocks`. The server decides between its own
 * clients; to other processes all their locks together are those of one owner.
 */
export interface RecordLocks {
  /**
   * Locks or unlocks bytes for all clients, in one step, and never waits. The server asks only for what none of its
   * clients is in the way of, and unlocks what none of them holds. Unlocking all bytes frees whatever the locks needed.
   * Errors: EAGAIN: another process has a conflicting lock, and nothing has changed; ENOLCK.
   * @param handle A handle of the inode, open for what the lock is for.
   * @param type LOCK_TYPE_*.
   * @param length 0 for the end of the file, however far it grows.
   */
  set(inode: Inode, handle: number, type: number, start: number, length: number): number;
  /** Finds the first lock of another process that conflicts. */
  find(inode: Inode, handle: number, type: number, start: number, length: number, out: ForeignLock): number;
}

/** The kind of a file. */
export type Kind = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'device';

/** A path that differs between an overlay and its lower layer. */
export interface Change {
  /** Relative to the root, without a leading slash: `src/main.o`; `.` for the root itself. */
  path: string;
  change: 'added' | 'changed' | 'removed';
  /** Its kind in the overlay; for `removed` in the lower layer. */
  kind: Kind;
}

/** The letter of a change in a list: of an added, a modified and a removed path, as git has them. */
export const CHANGE_LETTERS: Readonly<Record<Change['change'], string>> = { added: 'A', changed: 'M', removed: 'D' };

/** The options of a commit. */
export interface CommitOptions {
  /** True to have the whole commit on disk (fsync(2)) when it is done; otherwise only its journal is. Default false. */
  durable?: boolean;
}

/** The result of a commit. */
export interface CommitResult {
  /**
   * 0 if the commit is complete. Otherwise the lower layer is unchanged, unless `unsettled` is set. EBUSY: another
   * commit must be settled first.
   */
  errno: number;
  /** The path that could not be removed, created or changed; '' if there is none. */
  path: string;
  /**
   * The staging directory in the root of the lower layer if it is left: by a commit that could be neither completed nor
   * reverted, or by a complete one whose staging directory could not be removed. Pass the lower layer to `settle`. ''
   * if there is none.
   */
  unsettled: string;
}

/** Work in progress, driven by its caller. */
export interface Running {
  /** Does one more step. Returns false after the last one. */
  step(): boolean;
  /** Abandons the work at this step. */
  stop(): void;
}

/** A commit in progress. */
export interface RunningCommit extends Running {
  /** Complete once `step` has returned false, or after `stop`. */
  readonly result: CommitResult;
}

/** The capability of a store that keeps the changes to another one: `Backend.changes`. */
export interface Changes {
  /** The store that is changed by a commit only. */
  readonly lower: Backend;
  /**
   * Lists the paths that differ from the lower layer, sorted by path. A renamed directory counts as removed and added.
   * Times and owners are not compared.
   * @returns One `Change` for each path; empty without changes.
   * @throws Error with an errno name as `code` if a layer cannot be read, ENOMEM if the paths exceed 2^28 characters.
   */
  diff(): Change[];
  /**
   * Makes the lower layer equal to the overlay, atomically: on an error all steps are reverted, and the commit can be
   * retried. If the process dies midway, `settle` of the lower layer completes or reverts the commit.
   * @returns `errno` 0; or an errno, the `path` that could not be removed, created or changed, and `unsettled`.
   * @throws TypeError if an option is invalid, before any change.
   */
  commit(options?: CommitOptions): CommitResult;
  /**
   * Like `commit`, one step at a time. The store must not be used between two steps.
   * @throws TypeError if an option is invalid.
   */
  committing(options?: CommitOptions): RunningCommit;
}
