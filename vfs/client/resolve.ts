// Path resolution over 9P: symlinks, `..`, mounts, and confinement to a directory (RESOLVE_BENEATH of openat2(2)).
import { QTDIR, QTSYMLINK } from '../9p/constants.ts';
import { E } from '../linux/errno.ts';
import type { AtCalls } from './at.ts';
import { MAXWELEM, type Client } from './client.ts';
import { LAST_DOTDOT, LAST_NORM, parsePath, type Path } from './path.ts';

/** Most symlinks that one path may go through (namei.c, MAXSYMLINKS). */
export const MAXSYMLINKS = 40;

/** Most names that are walked for one path. Without mounts on the way it has fewer: PATH_MAX bytes, and as many a link. */
export const MAX_STEPS = 1 << 18;
const DOTDOT = ['..'];

/** Whether a path can be followed at all, in the kernel's order: ENOENT for an empty one, ENAMETOOLONG, EXDEV. */
function pathErrno(path: Path): number {
  if (path.empty) return E.ENOENT;
  if (path.tooLong) return E.ENAMETOOLONG;
  return path.absolute ? E.EXDEV : 0;
}

/**
 * Finds what a path leads to, below a directory that it cannot leave: symlinks and `..` are resolved here, through
 * the file system, and never by the server. A path that would leave, or an absolute one, is EXDEV, as openat2(2)
 * has it with RESOLVE_BENEATH.
 *
 * A plain path costs one Twalk of all its names. Only when the answer ends at a symlink, or the path has `..`, is it
 * taken in steps.
 */
export class Resolver {
  private readonly at: AtCalls;
  private readonly client: Client;
  /** The tree of what was found last: another one where a path has crossed to what is mounted on a name of it. */
  found: AtCalls;
  /** qid.type of what was found last. */
  type = 0;
  /** The parent of what `last` did not find, for the caller to make it there and to clunk. */
  parent = 0;
  /** The name that it is to get. */
  name = '';

  constructor(at: AtCalls) {
    this.at = at;
    this.client = at.client;
    this.found = at;
  }

  /**
   * What a path leads to.
   * @param follow Whether a symlink at its end is followed; one before a trailing slash always is.
   * @returns A fid to be clunked, or −errno: ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EXDEV.
   */
  find(base: number, path: Path, follow: boolean): number {
    const errno = pathErrno(path);
    if (errno !== 0) return -errno;
    return this.walk(base, path.names, path.names.length, path.hasDotDot, follow || path.mustBeDir, path.mustBeDir);
  }

  /**
   * The directory that holds a path's last component, which is not looked up.
   * @returns A fid: `base` itself, or one to be clunked (see `drop`); or −errno.
   */
  findParent(base: number, path: Path): number {
    const errno = pathErrno(path);
    if (errno !== 0) return -errno;
    const { names } = path;
    // `a/.` is taken apart to [a], and its last component is the `.` that was left out.
    const count = path.last === LAST_NORM || path.last === LAST_DOTDOT ? names.length - 1 : names.length;
    if (count > 0) return this.walk(base, names, count, path.hasDotDot, true, true);
    this.found = this.at;
    return base;
  }

  /** Clunks what `find` or `findParent` gave, in the tree where it was found, unless it is what the caller came with. */
  drop(base: number, fid: number, found = this.found): void {
    if (fid > 0 && (fid !== base || found !== this.at)) found.client.clunk(fid);
  }

  /** Walks one name, also to what is mounted on it: a fid of the tree `found`, or −errno. */
  step(at: AtCalls, dir: number, name: string): number {
    const over = at.mountTable?.mountAt(dir, name) ?? null;
    this.found = over ?? at;
    this.type = QTDIR;
    if (over !== null) return over.client.clone(over.client.root);
    const fid = at.client.walk(dir, [name], 0, 1);
    if (fid >= 0) this.type = at.client.r.wqid_type[0]!;
    return fid;
  }

  /** Whether a path of these names stays in one tree and takes one message. */
  private isPlain(names: readonly string[], count: number): boolean {
    return count <= MAXWELEM && this.at.mountTable?.mayCross(names) !== true;
  }

