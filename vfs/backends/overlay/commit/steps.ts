// The steps of a journal, each idempotent and reversible.
import { S_IFDIR, S_IFREG } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { rewriteData } from '../layer/data.ts';
import type { Dress, In, Mark, Out, Over, Rewrite } from './journal.ts';
import { ref, unref } from '../../../backend/inode-refs.ts';
import { attempt, setMode } from '../layer/layer.ts';
import { attrOf, dress, type Look } from '../layer/look.ts';
import { Reach, lastOf, type PathNames } from '../layer/reach.ts';
import type { Staging } from './staging.ts';
import { check, fail, heldDuring, isThere, must } from '../layer/walk.ts';
import type { Resumable } from '../layer/resumable.ts';

/** Inode numbers from here on are assigned by the process (hostdir/tree/table.ts), and mean nothing in another. */
const LOCAL = 2 ** 52;
/** The tolerance between two reads of one timestamp, in nanoseconds: some runtimes truncate to milliseconds. */
const GRAIN = 2e6;

/**
 * Records the identity of an inode for a later step.
 * @param written True if the step must fail when the file was written to since.
 */
export function markOf(backend: Backend, inode: Inode, written = false): Mark {
  const mark: Mark = { kind: inode.kind, ino: inode.ino < LOCAL ? inode.ino : 0 };
  if (written && inode.kind === S_IFREG) {
    const attr = attrOf(backend, inode);
    mark.mtime = [attr.mtime_sec, attr.mtime_nsec];
  }
  return mark;
}

/**
 * The steps of a commit. Each can be run and reverted, and is idempotent: the names in the staging directory show if it
 * was run. Files that other processes have created under these names are never overwritten: ESTALE or EEXIST.
 */
export class Steps {
  readonly reach: Reach;
  private readonly lower: Backend;
  private readonly dir: Inode;

  constructor(lower: Backend, staging: Staging) {
    this.lower = lower;
    this.dir = staging.dir;
    this.reach = new Reach(lower);
  }

  out(step: Out): void {
    const { lower, dir } = this;
    if (isThere(lower, dir, step.to)) return;
    this.meet(step.path, step.was, (inode, parent) => {
      if (step.dirs !== undefined) this.unchanged(step.path, step.dirs);
      check(lower.rename(parent, lastOf(step.path), inode, dir, step.to, null));
    });
  }

  outBack(step: Out): void {
    this.put(step.to, step.path);
  }

  in(step: In): void {
    this.put(step.from, step.path);
  }

  inBack(step: In): void {
    const { lower, dir } = this;
    if (isThere(lower, dir, step.from)) return;
    this.meet(step.path, step.is, (inode, parent) => {
      check(lower.rename(parent, lastOf(step.path), inode, dir, step.from, null));
    });
  }

  over({ path, from, to, was }: Over): void {
    this.swap(path, from, to, was);
  }

  overBack({ path, from, is, to }: Over): void {
    this.swap(path, to, from, is);
  }

  *write(step: Rewrite): Resumable<void> {
    yield* this.rewrite(step, step.from);
  }

  *writeBack(step: Rewrite): Resumable<void> {
    yield* this.rewrite(step, step.old);
  }

  /**
   * Sets the attributes of the inode at a path, if it still is the one of `mark`.
   * @param keeps True if the commit does not change the mode. Then EPERM is ignored: another owner keeps the mode set
   *   since.
   */
  dress(path: PathNames, look: Look, mark: Mark, keeps: boolean): void {
    this.find(path, mark, (inode) => {
      const errno = attempt(() => (dress(this.lower, inode, look), 0));
      if (errno !== E.EPERM || !keeps) check(errno);
    });
  }

  /** Adds permission bits to a directory or file that the commit has to change. */
  open(path: PathNames, { mark, opens }: Dress): void {
    if (opens === 0) return;
    this.find(path, mark, (inode) => {
      const { mode } = attrOf(this.lower, inode);
      if ((mode & opens) === opens) return;
      // Another owner's, but its group may have access: the steps in it will tell.
      const errno = attempt(() => setMode(this.lower, inode, mode | opens));
      if (errno !== E.EPERM) check(errno);
    });
  }

  /** Calls `act` with the inode at a path, if it still is the one of `mark`. */
  find(path: PathNames, mark: Mark, act: (inode: Inode) => void): void {
    const { lower } = this;
    if (path.length === 0) {
      act(lower.root());
      return;
    }
    const errno = attempt(() => {
      this.reach.parent(path);
      return 0;
    });
    if (errno === E.ENOENT || errno === E.ENOTDIR) return;
    heldDuring(lower, this.reach.parent(path), lastOf(path), (inode) => {
      if (this.isMarked(inode, mark)) act(inode);
    });
  }

