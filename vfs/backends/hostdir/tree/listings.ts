// Limits the directories that listings in progress hold open.
import type { HostCursor } from './cursor.ts';
import type { Budget } from '../node/given.ts';

/** How many listings have the directory open at a time, a descriptor each. */
export const OPEN = 64;

/** The listings in progress: those used last have their directory open, and one the names that it has gone back to. */
export class Listings {
  readonly budget: Budget = { used: 0 };
  private readonly open = new Set<HostCursor>();
  private last: HostCursor | null = null;
  private reader: HostCursor | null = null;
  private read: (string | undefined)[] = [];

  /** The listing has its directory open. */
  use(cursor: HostCursor): void {
    if (cursor === this.last) return;
    this.last = cursor;
    this.open.delete(cursor);
    this.open.add(cursor);
    if (this.open.size > OPEN) this.suspend(this.open.values().next().value!);
  }

  /** It has no more. */
  leave(cursor: HostCursor): void {
    this.open.delete(cursor);
    if (this.last === cursor) this.last = null;
    if (this.reader !== cursor) return;
    this.reader = null;
    this.read = [];
  }

  private suspend(cursor: HostCursor): void {
    this.open.delete(cursor);
    if (this.last === cursor) this.last = null;
    cursor.suspend();
  }

  /** Closes the directories; false when none was open. */
  drop(): boolean {
    if (this.open.size === 0) return false;
    for (const cursor of this.open) this.suspend(cursor);
    return true;
  }

  /** The names that a listing has given, by number; read again if another one has gone back meanwhile. */
  names(cursor: HostCursor, reread: () => (string | undefined)[]): readonly (string | undefined)[] {
    if (this.reader !== cursor) {
      this.read = reread();
      this.reader = cursor;
    }
    return this.read;
  }
}
