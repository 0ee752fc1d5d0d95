// Confinement on Linux: checks that a directory is still below the exported root.
import { HostStat } from '../../calls/host-stat.ts';
import type { HostCalls } from '../../calls/calls.ts';
import { hostError } from '../../node/node.ts';
import type { Descriptors } from './descriptors.ts';
import type { HostInode } from '../inode.ts';
import type { InodeTable } from '../table.ts';

/** More levels than any tree has; bounds the loop. */
const MAX_DEPTH = 1 << 20;
/** The number of levels from which on more are tried in smaller steps. */
const MANY = 1024;

/** The parts of the tree used here. */
export interface Ways {
  readonly calls: HostCalls;
  readonly table: InodeTable;
  readonly root: HostInode;
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
  private readonly st = new HostStat();

  constructor(ways: Ways) {
    this.ways = ways;
  }

  /** @throws HostError if it cannot be determined. */
  has(fd: number): boolean {
    const { calls, root } = this.ways;
    const top = calls.placeOf(root.fd);
    const place = calls.placeOf(fd);
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
    const place = this.ways.calls.placeOf(up);
    this.ways.held.closeFd(up);
    return place;
  }

  /** Opens the directory some levels up, at most the host's root. */
  private climb(fd: number, levels: number): number {
    const up = this.ways.held.openUp(fd, levels);
    if (up < 0) throw hostError(-up, 'the directories above cannot be opened');
    return up;
  }

  private levelByLevel(fd: number): boolean {
    const { held, root } = this.ways;
    let at = fd;
    try {
      for (let below: number | string = '', depth = 0; depth < MAX_DEPTH; depth++) {
        const key = this.keyOf(at);
        if (key === root.key) return true;
        // Only the root of the host is its own parent.
        if (key === below) return false;
        below = key;
        const up = this.climb(at, 1);
        if (at !== fd) held.closeFd(at);
        at = up;
      }
      return false;
    } finally {
      if (at !== fd) held.closeFd(at);
    }
  }

  private keyOf(fd: number): number | string {
    const errno = this.ways.calls.stat(fd, this.st);
    if (errno < 0) throw hostError(-errno, 'a directory above cannot be looked at');
    return this.ways.table.keyOf(this.st);
  }
}

/** Yields the numbers of levels to try: the hint, then growing from few. */
function* upwards(hint: number): Iterable<number> {
  yield hint;
  for (let levels = 8; levels < MAX_DEPTH; levels += levels < MANY ? levels : levels >> 1) yield levels;
}

function isWithin(place: string, top: string): boolean {
  return place === top || place.startsWith(top === '/' ? top : `${top}/`);
}
