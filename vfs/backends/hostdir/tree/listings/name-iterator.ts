// Reads the names of a host directory, one by one.
import type { Dir } from 'node:fs';
import { decodeText } from '../../../../lib/utf8.ts';
import { E } from '../../../../linux/errno.ts';
import { hostErrno, type Fs } from '../../node/node.ts';

/** An iterator over the names of a host directory. */
export interface NameIterator {
  /**
   * Returns the next name; empty for one that cannot be used here; null at the end.
   * @throws An error with a `code`.
   */
  next(): string | null;
  close(): void;
  /** S_IFMT bits of the last entry, if they and `inoHigh` and `inoLow` are those of stat(2); else 0. */
  readonly kind: number;
  readonly inoHigh: number;
  readonly inoLow: number;
  /** Increases with each call that reads entries. */
  readonly batch: number;
}

/** The names of a removed directory. */
export const NO_NAMES: NameIterator = { next: () => null, close: () => {}, kind: 0, inoHigh: 0, inoLow: 0, batch: 0 };

// oxlint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/;

/**
 * Opens a directory for its names.
 * @param atATime The number of entries read ahead. Where the file system reports no kinds, Node looks each entry up: if
 *   one is gone, `next` throws ENOENT and the others read ahead are lost; never with 1.
 * @throws The errors of node:fs.
 */
export function openNames(fs: Fs, path: string | Buffer, atATime: number): NameIterator {
  const { bun, deno } = process.versions as { bun?: string; deno?: string };
  // Bun and Deno read all names at once, as text.
  if (bun !== undefined || deno !== undefined) return new ReadNames(fs.readdirSync(path));
  // latin1: one character per byte.
  return new StreamedNames(fs.opendirSync(path as string, { encoding: 'latin1', bufferSize: atATime }), atATime);
}

class StreamedNames implements NameIterator {
  readonly kind = 0;
  readonly inoHigh = 0;
  readonly inoLow = 0;
  readonly batch = 0;
  private readonly dir: Dir;
  private readonly atATime: number;

  constructor(dir: Dir, atATime: number) {
    this.dir = dir;
    this.atATime = atATime;
  }

  next(): string | null {
    for (;;) {
      try {
        const entry = this.dir.readSync();
        if (entry === null) return null;
        const { name } = entry;
        return ASCII.test(name) ? name : fromBytes(name);
      } catch (thrown) {
        if (this.atATime > 1 || hostErrno(thrown) !== E.ENOENT) throw thrown;
      }
    }
  }

  close(): void {
    this.dir.closeSync();
  }
}

function fromBytes(name: string): string {
  return decodeText(Uint8Array.from(name, (byte) => byte.charCodeAt(0)));
}

/** Names read at once, with U+FFFD for bytes that are not UTF-8. */
class ReadNames implements NameIterator {
  readonly kind = 0;
  readonly inoHigh = 0;
  readonly inoLow = 0;
  readonly batch = 0;
  private readonly names: readonly string[];
  /** Names with U+FFFD: two of them may be different names with the same text. */
  private readonly doubtful = new Set<string>();
  private at = 0;

  constructor(names: readonly string[]) {
    this.names = names;
  }

  next(): string | null {
    const name = this.names[this.at++];
    if (name === undefined) return null;
    if (!name.includes('\ufffd')) return name;
    if (this.doubtful.has(name)) return '';
    this.doubtful.add(name);
    return name;
  }

  close(): void {
    this.at = this.names.length;
  }
}
