// Confinement on Linux: checks that a directory is still below the exported root.
import type { Descriptors } from './descriptors.ts';
import type { HostInode } from './inode.ts';
import type { InodeTable } from './table.ts';
import { BIG, type Fs } from '../node/node.ts';

/** Most components of one path here: `/..` each, within PATH_MAX. */
const LEVELS = 1024;
/** More levels than any tree has. */
const MAX_DEPTH = 1 << 20;

/** What the question needs of the tree. */
export interface Ways {
  readonly fs: Fs;
  readonly table: InodeTable;
  readonly root: HostInode;
  /** Where descriptors are, with a slash behind. */
  readonly descriptorsAt: string;
  readonly held: Descriptors;
}

/**
 * Tells whether a directory is below the root; it may have been moved out. The kernel says where both are, in two
 * calls. The path of one that is very deep is longer than may be: then that of a directory above it is asked for.
 */
export class Below {
  private readonly ways: Ways;
  /** How many levels had to be gone up last time: it is most likely right again. */
  private hint = 8;

  constructor(ways: Ways) {
    this.ways = ways;
  }

  has(fd: number): boolean {
    const { ways } = this;
    const top = placeOf(ways, ways.root.fd);
    const place = placeOf(ways, fd);
    if (top !== null && place !== null && isWithin(place, top)) return true;
    if (top !== null && place === '') {
      const told = this.fromAbove(fd, top);
      if (told !== null) return told;
    }
    return this.levelByLevel(fd);
  }

  /** Asks for the path of a directory some levels up; null when that is the root or above it, and so does not tell. */
  private fromAbove(fd: number, top: string): boolean | null {
    for (const levels of upwards(this.hint)) {
      const place = this.placeAbove(fd, levels);
      if (place === '') continue;
      if (place === null || (place !== top && isWithin(top, place))) {
        if (levels === this.hint) continue;
        return null;
      }
      this.hint = levels;
      return isWithin(place, top);
    }
    return null;
  }

  private placeAbove(fd: number, levels: number): string | null {
    const up = this.climb(fd, levels);
    try {
      return placeOf(this.ways, up);
    } finally {
      this.ways.fs.closeSync(up);
    }
  }

  /** A descriptor of the directory so many levels up; the host's root at most. */
  private climb(fd: number, levels: number): number {
    const { ways } = this;
    let at = fd;
    for (let left = levels; left > 0; left -= LEVELS) {
      const path = ways.descriptorsAt + at + '/..'.repeat(Math.min(left, LEVELS));
      try {
        const next = ways.held.openDirectory(path);
        if (at !== fd) ways.fs.closeSync(at);
        at = next;
      } catch (thrown) {
        if (at !== fd) ways.fs.closeSync(at);
        throw thrown;
      }
    }
    return at;
  }

  private levelByLevel(fd: number): boolean {
    const { fs, table, root, descriptorsAt } = this.ways;
    let at = fd;
    try {
      for (let below: number | string = '', depth = 0; depth < MAX_DEPTH; depth++) {
        const key = table.keyOf(fs.fstatSync(at, BIG));
        if (key === root.key) return true;
        // Only the host's own root is its own parent.
        if (key === below) return false;
        below = key;
        const up = this.ways.held.openDirectory(`${descriptorsAt}${at}/..`);
        if (at !== fd) fs.closeSync(at);
        at = up;
      }
      return false;
    } finally {
      if (at !== fd) fs.closeSync(at);
    }
  }
}

/** Levels to try: what was right before, then from few on, so that the first that is high enough is not much too high. */
function* upwards(hint: number): Iterable<number> {
  yield hint;
  for (let levels = 8; levels < MAX_DEPTH; levels += levels < LEVELS ? levels : levels >> 1) yield levels;
}

function isWithin(place: string, top: string): boolean {
  return place === top || place.startsWith(top === '/' ? top : `${top}/`);
}

/** The path that a descriptor has now; null for what was removed, and a path that is not UTF-8; empty: it is too long. */
function placeOf({ fs, descriptorsAt }: Ways, fd: number): string | null {
  try {
    const path = fs.readlinkSync(descriptorsAt + fd);
    return /\ufffd| \(deleted\)$/.test(path) ? null : path;
  } catch {
    return '';
  }
}
