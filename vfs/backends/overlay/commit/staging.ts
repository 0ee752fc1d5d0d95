// The staging directory of a commit: its name, its phase, its owner, and its removal.
import { S_IFDIR, S_IFREG, S_ISGID } from '../../../linux/constants.ts';
import { E, errnoOf } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { INTENT_RMDIR, INTENT_UNLINK } from '../../../backend/lookup-intent.ts';
import { linesOf, parseJournal, type Journal } from './journal.ts';
import { ref, unref } from '../../../backend/inode-refs.ts';
import { attempt, setMode } from '../layer/layer.ts';
import { attrOf } from '../layer/look.ts';
import { endOwner, isOver, isOwner, livingOwner, nameOwner } from './owner.ts';
import { readText, sync, writeText } from './small-file.ts';
import { check, fail, heldDuring, isThere, listNames, must } from '../layer/walk.ts';
import type { Resumable } from '../layer/resumable.ts';

/** The name of the staging directory; a number is appended if the tree has such a name. */
const NAME = '.wasi9p-commit';
const NAMES = /^\.wasi9p-commit(-\d+)?$/;
/** True if a name in the root may be that of a staging directory. */
export function isStagingName(name: string): boolean {
  return NAMES.test(name);
}

/** The mode that identifies it: a guest cannot set a sticky bit, and a private directory with one is rare. */
const MODE = 0o1700;

/** The phases of a commit. The phase is part of the journal's name, so that a rename advances it atomically. */
export const UNDONE = 0;
export const OUT = 1;
export const INTO = 2;
export const CHANGE = 3;
export const DONE = 4;
/** No journal: the tree is unchanged, or only the staging directory is left to remove. */
export const NONE = -1;

const JOURNAL = /^journal-([0-4])$/;
const UNFINISHED = 'journal.tmp';

/**
 * The staging directory in the root of the lower layer: holds new content, removed files, and the journal. Its
 * existence keeps other commits out.
 */
export class Staging {
  readonly name: string;
  readonly dir: Inode;
  phase = NONE;
  /** True once it is removed or released. */
  isClosed = false;
  private readonly lower: Backend;
  private owner = '';
  /** The owner before `claim`. */
  private former = '';
  private next = 0;

  private constructor(lower: Backend, name: string, dir: Inode) {
    this.lower = lower;
    this.name = name;
    this.dir = dir;
    ref(dir);
  }

  /**
   * Returns the names of all staging directories: left by earlier commits, or in use by other processes.
   * @param keepsSticky True if the file system keeps a sticky bit; probed when needed.
   */
  static names(lower: Backend, keepsSticky?: boolean): string[] {
    const root = lower.root();
    return [...listNames(lower, root)].filter((name) => {
      let isOurs = false;
      if (isStagingName(name))
        heldDuring(lower, root, name, (inode) => (isOurs = isStaging(lower, inode, keepsSticky)));
      return isOurs;
    });
  }

  /**
   * Creates a staging directory, under a name that is not taken.
   * @throws Error EBUSY if another one exists; the errno of create.
   */
  static make(lower: Backend, isTaken: (name: string) => boolean): Staging {
    const root = lower.root();
    if (Staging.names(lower).length > 0) fail(E.EBUSY);
    let name = NAME;
    for (let i = 1; isTaken(name); i++) name = `${NAME}-${i}`;
    const staging = new Staging(lower, name, made(lower, root, name));
    try {
      // Another process may have created one at the same time, under a different name.
      if (Staging.names(lower).some((other) => other !== name)) fail(E.EBUSY);
      staging.owner = nameOwner();
      check(staging.put(staging.owner, ''));
      return staging;
    } catch (thrown) {
      attempt(() => lower.unlink(root, name, staging.dir));
      staging.close();
      throw thrown;
    }
  }

  /**
   * Opens an existing staging directory.
   * @throws Error for an errno.
   */
  static open(lower: Backend, name: string): Staging {
    const staging = new Staging(lower, name, must(lower.lookup(lower.root(), name)));
    try {
      staging.look();
      return staging;
    } catch (thrown) {
      staging.close();
      throw thrown;
    }
  }

  private look(): void {
    this.phase = NONE;
    for (const entry of listNames(this.lower, this.dir)) {
      if (isOwner(entry)) this.owner = entry;
      const phase = JOURNAL.exec(entry)?.[1];
      if (phase !== undefined) this.phase = Number(phase);
    }
  }