  /**
   * What a path leads to, for making it if it is not there: a dangling symlink at the end is followed to the place
   * where its target would be.
   * @returns A fid; or 0 when only the last name is missing, and then `parent` (to be dropped with `base`) and
   *   `name` tell where it would be; or −errno.
   */
  findOrParent(base: number, path: Path): number {
    const { names } = path;
    const count = names.length;
    if (count > 1 && !path.hasDotDot && !path.absolute && !path.tooLong && this.isPlain(names, count)) {
      // What is there already costs one message.
      const { client } = this;
      this.found = this.at;
      const fid = client.walk(base, names, 0, count);
      if (fid >= 0) {
        this.type = client.r.wqid_type[count - 1]!;
        return this.type === QTSYMLINK ? this.followOrParent(base, names, fid) : fid;
      }
      // Only the last name stopped it: whoever makes it hears why, if it cannot be made.
      if (fid === -E.ENOENT && client.r.nwqid === count - 1 && client.r.wqid_type[count - 2] === QTDIR) {
        const parent = client.walk(base, names, 0, count - 1);
        if (parent < 0) return parent;
        this.parent = parent;
        this.name = names[count - 1]!;
        return 0;
      }
    }
    const parent = this.findParent(base, path);
    if (parent < 0) return parent;
    const { found } = this;
    const name = names[count - 1]!;
    const fid = this.step(found, parent, name);
    if (fid === -E.ENOENT) {
      this.parent = parent;
      this.name = name;
      return 0;
    }
    this.drop(base, parent, found);
    return fid >= 0 && this.type === QTSYMLINK ? this.followOrParent(base, names, fid) : fid;
  }

  /** What a path leads to whose last name is a symlink, the fid of which is clunked. */
  private followOrParent(base: number, names: readonly string[], link: number): number {
    this.found.client.clunk(link);
    return new Walker(this, this.at, base).run(names, true, false, true);
  }

  /** The errno of a name that a walk stopped before: the answer to the walk told only how far it came. */
  private whyNot(base: number, names: readonly string[], found: number): number {
    const { client } = this;
    const dir = client.walk(base, names, 0, found);
    if (dir < 0) return dir;
    const fid = client.walk(dir, names, found, 1);
    client.clunk(dir);
    if (fid < 0) return fid;
    // It has come into being since.
    client.clunk(fid);
    return -E.ENOENT;
  }

  private walk(
    base: number,
    names: readonly string[],
    count: number,
    hasDotDot: boolean,
    follow: boolean,
    mustBeDir: boolean,
  ): number {
    const { client } = this;
    this.found = this.at;
    if (count === 0) {
      this.type = QTDIR;
      return client.clone(base);
    }
    if (!hasDotDot && this.isPlain(names, count)) {
      const fid = client.walk(base, names, 0, count);
      const { r } = client;
      if (fid >= 0) {
        const type = r.wqid_type[count - 1]!;
        this.type = type;
        if (type === QTDIR || !(mustBeDir || (follow && type === QTSYMLINK))) return fid;
        client.clunk(fid);
        if (type !== QTSYMLINK) return -E.ENOTDIR;
      } else {
        if (fid !== -E.ENOENT || r.nwqid === 0) return fid;
        const last = r.wqid_type[r.nwqid - 1]!;
        if (last !== QTSYMLINK) return last === QTDIR ? this.whyNot(base, names, r.nwqid) : -E.ENOTDIR;
      }
    }
    return new Walker(this, this.at, base).run(
      count === names.length ? names : names.slice(0, count),
      follow,
      mustBeDir,
      false,
    );
  }
}

/** A directory on the way, free of symlinks and `..`. */
interface Level {
  readonly name: string;
  /** Its tree; null when it was not walked to, or is the root of one. */
  at: AtCalls | null;
  /** Its qid.path. */
  lo: number;
  hi: number;
}

/** One path on its way: the directories resolved so far, and the names still to go. */
class Walker {
  private readonly resolver: Resolver;
  /** Where it began. */
  private tree: AtCalls;
  private base: number;
  /** From below `base` to `dir`. */
  private readonly stack: Level[] = [];
  /** Where it is: a directory, its own to clunk unless it is the one it began at. */
  private at: AtCalls;
  private dir: number;
  private owned = false;
  /** It has gone on in the tree around the one where it began. */
  private outside = false;
  private readonly todo: string[] = [];
  private links = 0;
  private steps = 0;

  constructor(resolver: Resolver, tree: AtCalls, base: number) {
    this.resolver = resolver;
    this.tree = tree;
    this.base = base;
    this.at = tree;
    this.dir = base;
  }

