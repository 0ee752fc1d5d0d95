// The staging directory of a commit: its name, its phase, its owner, and its removal.
import { S_IFDIR, S_IFREG, S_ISGID } from '../../../linux/constants.ts';
import { E, errnoOf } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { INTENT_RMDIR, INTENT_UNLINK } from '../../../backend/lookup-intent.ts';
import { linesOf, parseJournal, type Journal } from './journal.ts';
import { attempt, unref, setMode, ref } from '../layer/layer.ts';
import { attrOf } from '../layer/look.ts';
import { endOwner, isOver, isOwner, livingOwner, nameOwner } from './owner.ts';
import { readText, sync, writeText } from './small-file.ts';
import { check, fail, heldDuring, isThere, must, namesOf } from '../layer/walk.ts';
import type { Work } from '../layer/work.ts';

/** What the directory of a commit is called; with a number behind it when the tree has such a name of its own. */
const NAME = '.wasi9p-commit';
const NAMES = /^\.wasi9p-commit(-\d+)?$/;
/** Whether a name in the root is one that the directory of a commit may have. */
export function isStagingName(name: string): boolean {
  return NAMES.test(name);
}

/** Its mode, by which it is known: a guest cannot set a sticky bit, and hardly any directory with one is private. */
const MODE = 0o1700;

/** How far a commit is: part of the journal's name, so that a rename tells it. */
export const UNDONE = 0;
export const OUT = 1;
export const INTO = 2;
export const CHANGE = 3;
export const DONE = 4;
/** There is no journal: nothing of the tree was changed, or nothing is left to be done but to remove this. */
export const NONE = -1;

const JOURNAL = /^journal-([0-4])$/;
const UNFINISHED = 'journal.tmp';

/**
 * The directory in the root of the lower layer in which a commit has what it makes, what it has taken out of its place,
 * and its journal. That it is there keeps other commits out.
 */
export class Staging {
  readonly name: string;
  readonly dir: Inode;
  phase = NONE;
  /** It is removed, or let go of. */
  isClosed = false;
  private readonly lower: Backend;
  private owner = '';
  /** Who had it before this process settled it. */
  private former = '';
  private next = 0;

  private constructor(lower: Backend, name: string, dir: Inode) {
    this.lower = lower;
    this.name = name;
    this.dir = dir;
    ref(dir);
  }

  /**
   * Those that earlier commits have left, and others are using.
   * @param keepsSticky Whether the file system keeps a sticky bit; it is found out when a directory without one is in question.
   */
  static names(lower: Backend, keepsSticky?: boolean): string[] {
    const root = lower.root();
    return [...namesOf(lower, root)].filter((name) => {
      let isOurs = false;
      if (isStagingName(name))
        heldDuring(lower, root, name, (inode) => (isOurs = isStaging(lower, inode, keepsSticky)));
      return isOurs;
    });
  }