  /** Moves an entry of the staging directory to its destination, which must be free. */
  private put(name: string, path: PathNames): void {
    const { lower, dir } = this;
    heldDuring(lower, dir, name, (inode) => {
      const parent = this.reach.parent(path);
      if (isThere(lower, parent, lastOf(path))) fail(E.EEXIST);
      check(lower.rename(dir, name, inode, parent, lastOf(path), null));
    });
  }

  /**
   * Calls `act` with the inode at a path.
   * @throws Error ESTALE if it is gone or is not the one of `mark`.
   */
  private meet(path: PathNames, mark: Mark, act: (inode: Inode, parent: Inode) => void): void {
    const { lower, reach } = this;
    const parent = reach.parent(path);
    let kind = -1;
    heldDuring(lower, parent, lastOf(path), (inode) => {
      this.verify(inode, mark);
      ({ kind } = inode);
      act(inode, parent);
    });
    if (kind < 0) fail(E.ESTALE);
    if (kind === S_IFDIR) reach.forget();
  }

  private verify(inode: Inode, mark: Mark): void {
    if (!this.isMarked(inode, mark)) fail(E.ESTALE);
  }

  private isMarked(inode: Inode, { kind, ino, mtime }: Mark): boolean {
    if (inode.kind !== kind || (ino !== 0 && inode.ino !== ino)) return false;
    return mtime === undefined || this.hasTime(inode, mtime);
  }

  private hasTime(inode: Inode, [sec, nsec]: readonly [number, number]): boolean {
    const attr = attrOf(this.lower, inode);
    return Math.abs((attr.mtime_sec - sec) * 1e9 + (attr.mtime_nsec - nsec)) < GRAIN;
  }

  /**
   * Checks that the entries of directories have not changed since the plan.
   * @throws Error ENOTEMPTY if they have.
   */
  private unchanged(path: PathNames, dirs: NonNullable<Out['dirs']>): void {
    for (const [below, mtime] of dirs) {
      if (!this.hasTime(this.reach.dir([...path, ...below]), mtime)) fail(E.ENOTEMPTY);
    }
  }

  /**
   * Replaces a file by one of the staging directory, and keeps the old one there by a hard link. Without hard links the
   * path is missing for a moment.
   */
  private swap(path: PathNames, coming: string, going: string, was: Mark): void {
    const { lower, dir, reach } = this;
    heldDuring(lower, dir, coming, (inode) => {
      const parent = reach.parent(path);
      const name = lastOf(path);
      const found = lower.lookup(parent, name);
      if (typeof found === 'number') {
        if (found !== E.ENOENT) check(found);
        check(lower.rename(dir, coming, inode, parent, name, null));
        return;
      }
      ref(found);
      try {
        // rename(2) of two links of one file does nothing.
        if (found === inode) check(lower.unlink(dir, coming, inode));
        else this.replace(found, was, going, inode, coming, parent, name);
      } finally {
        unref(lower, found);
      }
    });
  }

  private replace(
    found: Inode,
    was: Mark,
    going: string,
    inode: Inode,
    coming: string,
    parent: Inode,
    name: string,
  ): void {
    const { lower, dir } = this;
    this.verify(found, was);
    const isKept =
      isThere(lower, dir, going) || (this.isLinked(found) && attempt(() => lower.link(dir, going, found)) === 0);
    if (!isKept) check(lower.rename(parent, name, found, dir, going, null));
    check(lower.rename(dir, coming, inode, parent, name, isKept ? found : null));
  }

  private isLinked(inode: Inode): boolean {
    return inode.kind === S_IFREG && this.lower.capabilities.hardLinks;
  }

  private *rewrite({ path, is }: Rewrite, name: string): Resumable<void> {
    const { lower, dir, reach } = this;
    const file = must(lower.lookup(reach.parent(path), lastOf(path)));
    ref(file);
    const from = lower.lookup(dir, name);
    if (typeof from !== 'number') ref(from);
    try {
      if (typeof from === 'number') fail(from);
      this.verify(file, is);
      check(yield* rewriteData({ backend: lower, inode: from }, { backend: lower, inode: file }));
    } finally {
      unref(lower, file);
      if (typeof from !== 'number') unref(lower, from);
    }
  }
}
