// Confinement on Linux: checks that a directory is still below the exported root.
import type { Descriptors } from './descriptors.ts';
import type { HostInode } from './inode.ts';
import type { InodeTable } from './table.ts';
import { BIG, type Fs } from '../node/node.ts';

/** The limit of `/..` components in one path, within PATH_MAX. */
const LEVELS = 1024;
/** More levels than any tree has; bounds the loop. */
const MAX_DEPTH = 1 << 20;

/** The parts of the tree used here. */
export interface Ways {
  readonly fs: Fs;
  readonly table: InodeTable;
  readonly root: HostInode;
  /** The directory of descriptors in /proc, with a trailing slash. */
  readonly descriptorsAt: string;
  readonly held: Descriptors;
}

/**
 * Checks that a directory is still below the root: it may have been moved out. The kernel reports the paths of both, in
 * two calls. Where the path is longer than PATH_MAX, a directory some levels above is asked instead.
 */
export class Below {
  private readonly ways: Ways;
  /** The number of levels climbed last time, tried first. */
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
      const isBelow = this.fromAbove(fd, top);
      if (isBelow !== null) return isBelow;
    }
    return this.levelByLevel(fd);
  }

  /** Decides by the path of a directory some levels up; null if that is the root or above it, which proves nothing. */
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

  /** Opens the directory some levels up, at most the host's root. */
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
        // Only the root of the host is its own parent.
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

/** Yields the numbers of levels to try: the hint, then growing from few. */
function* upwards(hint: number): Iterable<number> {
  yield hint;
  for (let levels = 8; levels < MAX_DEPTH; levels += levels < LEVELS ? levels : levels >> 1) yield levels;
}

function isWithin(place: string, top: string): boolean {
  return place === top || place.startsWith(top === '/' ? top : `${top}/`);
}

/** Returns the current path of a descriptor; null if it was removed or is not UTF-8; empty if it is too long. */
function placeOf({ fs, descriptorsAt }: Ways, fd: number): string | null {
  try {
    const path = fs.readlinkSync(descriptorsAt + fd);
    return /\ufffd| \(deleted\)$/.test(path) ? null : path;
  } catch {
    return '';
  }
}
