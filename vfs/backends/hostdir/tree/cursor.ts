// The directory listing of a host directory; its descriptor may be closed and reopened midway.
import { S_IFMT } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { DirCursor } from '../../../backend/backend.ts';
import { Given, markOf } from '../node/given.ts';
import type { HostInode } from './inode.ts';
import type { Names } from './names.ts';
import { BIG_OR_NONE, HostError, hostErrno, type Fs } from '../node/node.ts';
import type { HostTree } from './tree.ts';

/** How many entries are asked for at a time: few, as many listings only begin. */
const AT_A_TIME = 16;
/** How many names are kept as they are. */
const RECENT = 256;

/**
 * A listing: names as the host gives them, each looked at when its turn comes, so that what was removed meanwhile is
 * left out and the inode number is the one that stat gives.
 *
 * A name of the host that is not UTF-8 is hidden.
 */
export class HostCursor implements DirCursor {
  name = '';
  ino = 0;
  kind = 0;
  private readonly fs: Fs;
  private readonly tree: HostTree;
  private readonly dir: HostInode;
  /** The directory's names, while it is open. */
  private names: Names | null;
  private readonly given: Given;
  /** Of a directory that was opened again: what it gives once more. */
  private again: Map<number, number> | null = null;
  /** The names given last, each at its number modulo RECENT: mostly no other is gone back to. */
  private recent: string[] = [];
  /** The number of the first of them that is kept. */
  private recentFrom = 0;
  private done = false;
  private atATime = AT_A_TIME;

  constructor(fs: Fs, tree: HostTree, dir: HostInode) {
    this.fs = fs;
    this.tree = tree;
    this.dir = dir;
    this.names = tree.names(dir, this.atATime);
    this.given = new Given(tree.listings.budget);
    tree.listings.use(this);
  }

  next(): boolean {
    while (!this.done) {
      const name = this.nextName();
      if (name === null) this.end();
      else if (name !== '' && this.again?.has(markOf(name)) !== true && this.give(name)) return true;
    }
    return false;
  }

  private nextName(): string | null {
    try {
      return (this.names ?? this.resume()).next();
    } catch (thrown) {
      if (hostErrno(thrown) !== E.ENOENT || this.atATime === 1) throw thrown;
      // Some may be lost: once more, one by one.
      this.atATime = 1;
      this.suspend();
      return '';
    }
  }

  private give(name: string): boolean {
    const { tree } = this;
    tree.listings.use(this);
    const st = this.fs.lstatSync(tree.entry(this.dir, name), BIG_OR_NONE);
    if (st === undefined) return false;
    if (!this.given.add(name)) throw new HostError('ENOMEM', 'too many names in the listings that are open');
    this.recent[(this.given.count - 1) % RECENT] = name;
    this.name = name;
    this.ino = tree.table.inoOf(st);
    this.kind = Number(st.mode) & S_IFMT;
    return true;
  }

  /** Opens the directory again, which was closed as too many are. */
  private resume(): Names {
    this.again = this.given.positions();
    return (this.names = this.tree.names(this.dir, this.atATime));
  }

  /** The directory is closed, and the listing goes on with it opened again. Of its names the last one is kept. */
  suspend(): void {
    const { names } = this;
    this.names = null;
    this.again = null;
    this.recent = [];
    this.recentFrom = this.given.count;
    try {
      names?.close();
    } catch {
      // It is closed whatever is said.
    }
  }

  private end(): void {
    this.done = true;
    this.tree.listings.leave(this);
    this.suspend();
  }

  /** The name of the entry that was given as number `index`; empty when the directory has it no more. */
  nameAt(index: number): string {
    const { count } = this.given;
    if (index === count - 1) return this.name;
    if (index >= Math.max(this.recentFrom, count - RECENT) && index < count) return this.recent[index % RECENT]!;
    return this.tree.listings.names(this, () => this.reread())[index] ?? '';
  }

  private reread(): (string | undefined)[] {
    const positions = this.given.positions();
    const read = new Array<string | undefined>(this.given.count);
    const names = this.tree.names(this.dir);
    try {
      for (let name = names.next(); name !== null; name = names.next()) {
        const at = positions.get(markOf(name));
        if (at !== undefined) read[at] = name;
      }
    } finally {
      names.close();
    }
    return read;
  }

  close(): void {
    this.end();
    this.recentFrom = 0;
    this.given.clear();
  }
}