  /**
   * Makes this process the owner of a commit left by another. The owner file is renamed, which only one process can do.
   * Returns false if another process was faster.
   */
  claim(): boolean {
    // Empty: only its removal is left.
    if (this.owner === '') return true;
    const mine = nameOwner();
    if (!this.renameOwner(mine)) return false;
    this.former = this.owner;
    this.owner = mine;
    this.look();
    return true;
  }

  /** Returns the ownership, so that this process or another can try again; does nothing if it was removed. */
  giveBack(): void {
    if (this.former === '' || this.isClosed) return;
    endOwner(this.owner);
    if (attempt(() => (this.renameOwner(this.former) ? 0 : E.ENOENT)) === 0) this.owner = this.former;
  }

  private renameOwner(name: string): boolean {
    const { lower, dir, owner } = this;
    let errno: number = E.ENOENT;
    heldDuring(lower, dir, owner, (inode) => {
      errno = attempt(() => lower.rename(dir, owner, inode, dir, name, null));
    });
    if (errno !== E.ENOENT && errno !== E.ESTALE) check(errno);
    return errno === 0;
  }

  /**
   * Returns the name of an entry of the overlay's root that would be taken for a staging directory once committed; ''
   * if there is none.
   */
  impostor(merged: Backend): string {
    const { lower, dir, name } = this;
    return Staging.names(merged, isMarked(lower, dir)).find((other) => other !== name) ?? '';
  }

  /** The process id of the living owner; 0 if there is none. */
  get process(): number {
    return livingOwner(this.owner);
  }

  /** True if only its removal is left: it is empty, or this process has ended its commit and no step is pending. */
  get isRest(): boolean {
    return (this.owner === '' || isOver(this.owner)) && ![OUT, INTO, CHANGE].includes(this.phase);
  }

  /** Returns a free name in the staging directory. */
  fresh(kind: 'new' | 'old' | 'mv'): string {
    return `${kind}-${this.next++}`;
  }

  /** Creates a small file. Returns 0 or an errno. */
  private put(name: string, text: string): number {
    const { lower, dir } = this;
    const inode = must(lower.create(dir, name, S_IFREG | 0o600, 0, 0, 0));
    ref(inode);
    try {
      return text === '' ? 0 : writeText(lower, inode, [text]);
    } finally {
      unref(lower, inode);
    }
  }

  /** Writes the journal and syncs it. From here on the commit can be resumed or undone. */
  begin(journal: Journal, durable: boolean): void {
    const { lower, dir } = this;
    const inode = must(lower.create(dir, UNFINISHED, S_IFREG | 0o600, 0, 0, 0));
    ref(inode);
    try {
      check(writeText(lower, inode, linesOf(journal)));
      check(lower.rename(dir, UNFINISHED, inode, dir, `journal-${OUT}`, null));
      this.phase = OUT;
    } finally {
      unref(lower, inode);
    }
    if (!durable && journal.writes.length === 0) return;
    sync(lower, dir);
    sync(lower, lower.root());
  }

  /**
   * Reads the journal; null if it is invalid.
   * @throws Error if it cannot be read.
   */
  read(): Journal | null {
    let text = '';
    heldDuring(this.lower, this.dir, `journal-${this.phase}`, (inode) => (text = readText(this.lower, inode)));
    return parseJournal(text);
  }

  /** Moves the commit to another phase, by a rename of the journal. */
  turn(phase: number): void {
    const { lower, dir } = this;
    let errno: number = E.ESTALE;
    heldDuring(lower, dir, `journal-${this.phase}`, (inode) => {
      errno = lower.rename(dir, `journal-${this.phase}`, inode, dir, `journal-${phase}`, null);
    });
    check(errno);
    this.phase = phase;
  }