  /**
   * Makes one, by a name that nothing has.
   * @throws Error EBUSY when there is one; what making a directory gives.
   */
  static make(lower: Backend, isTaken: (name: string) => boolean): Staging {
    const root = lower.root();
    if (Staging.names(lower).length > 0) fail(E.EBUSY);
    let name = NAME;
    for (let i = 1; isTaken(name); i++) name = `${NAME}-${i}`;
    const staging = new Staging(lower, name, made(lower, root, name));
    try {
      // Two may have begun at once, by different names.
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

  /** Opens one that was left. @throws Error */
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
    for (const entry of namesOf(this.lower, this.dir)) {
      if (isOwner(entry)) this.owner = entry;
      const phase = JOURNAL.exec(entry)?.[1];
      if (phase !== undefined) this.phase = Number(phase);
    }
  }

  /**
   * Makes this process the owner of what another has left: false when a third one has been faster. Who renames the
   * owner's file has it, so that no two settle a commit at once.
   */
  claim(): boolean {
    // There is nothing in it but its end.
    if (this.owner === '') return true;
    const mine = nameOwner();
    if (!this.renameOwner(mine)) return false;
    this.former = this.owner;
    this.owner = mine;
    this.look();
    return true;
  }

  /** Gives it back, for another try of this process or another; unless it is gone. */
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

  /** The name in a tree of something that would pass for the directory of a commit once it is committed; '' for none. */
  impostor(merged: Backend): string {
    const { lower, dir, name } = this;
    return Staging.names(merged, isMarked(lower, dir)).find((other) => other !== name) ?? '';
  }

  /** The number of the process that is making the commit, 0 for none. */
  get process(): number {
    return livingOwner(this.owner);
  }

  /** Whether this process has left it, and there is nothing to do or to ref back; or there is nothing in it. */
  get isRest(): boolean {
    return (this.owner === '' || isOver(this.owner)) && ![OUT, INTO, CHANGE].includes(this.phase);
  }

  /** A name in it that nothing has. */
  fresh(kind: 'new' | 'old' | 'mv'): string {
    return `${kind}-${this.next++}`;
  }

  /** Makes a small file: 0 or an errno. */
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

  /** Writes the journal, onto the disk: from now on the commit can be resumed and undone. */
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

  /** The journal; null when it cannot be understood. @throws Error when it cannot be read. */
  read(): Journal | null {
    let text = '';
    heldDuring(this.lower, this.dir, `journal-${this.phase}`, (inode) => (text = readText(this.lower, inode)));
    return parseJournal(text);
  }

  /** The commit is one step of its own further, or back. */
  turn(phase: number): void {
    const { lower, dir } = this;
    let errno: number = E.ESTALE;
    heldDuring(lower, dir, `journal-${this.phase}`, (inode) => {
      errno = lower.rename(dir, `journal-${this.phase}`, inode, dir, `journal-${phase}`, null);
    });
    check(errno);
    this.phase = phase;
  }

  /** Removes it, with all that is in it, the journal last. @throws Error */
  *remove(): Work<void> {
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
        // A tree of any depth is flat here: its directories come to the others.
        heldDuring(lower, dir, name, (inode) => this.empty(inode, free));
      }
      unlink(lower, dir, name, kinds.get(name)!);
      yield;
    }
    const last = [...kinds.keys()].filter(isLast).sort();
    for (const name of last) unlink(lower, dir, name, kinds.get(name)!);
    const errno = attempt(() => lower.unlink(lower.root(), this.name, dir));
    // An empty one has no owner: another process may have removed it.
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
          // `..` in it is about to change.
          this.open(child);
          check(lower.rename(inode, name, child, dir, free(), null));
        });
      }
    }
  }

  /** Lets there be work in a directory. */
  private open(inode: Inode): void {
    const { mode } = attrOf(this.lower, inode);
    if ((mode & 0o700) !== 0o700) check(setMode(this.lower, inode, mode | 0o700));
  }

  /** This process does nothing more about it. */
  close(): void {
    if (!this.isClosed) endOwner(this.owner);
    this.release();
  }

  /** Lets go of it. */
  release(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    unref(this.lower, this.dir);
  }
}

/** Whether a directory is one of ours: it has the mode, and an owner or as yet nothing. */
function isStaging(lower: Backend, inode: Inode, keepsSticky?: boolean): boolean {
  if (inode.kind !== S_IFDIR) return false;
  const names = listed(lower, inode);
  // Another user's: nobody else can look into it.
  if (names === null || names.length === 0) return isMarked(lower, inode);
  if (!names.some(isOwner)) return false;
  return isMarked(lower, inode) || !(keepsSticky ?? doesKeepSticky(lower));
}

/** The names in a directory; null for one that this user may not list. @throws Error when it cannot be listed. */
function listed(lower: Backend, dir: Inode): string[] | null {
  let names: string[] = [];
  const errno = attempt(() => ((names = [...namesOf(lower, dir)]), 0));
  if (errno === E.EACCES) return null;
  check(errno);
  return names;
}

function isMarked(lower: Backend, inode: Inode): boolean {
  // A directory with a set-group-ID bit passes it on to what is made in it.
  return (attrOf(lower, inode).mode & 0o7777 & ~S_ISGID) === MODE;
}

/** Whether the file system keeps a sticky bit (FAT does not): tried with a directory that is removed at once. */
function doesKeepSticky(lower: Backend): boolean {
  const root = lower.root();
  let name = '.wasi9p-probe';
  while (isThere(lower, root, name)) name += '-';
  let isKept = true;
  attempt(() => {
    const dir = lower.create(root, name, S_IFDIR | MODE, 0, 0, 0);
    // No commit is made where no directory can be.
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

/** The entries of a directory and what they are. @throws Error when it cannot be listed. */
function kindsOf(lower: Backend, dir: Inode): Map<string, number> {
  const kinds = new Map<string, number>();
  const cursor = must(lower.list(dir));
  while (cursor.next()) kinds.set(cursor.name, cursor.kind);
  cursor.close();
  return kinds;
}

/** Removes a name, if it is there. @throws Error for an errno. */
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
