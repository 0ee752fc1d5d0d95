// Reads the names of a host directory, one by one, with those that are not UTF-8 marked.
import type { Dir } from 'node:fs';
import { E } from '../../../linux/errno.ts';
import { hostErrno, type Fs } from '../node/node.ts';

/** The names of a directory as the host gives them, one after the other. */
export interface Names {
  /** The next name; empty for one that is not UTF-8; null at the end. */
  next(): string | null;
  close(): void;
}

/** Of a directory that was removed. */
export const NO_NAMES: Names = { next: () => null, close: () => {} };

// oxlint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Opens a directory for its names. Throws what node:fs throws.
 * @param atATime How many entries are asked for at a time. Where the file system does not tell kinds Node looks at each,
 *   and when one of several is gone meanwhile `next` throws ENOENT and the others are lost: not with 1.
 */
export function openNames(fs: Fs, path: string, atATime: number): Names {
  const { bun, deno } = process.versions as { bun?: string; deno?: string };
  // These two read all at once, and give no bytes.
  if (bun !== undefined || deno !== undefined) return new ReadNames(fs.readdirSync(path));
  // A character for each byte, as only so it can be told what is not UTF-8.
  return new StreamedNames(fs.opendirSync(path, { encoding: 'latin1', bufferSize: atATime }), atATime);
}

class StreamedNames implements Names {
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
  try {
    return decoder.decode(Uint8Array.from(name, (byte) => byte.charCodeAt(0)));
  } catch {
    return '';
  }
}

/** Names that were read at once, replacement characters in place of what is not UTF-8. */
class ReadNames implements Names {
  private readonly names: readonly string[];
  /** Two names that are not UTF-8 may look the same, or like one that is there. */
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