  /**
   * Removes the staging directory with its content; journal and owner file last.
   * @throws Error for an errno.
   */
  *remove(): Resumable<void> {
    const { lower, dir } = this;
    const kinds = kindsOf(lower, dir);
    const isLast = (name: string): boolean => name.startsWith('journal') || isOwner(name);
    const waiting = [...kinds.keys()].filter((name) => !isLast(name));
    let next = kinds.size;
    const free = (): string => {
      let name;
      do name = `rm-${next++}`;
      while (isThere(lower, dir, name));
      kinds.set(name, S_IFDIR);
      waiting.push(name);
      return name;
    };
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (kinds.get(name) === S_IFDIR) {
        // Subdirectories are moved up first, so that no recursion is needed.
        heldDuring(lower, dir, name, (inode) => this.empty(inode, free));
      }
      unlink(lower, dir, name, kinds.get(name)!);
      yield;
    }
    const last = [...kinds.keys()].filter(isLast).sort();
    for (const name of last) unlink(lower, dir, name, kinds.get(name)!);
    const errno = attempt(() => lower.unlink(lower.root(), this.name, dir));
    // Without an owner another process may have removed it.
    if (errno !== E.ENOENT || this.owner !== '') check(errno);
    this.close();
  }

  private empty(inode: Inode, free: () => string): void {
    const { lower, dir } = this;
    this.open(inode);
    for (const [name, kind] of kindsOf(lower, inode)) {
      if (kind !== S_IFDIR) unlink(lower, inode, name, kind);
      else {
        heldDuring(lower, inode, name, (child) => {
          // rename(2) changes `..`, which needs write permission on the directory itself.
          this.open(child);
          check(lower.rename(inode, name, child, dir, free(), null));
        });
      }
    }
  }

  /** Makes a directory accessible to its owner. */
  private open(inode: Inode): void {
    const { mode } = attrOf(this.lower, inode);
    if ((mode & 0o700) !== 0o700) check(setMode(this.lower, inode, mode | 0o700));
  }

  /** Ends the ownership and releases the directory. */
  close(): void {
    if (!this.isClosed) endOwner(this.owner);
    this.release();
  }

  /** Drops the reference on the directory. */
  release(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    unref(this.lower, this.dir);
  }
}

/** True for a staging directory: it has the mode, and is empty or has an owner file. */
function isStaging(lower: Backend, inode: Inode, keepsSticky?: boolean): boolean {
  if (inode.kind !== S_IFDIR) return false;
  const names = listed(lower, inode);
  // Unreadable: another user's.
  if (names === null || names.length === 0) return isMarked(lower, inode);
  if (!names.some(isOwner)) return false;
  return isMarked(lower, inode) || !(keepsSticky ?? doesKeepSticky(lower));
}

/**
 * Returns the names in a directory; null on EACCES.
 * @throws Error for any other errno.
 */
function listed(lower: Backend, dir: Inode): string[] | null {
  let names: string[] = [];
  const errno = attempt(() => ((names = [...listNames(lower, dir)]), 0));
  if (errno === E.EACCES) return null;
  check(errno);
  return names;
}

function isMarked(lower: Backend, inode: Inode): boolean {
  // A set-group-ID bit is inherited from the parent directory.
  return (attrOf(lower, inode).mode & 0o7777 & ~S_ISGID) === MODE;
}

/** True if the file system keeps a sticky bit (FAT does not); probed with a directory that is removed immediately. */
function doesKeepSticky(lower: Backend): boolean {
  const root = lower.root();
  let name = '.wasi9p-probe';
  while (isThere(lower, root, name)) name += '-';
  let isKept = true;
  attempt(() => {
    const dir = lower.create(root, name, S_IFDIR | MODE, 0, 0, 0);
    // Without mkdir(2) there is no commit either.
    if (typeof dir === 'number') return dir;
    ref(dir);
    try {
      isKept = isMarked(lower, dir);
      return lower.unlink(root, name, dir);
    } finally {
      unref(lower, dir);
    }
  });
  return isKept;
}

function made(lower: Backend, root: Inode, name: string): Inode {
  try {
    const inode = lower.create(root, name, S_IFDIR | MODE, 0, 0, 0);
    return inode === E.EEXIST ? fail(E.EBUSY) : must(inode);
  } catch (thrown) {
    if (errnoOf(thrown) === E.EEXIST) fail(E.EBUSY);
    throw thrown;
  }
}

/**
 * Returns the kind of each entry of a directory, by name.
 * @throws Error if it cannot be listed.
 */
function kindsOf(lower: Backend, dir: Inode): Map<string, number> {
  const kinds = new Map<string, number>();
  const cursor = must(lower.list(dir));
  while (cursor.next()) kinds.set(cursor.name, cursor.kind);
  cursor.close();
  return kinds;
}

/**
 * Removes a name if it exists.
 * @throws Error for an errno.
 */
function unlink(lower: Backend, dir: Inode, name: string, kind: number): void {
  const inode = lower.lookup(dir, name, kind === S_IFDIR ? INTENT_RMDIR : INTENT_UNLINK);
  if (inode === E.ENOENT) return;
  if (typeof inode === 'number') fail(inode);
  ref(inode);
  try {
    const errno = attempt(() => lower.unlink(dir, name, inode));
    if (errno !== E.ENOENT) check(errno);
  } finally {
    unref(lower, inode);
  }
}