  /** As Resolver.find, or with `create` as Resolver.findOrParent. */
  run(names: readonly string[], follow: boolean, mustBeDir: boolean, create: boolean): number {
    const { resolver } = this;
    for (let i = names.length - 1; i >= 0; i--) this.todo.push(names[i]!);
    let must = mustBeDir;
    // Whether the last name is one that can be made; and whether a slash is behind it, for open(2) makes no directory.
    let make = create;
    let slash = false;
    while (this.todo.length > 0) {
      const name = this.todo.pop()!;
      if (name === '..') {
        const errno = this.up();
        if (errno !== 0) return this.fail(errno);
        continue;
      }
      const isLast = this.todo.length === 0;
      if (isLast && make && slash) return this.fail(E.EISDIR);
      const next = this.step(name);
      if (next < 0) {
        if (!isLast || !make || next !== -E.ENOENT) return this.fail(-next);
        resolver.parent = this.dir;
        resolver.name = name;
        return 0;
      }
      const { type } = resolver;
      if (type === QTSYMLINK && (!isLast || follow || must)) {
        const target = this.target(next);
        if (typeof target === 'number') return this.fail(target);
        if (isLast) {
          must ||= target.mustBeDir;
          make &&= target.last === LAST_NORM;
          slash ||= target.trailingSlash;
        }
        for (let i = target.names.length - 1; i >= 0; i--) this.todo.push(target.names[i]!);
        // A target without names is the directory that the link is in.
        resolver.type = QTDIR;
        continue;
      }
      if (type !== QTDIR && (!isLast || must)) {
        this.at.client.clunk(next);
        return this.fail(E.ENOTDIR);
      }
      this.enter(next, name);
    }
    resolver.found = this.at;
    // A fid for the caller, also when the path led to where it began.
    return this.owned ? this.dir : this.at.client.clone(this.dir);
  }

  /** Walks one name, as Resolver.step. */
  private step(name: string): number {
    return ++this.steps > MAX_STEPS ? -E.ELOOP : this.resolver.step(this.at, this.dir, name);
  }

  /** Goes on at what the resolver has found by a name. */
  private enter(fid: number, name: string): void {
    const { found } = this.resolver;
    const { r } = found.client;
    const at = found === this.at ? found : null;
    this.stack.push({ name, at, lo: r.wqid_path_lo[0]!, hi: r.wqid_path_hi[0]! });
    this.become(found, fid);
  }

  private become(at: AtCalls, fid: number): void {
    this.leave();
    this.at = at;
    this.dir = fid;
    this.owned = true;
  }

  private leave(): void {
    if (this.owned) this.at.client.clunk(this.dir);
    this.owned = false;
  }

  /**
   * `..`: the directory before; above the base is out of bounds. The server is asked for it, and believed if it tells
   * of the directory that was walked through; else one was moved meanwhile, and the names are walked anew from the base.
   */
  private up(): number {
    const { resolver, stack } = this;
    resolver.type = QTDIR;
    if (stack.length === 0) {
      const outer = this.tree.mountTable?.parentMount(this.base) ?? null;
      if (outer === null) return E.EXDEV;
      this.tree = outer.at;
      this.base = outer.base;
      this.outside = true;
      for (const name of outer.names) stack.push({ name, at: null, lo: 0, hi: 0 });
    }
    stack.pop();
    const { at } = this;
    const above = stack.at(-1);
    if (above?.at === at) {
      const { client } = at;
      const fid = client.walk(this.dir, DOTDOT, 0, 1);
      if (fid >= 0) {
        this.become(at, fid);
        if (client.r.wqid_path_lo[0] === above.lo && client.r.wqid_path_hi[0] === above.hi) return 0;
      }
    }
    return this.anew(stack.splice(0));
  }

  /** Walks from the base to a directory where it has been. */
  private anew(levels: readonly Level[]): number {
    this.leave();
    this.at = this.tree;
    this.dir = this.base;
    if (this.outside) {
      // Only where it began may the caller get the fid itself.
      const dir = this.at.client.clone(this.dir);
      if (dir < 0) return -dir;
      this.dir = dir;
      this.owned = true;
    }
    for (const { name } of levels) {
      const next = this.step(name);
      if (next < 0) return -next;
      this.enter(next, name);
    }
    this.resolver.type = QTDIR;
    return 0;
  }

  /** The target of a symlink, whose fid is clunked: ELOOP, ENOENT, EXDEV for one that leads out. */
  private target(link: number): Path | number {
    const { client } = this.at;
    const errno = ++this.links > MAXSYMLINKS ? E.ELOOP : client.readlink(link);
    const { target } = client.r;
    client.clunk(link);
    if (errno !== 0) return errno;
    const path = parsePath(target);
    return pathErrno(path) || path;
  }

  private fail(errno: number): number {
    this.leave();
    return -errno;
  }
}
