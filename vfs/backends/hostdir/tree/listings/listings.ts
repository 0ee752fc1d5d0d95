// Limits the directories that listings in progress hold open.
import type { HostCursor } from './cursor.ts';
import type { Budget } from '../../node/given.ts';

/** The limit of listings with an open directory, one descriptor each. */
export const OPEN = 64;

/**
 * The listings in progress. The most recent ones have their directory open, and one has its names cached for seeks
 * back.
 */
export class Listings {
  readonly budget: Budget = { used: 0 };
  private readonly open = new Set<HostCursor>();
  private last: HostCursor | null = null;
  private reader: HostCursor | null = null;
  private read: (string | undefined)[] = [];

  /** Notes that a listing uses its open directory. */
  use(cursor: HostCursor): void {
    if (cursor === this.last) return;
    this.last = cursor;
    this.open.delete(cursor);
    this.open.add(cursor);
    if (this.open.size > OPEN) this.suspend(this.open.values().next().value!);
  }

  /** Notes the end of a listing. */
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

  /** Closes all directories. Returns false if none was open. */
  drop(): boolean {
    if (this.open.size === 0) return false;
    for (const cursor of this.open) this.suspend(cursor);
    return true;
  }

  /** Returns the names that a listing has returned, by position; reread if another listing was cached. */
  names(cursor: HostCursor, reread: () => (string | undefined)[]): readonly (string | undefined)[] {
    if (this.reader !== cursor) {
      this.read = reread();
      this.reader = cursor;
    }
    return this.read;
  }
}
