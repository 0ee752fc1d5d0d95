// The resolution of a path in steps, for paths with `..` or symlinks.
import { QTDIR, QTSYMLINK } from '../../../9p/constants.ts';
import { E, OUTSIDE } from '../../../linux/errno.ts';
import { MAXSYMLINKS } from '../../../linux/limits.ts';
import type { Client } from '../../client.ts';
import type { AtCalls } from '../at-calls.ts';
import { Found } from './found.ts';
import { LAST_NORM, parsePath, pathErrno, type Path } from './path.ts';
import { step } from './step.ts';

/**
 * Most names walked for one path, then ELOOP. A path without mounts stays below: PATH_MAX bytes, and as many per
 * symlink.
 */
export const MAX_STEPS = 1 << 18;

// The flags of a walk, as in namei.h.
/** A symlink at the end is followed. */
export const LOOKUP_FOLLOW = 1;
/** The path leads to a directory; a symlink at the end is followed. */
export const LOOKUP_DIRECTORY = 2;
/** The last name may be missing: a file will be made there. */
export const LOOKUP_CREATE = 4;

/** A file on the way. All but the last are directories. */
interface Level {
  readonly tree: AtCalls;
  readonly fid: number;
  readonly type: number;
  readonly name: string;
}

/**
 * Resolves one path, name by name. It keeps the fids of the directories that it went through, as cap-std does: `..`
 * returns to one of them without a walk, and a directory that is moved meanwhile cannot lead out. It needs as many fids
 * as the path is deep.
 */
export class Walker {
  /** See AtCalls. */
  readonly inRoot: boolean;
  /** The files from below the base to the present one, with their fids; those that `walk` returned with are clunked. */
  readonly levels: Level[] = [];
  /** The directory below which the path stays, and its tree. */
  private tree: AtCalls;
  private base: number;
  /** The names left, the next one last. */
  private readonly left: string[] = [];
  private links = 0;
  private steps = 0;
  private readonly found = new Found();

  constructor(tree: AtCalls, base: number) {
    this.inRoot = tree.inRoot;
    this.tree = tree;
    this.base = base;
  }

  /**
   * Resolves the first `count` names of a path, once. Returns 0, with a fid in `into` that the caller clunks, or an
   * errno. With LOOKUP_CREATE and only the last name missing, the fid is that of its directory.
   */
  walk(names: readonly string[], count: number, flags: number, into: Found): number {
    const { left } = this;
    this.push(names, count);
    let dirRequired = (flags & LOOKUP_DIRECTORY) !== 0;
    // A symlink's target may end in a slash, and open(2) makes no directories, or in a dot.
    let mayCreate = (flags & LOOKUP_CREATE) !== 0;
    let trailingSlash = false;
    while (left.length > 0) {
      const name = left.pop()!;
      const isLast = left.length === 0;
      if (name === '..') {
        const errno = this.up();
        if (errno !== 0) return this.fail(errno);
        continue;
      }
      const errno = isLast && mayCreate && trailingSlash ? E.EISDIR : this.enter(name);
      if (errno === E.ENOENT && isLast && mayCreate) return this.finish(into, name);
      if (errno !== 0) return this.fail(errno);
      const { tree, fid, type } = this.levels.at(-1)!;
      if (type === QTDIR || (isLast && !dirRequired && (type !== QTSYMLINK || flags === 0))) continue;
      this.levels.pop();
      if (type !== QTSYMLINK) {
        tree.client.clunk(fid);
        return this.fail(E.ENOTDIR);
      }
      const target = this.target(tree.client, fid);
      if (typeof target === 'number') return this.fail(target);
      if (isLast) {
        dirRequired ||= target.mustBeDir;
        mayCreate &&= target.last === LAST_NORM;
        trailingSlash ||= target.trailingSlash;
      }
      if (target.absolute) this.leave();
      this.push(target.names, target.names.length);
    }
    return this.finish(into, '');
  }

  private push(names: readonly string[], count: number): void {
    for (let i = count - 1; i >= 0; i--) this.left.push(names[i]!);
  }

  /** Walks one name from the present directory. */
  private enter(name: string): number {
    if (++this.steps > MAX_STEPS) return E.ELOOP;
    const { levels, found } = this;
    const top = levels.at(-1);
    const errno = step(top?.tree ?? this.tree, top?.fid ?? this.base, name, found);
    if (errno === 0) levels.push({ tree: found.tree, fid: found.fid, type: found.type, name });
    return errno;
  }

  /** `..`: the previous directory. Above the base it is OUTSIDE, or in a chroot(2) the base. */
  private up(): number {
    const top = this.levels.pop();
    if (top !== undefined) top.tree.client.clunk(top.fid);
    if (top !== undefined || this.inRoot) return 0;
    const outer = this.tree.mountTable?.parentMount(this.base) ?? null;
    if (outer === null) return OUTSIDE;
    // The base is the root of a mounted tree: to the directory of its mount point.
    this.tree = outer.at;
    this.base = outer.base;
    let errno = 0;
    for (const name of outer.names.slice(0, -1)) errno ||= this.enter(name);
    return errno;
  }

  /** Reads the target of a symlink and clunks its fid. ELOOP, ENOENT, ENAMETOOLONG, OUTSIDE. */
  private target(client: Client, link: number): Path | number {
    const errno = ++this.links > MAXSYMLINKS ? E.ELOOP : client.readlink(link);
    const { target } = client.r;
    client.clunk(link);
    if (errno !== 0) return errno;
    const path = parsePath(target);
    return pathErrno(this, path) || path;
  }

  /** Passes the present file on to the caller; from the base, a clone. */
  private finish(into: Found, missing: string): number {
    const { levels } = this;
    const top = levels.at(-1);
    if (top === undefined) {
      const fid = this.tree.client.clone(this.base);
      return fid < 0 ? -fid : into.set(this.tree, fid, QTDIR, false, missing);
    }
    for (const level of levels) if (level !== top) level.tree.client.clunk(level.fid);
    return into.set(top.tree, top.fid, top.type, false, missing);
  }

  /** Returns to the base. */
  private leave(): void {
    for (const { tree, fid } of this.levels.splice(0)) tree.client.clunk(fid);
  }

  private fail(errno: number): number {
    this.leave();
    return errno;
  }
}
