import { fsError } from './errors.ts';
import { Dirent } from './dirent.ts';
import { Listing, type Entry } from './listing.ts';
import type { OpenFile } from './open-file.ts';

/** An open directory, as opendir of node:fs gives it: entries in the directory's own order, one at a time. */
export class Dir implements AsyncIterable<Dirent> {
  /** As it was asked for. */
  readonly path: string;
  #file: OpenFile | null;
  readonly #listing: Listing;
  #entries: Entry[] = [];
  #next = 0;

  constructor(path: string, file: OpenFile) {
    this.path = path;
    this.#file = file;
    this.#listing = new Listing(file);
  }

  /** The next entry, null at the end. */
  readSync(): Dirent | null {
    if (this.#file === null) throw closed();
    if (this.#next >= this.#entries.length) {
      const entries = this.#listing.next();
      if (typeof entries === 'number') throw fsError(entries, 'scandir', this.path);
      this.#entries = entries;
      this.#next = 0;
    }
    const entry = this.#entries[this.#next++];
    return entry === undefined ? null : new Dirent(entry.name, this.path, entry.kind);
  }

  async read(): Promise<Dirent | null> {
    return this.readSync();
  }

  closeSync(): void {
    if (this.#file === null) throw closed();
    this.#file.close();
    this.#file = null;
  }

  async close(): Promise<void> {
    this.closeSync();
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
