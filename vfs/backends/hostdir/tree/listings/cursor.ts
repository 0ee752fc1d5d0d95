// The directory listing of a host directory; its descriptor may be closed and reopened midway.
import { S_IFDIR, S_IFMT } from '../../../../linux/constants.ts';
import { E } from '../../../../linux/errno.ts';
import type { DirCursor } from '../../../../backend/backend.ts';
import { Given, nameHash } from '../../node/given.ts';
import type { HostInode } from '../inode.ts';
import { isOld } from '../lookups/name-cache.ts';
import type { NameIterator } from './name-iterator.ts';
import { HostStat } from '../../calls/host-stat.ts';
import { HostError, hostErrno, hostError } from '../../node/node.ts';
import type { HostTree } from '../tree.ts';

/** Entries read ahead: few, since many listings end early. */
const AT_A_TIME = 16;
/** The number of recent names kept as text. */
const RECENT = 256;

const st = new HostStat();

/**
 * A listing of a host directory. Each name is looked up when it is reached, so that removed entries are left out and
 * the inode number is that of stat(2); unless the kernel has just listed both.
 */
export class HostCursor implements DirCursor {
  name = '';
  ino = 0;
  kind = 0;
  private readonly tree: HostTree;
  private readonly dir: HostInode;
  /** The open directory; null while it is closed. */
  private names: NameIterator | null;
  private readonly given: Given;
  /** After a reopen: the names already returned, to skip. */
  private again: Map<number, number> | null = null;
  /** The most recent names, a ring indexed by position modulo RECENT, for seeks back. */
  private recent: string[] = [];
  /** The position of the oldest name in `recent`. */
  private recentFrom = 0;
  private done = false;
  private atATime = AT_A_TIME;
  /** True if a server lists, which looks at the directory at the beginning of each request. */
  private isServed = false;
  /**
   * The entries read together that came last, and `changes` of the directory then: if they are the same in a later
   * request, the entries are there still. −1 if the directory has just changed, and a change might not show.
   */
  private batch = -1;
  private changes = 0;

  /** @throws HostError if the directory cannot be opened. */
  constructor(tree: HostTree, dir: HostInode) {
    this.tree = tree;
    this.dir = dir;
    this.names = this.open();
    this.given = new Given(tree.listings.budget);
    tree.listings.use(this);
  }

  begin(): void {
    this.isServed = true;
  }

  next(): boolean {
    while (!this.done) {
      const name = this.nextName();
      if (name === null) this.end();
      else if (name !== '' && this.again?.has(nameHash(name)) !== true && this.give(name)) return true;
    }
    return false;
  }

  private nextName(): string | null {
    try {
      return (this.names ?? this.resume()).next();
    } catch (thrown) {
      if (hostErrno(thrown) !== E.ENOENT || this.atATime === 1) throw thrown;
      // Entries read ahead may be lost: reopen, without read-ahead.
      this.atATime = 1;
      this.suspend();
      return '';
    }
  }

  private give(name: string): boolean {
    const { tree } = this;
    tree.listings.use(this);
    if (!this.isListed()) {
      const errno = tree.statName(this.dir, name, st);
      if (errno === E.ENOENT) return false;
      if (errno !== 0) throw hostError(errno, 'an entry cannot be looked at');
      this.ino = tree.table.inoOf(st);
      this.kind = st.mode & S_IFMT;
    }
    if (!this.given.add(name)) throw new HostError('ENOMEM', 'too many names in the listings that are open');
    this.recent[(this.given.count - 1) % RECENT] = name;
    this.name = name;
    return true;
  }

  /**
   * Takes kind and inode number from the listing, if they are certain. Returns false if the entry must be looked at:
   * also if it may have been removed since the entries were read.
   */
  private isListed(): boolean {
    const { names, tree, dir } = this;
    if (names === null || names.kind === 0 || names.kind === S_IFDIR || !tree.listsInodes(dir)) return false;
    if (names.batch !== this.batch) {
      this.batch = names.batch;
      this.changes = this.isServed && isOld(dir, Date.now()) ? dir.changes : -1;
    }
    if (this.changes !== dir.changes) return false;
    this.ino = names.inoHigh * 0x1_0000_0000 + names.inoLow;
    this.kind = names.kind;
    return true;
  }

  /** Reopens the directory, which was closed to save descriptors. */
  private resume(): NameIterator {
    this.again = this.given.positions();
    return (this.names = this.open());
  }

  private open(): NameIterator {
    const names = this.tree.names(this.dir, this.atATime);
    if (typeof names === 'number') throw hostError(names, 'the directory cannot be opened');
    return names;
  }

  /** Closes the directory; the listing resumes by a reopen. Only the last name stays available as text. */
  suspend(): void {
    const { names } = this;
    this.names = null;
    this.batch = -1;
    this.again = null;
    this.recent = [];
    this.recentFrom = this.given.count;
    try {
      names?.close();
    } catch {
      // It is closed even so.
    }
  }

  private end(): void {
    this.done = true;
    this.tree.listings.leave(this);
    this.suspend();
  }

  /** Returns the name at position `index`; empty if the directory no longer has it. */
  nameAt(index: number): string {
    const { count } = this.given;
    if (index === count - 1) return this.name;
    if (index >= Math.max(this.recentFrom, count - RECENT) && index < count) return this.recent[index % RECENT]!;
    return this.tree.listings.names(this, () => this.reread())[index] ?? '';
  }

  private reread(): (string | undefined)[] {
    const positions = this.given.positions();
    const read = new Array<string | undefined>(this.given.count);
    const names = this.open();
    try {
      for (let name = names.next(); name !== null; name = names.next()) {
        const at = positions.get(nameHash(name));
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
