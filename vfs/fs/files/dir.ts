// Dir of node:fs, as `opendir` returns it.
import { S_IFDIR } from '../../linux/constants.ts';
import { Dirent } from '../values/dirent.ts';
import { fsError } from '../values/errors.ts';
import { answerLater, callbackOf, type Callback } from '../values/callback.ts';
import type { DirectoryListing } from '../../client/directory-listing.ts';
import { EntryReader, type ListedEntry } from '../../client/entries.ts';
import { join } from '../values/path-text.ts';

/** Options of a Dir. */
export interface DirOptions {
  /** A name in the encoding asked for. */
  given: (name: string) => string | Uint8Array;
  /** Opens a directory below, where those are gone through, too; else null. */
  open: ((path: string) => DirectoryListing) | null;
}

/** An open directory, as opendir of node:fs gives it: entries in the directory's own order, one at a time. */
export class Dir implements AsyncIterable<Dirent> {
  /** As it was asked for. */
  readonly path: string;
  readonly #options: DirOptions;
  #listing: DirectoryListing | null;
  #reader: EntryReader;
  #entries: ListedEntry[] = [];
  #next = 0;
  /** The directory whose entries come, and those below that come later. */
  #at: string;
  readonly #todo: string[] = [];

  constructor(path: string, listing: DirectoryListing, options: DirOptions) {
    this.path = path;
    this.#at = path;
    this.#listing = listing;
    this.#options = options;
    this.#reader = new EntryReader(listing);
  }

  /** The next entry, null at the end. */
  readSync(): Dirent | null {
    for (;;) {
      if (this.#listing === null) throw closed();
      if (this.#next >= this.#entries.length) {
        const entries = this.#reader.next();
        if (typeof entries === 'number') throw fsError(entries, 'scandir', this.#at);
        this.#entries = entries;
        this.#next = 0;
      }
      const entry = this.#entries[this.#next++];
      if (entry !== undefined) return this.#entry(entry);
      if (!this.#enter()) return null;
    }
  }

  #entry({ name, kind }: ListedEntry): Dirent {
    if (kind === S_IFDIR && this.#options.open !== null) this.#todo.push(join(this.#at, name));
    return new Dirent(this.#options.given(name) as string, this.#at, kind);
  }

  /** Goes on with the next directory below; false when there is none. */
  #enter(): boolean {
    const path = this.#todo.shift();
    if (path === undefined) return false;
    const listing = this.#options.open!(path);
    this.#listing!.close();
    this.#listing = listing;
    this.#at = path;
    this.#reader = new EntryReader(listing);
    return true;
  }

  read(): Promise<Dirent | null>;
  read(callback: Callback<Dirent | null>): void;
  read(callback?: Callback<Dirent | null>): Promise<Dirent | null> | undefined {
    if (callback !== undefined) answerLater(callbackOf(callback), () => [this.readSync()]);
    return callback === undefined ? (async () => this.readSync())() : undefined;
  }

  closeSync(): void {
    if (this.#listing === null) throw closed();
    this.#listing.close();
    this.#listing = null;
  }

  close(): Promise<void>;
  close(callback: Callback<undefined>): void;
  close(callback?: Callback<undefined>): Promise<void> | undefined {
    const close = (): [] => (this.closeSync(), []);
    if (callback !== undefined) answerLater(callbackOf(callback), close);
    return callback === undefined ? (async () => this.closeSync())() : undefined;
  }

  /** As iterating over the Dir itself. */
  entries(): AsyncGenerator<Dirent> {
    return this[Symbol.asyncIterator]();
  }

  /** Closes the directory at the end. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Dirent> {
    try {
      for (let entry = this.readSync(); entry !== null; entry = this.readSync()) yield entry;
    } finally {
      this.closeSync();
    }
  }
}

function closed(): Error {
  return Object.assign(new Error('Directory handle was closed'), { code: 'ERR_DIR_CLOSED' });
}
