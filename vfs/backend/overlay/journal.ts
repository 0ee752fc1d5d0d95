import { S_IFDIR } from '../../9p/constants.ts';
import { E } from '../../errno.ts';
import type { Backend } from '../backend.ts';
import type { Inode } from '../inode.ts';
import { attempt, has, letGo, take } from './layer.ts';
import { check, heldDuring, must } from './walk.ts';

/** A name that a directory of the lower layer was given. What it leads to is not held: there may be very many. */
interface Step {
  ino: number;
  to: Inode;
  toName: string;
  /** Where the inode was before; null for one that was made. */
  from: Inode | null;
  fromName: string;
}

/**
 * What was done to the names of the lower layer, so that it can be taken back: things were renamed to names that were
 * free, and empty directories made. Nothing else is done before the last of it.
 */
export class Journal {
  private readonly lower: Backend;
  private readonly steps: Step[] = [];

  constructor(lower: Backend) {
    this.lower = lower;
  }

  rename(inode: Inode, from: Inode, fromName: string, to: Inode, toName: string): void {
    check(this.lower.rename(from, fromName, inode, to, toName, null));
    this.note({ ino: inode.ino, to, toName, from, fromName });
  }

  /** Makes an empty directory, which is to have its attributes later. It is not held: whoever uses it does that. */
  make(to: Inode, toName: string): Inode {
    const inode = must(this.lower.create(to, toName, S_IFDIR | 0o700, 0, 0, 0));
    this.note({ ino: inode.ino, to, toName, from: null, fromName: '' });
    return inode;
  }

  private note(step: Step): void {
    take(step.to);
    if (step.from !== null) take(step.from);
    this.steps.push(step);
  }

  /**
   * Takes all back, the last first. What fails meanwhile is not told of: what made this necessary is. Nobody sees what
   * stays: the overlay has every one of these names, or hides it.
   */
  undo(): void {
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      const last = step;
      attempt(() => (this.back(last), 0));
      this.release(last);
    }
  }

  private back(step: Step): void {
    heldDuring(this.lower, step.to, step.toName, (inode) => {
      // Else somebody else has taken it, or put another in its place.
      if (inode.ino === step.ino) check(this.backTo(step, inode));
    });
  }

  private backTo({ to, toName, from, fromName }: Step, inode: Inode): number {
    const { lower } = this;
    if (from === null) return lower.entries(inode) > 0 ? E.ENOTEMPTY : lower.unlink(to, toName, inode);
    if (lower.nlink(from) === 0) return E.ENOENT;
    return has(lower, from, fromName) ? E.EEXIST : lower.rename(to, toName, inode, from, fromName, null);
  }

  private release({ to, from }: Step): void {
    letGo(this.lower, to);
    if (from !== null) letGo(this.lower, from);
  }

  /** It is not to be taken back any more. */
  forget(): void {
    for (const step of this.steps) this.release(step);
    this.steps.length = 0;
  }
}

/** Gives names that nothing has in a directory of the lower layer, and that the overlay is not to show. */
export type SpareName = (dir: Inode) => string;

/** Makes them; `hide` keeps the overlay from showing one. */
export function spareNames(lower: Backend, hide: (dir: Inode, name: string) => void): SpareName {
  let next = 0;
  return (dir) => {
    let name = '';
    do name = `.wasi9p-commit-${next++}`;
    while (has(lower, dir, name));
    hide(dir, name);
    return name;
  };
}
