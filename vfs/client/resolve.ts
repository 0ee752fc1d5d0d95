// Path resolution over 9P: symlinks, `..`, mounts, and confinement to a directory (RESOLVE_BENEATH of openat2(2)).
import { MAXWELEM, QTDIR, QTSYMLINK } from '../9p/constants.ts';
import { E, OUTSIDE } from '../linux/errno.ts';
import { MAXSYMLINKS } from '../linux/limits.ts';
import type { AtCalls } from './at.ts';
import type { Client } from './client.ts';
import { LAST_DOTDOT, LAST_NORM, parsePath, type Path } from './path.ts';

/**
 * Most names walked for one path, then ELOOP. A path without mounts stays below: PATH_MAX bytes, and as many per
 * symlink.
 */
export const MAX_STEPS = 1 << 18;
const DOTDOT = ['..'];

/** The errno of a path by its text, in the kernel's order: ENOENT (empty), ENAMETOOLONG, OUTSIDE (absolute). */
function pathErrno(path: Path): number {
  if (path.empty) return E.ENOENT;
  if (path.tooLong) return E.ENAMETOOLONG;
  return path.absolute ? OUTSIDE : 0;
}

/**
 * Resolves paths below a directory that they cannot leave. Symlinks and `..` are resolved here and never by the server.
 * A path that leaves the directory, or is absolute, is OUTSIDE (EXDEV with RESOLVE_BENEATH of openat2(2)).
 *
 * A plain path costs one Twalk of all its names. It is walked in steps only if it has `..` or if the Twalk ends at a
 * symlink.
 */
export class Resolver {
  private readonly at: AtCalls;
  private readonly client: Client;
  /** The tree of the file found last; another than `at` if the path crossed a mount. */
  found: AtCalls;
  /** qid.type of the file found last. */
  type = 0;
  /** After `findOrParent` returned 0: the fid of the directory in which to make the file, for the caller to drop. */
  parent = 0;
  /** After `findOrParent` returned 0: the name of the file to make. */
  name = '';

  constructor(at: AtCalls) {
    this.at = at;
    this.client = at.client;
    this.found = at;
  }

  /**
   * Resolves a path.
   * @param follow Follow a symlink at the end; one before a trailing slash is always followed.
   * @returns A fid to be clunked, or −errno: ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, OUTSIDE.
   */
  find(base: number, path: Path, follow: boolean): number {
    const errno = pathErrno(path);
    if (errno !== 0) return -errno;
    return this.walk(base, path.names, path.names.length, path.hasDotDot, follow || path.mustBeDir, path.mustBeDir);
  }

  /**
   * Resolves the directory of a path's last component, which is not looked up.
   * @returns A fid for `drop`, which may be `base` itself; or −errno.
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

  /** Clunks a fid of `find` or `findParent`, which belongs to the tree `found`, unless it is `base`. Ignores −errno. */
  drop(base: number, fid: number, found = this.found): void {
    if (fid > 0 && (fid !== base || found !== this.at)) found.client.clunk(fid);
  }

  /** Walks one name, across a mount on it. Returns a fid of the tree `found`, or −errno. */
  step(at: AtCalls, dir: number, name: string): number {
    const over = at.mountTable?.mountAt(dir, name) ?? null;
    this.found = over ?? at;
    this.type = QTDIR;
    if (over !== null) return over.client.clone(over.client.root);
    const fid = at.client.walk(dir, [name], 0, 1);
    if (fid >= 0) this.type = at.client.r.wqid_type[0]!;
    return fid;
  }

  /** True if a path of these names stays in one tree and needs one Twalk. */
  private isPlain(names: readonly string[], count: number): boolean {
    return count <= MAXWELEM && this.at.mountTable?.mayCross(names) !== true;
  }

  /**
   * Resolves a path for O_CREAT. A dangling symlink at the end is followed to the place of its target.
   * @returns A fid; or 0 if only the last name is missing, whose place is then `parent`, to be dropped with `base`, and
   *   `name`; or −errno.
   */
  findOrParent(base: number, path: Path): number {
    const { names } = path;
    const count = names.length;
    if (count > 1 && !path.hasDotDot && !path.absolute && !path.tooLong && this.isPlain(names, count)) {
      // A file that exists costs one message.
      const { client } = this;
      this.found = this.at;
      const fid = client.walk(base, names, 0, count);
      if (fid >= 0) {
        this.type = client.r.wqid_type[count - 1]!;
        return this.type === QTSYMLINK ? this.followOrParent(base, names, fid) : fid;
      }
      // Only the last name is missing. If it cannot be made, Tlcreate has the errno.
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

  /** Resolves a path for O_CREAT whose last name is a symlink; clunks the fid `link` of it. */
  private followOrParent(base: number, names: readonly string[], link: number): number {
    this.found.client.clunk(link);
    return new Walker(this, this.at, base).run(names, true, false, true);
  }

  /** The errno of the name at which a Twalk stopped: its reply has only the number of names before it. */
  private whyNot(base: number, names: readonly string[], found: number): number {
    const { client } = this;
    const dir = client.walk(base, names, 0, found);
    if (dir < 0) return dir;
    const fid = client.walk(dir, names, found, 1);
    client.clunk(dir);
    if (fid < 0) return fid;
    // The file was made meanwhile.
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

/** A directory of the resolved path, without symlinks and `..`. */
interface Level {
  readonly name: string;
  /** Its tree; null if it was not walked to, or is the root of a tree. */
  at: AtCalls | null;
  /** Its qid.path. */
  lo: number;
  hi: number;
}

/** The resolution of one path in steps: the directories resolved so far, and the names left. */
class Walker {
  private readonly resolver: Resolver;
  /** The base directory and its tree. */
  private tree: AtCalls;
  private base: number;
  /** The directories from below `base` to `dir`. */
  private readonly stack: Level[] = [];
  /** The present directory and its tree; `owned` if its fid must be clunked. */
  private at: AtCalls;
  private dir: number;
  private owned = false;
  /** True once `..` has led to the tree around the first one. */
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
    // `make`: the last name can be made. `slash`: a slash follows it, and open(2) does not make directories.
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
        // A target without names is the directory of the symlink.
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
    // A new fid for the caller, also if the path led back to the base.
    return this.owned ? this.dir : this.at.client.clone(this.dir);
  }

  /** Walks one name, as Resolver.step. */
  private step(name: string): number {
    return ++this.steps > MAX_STEPS ? -E.ELOOP : this.resolver.step(this.at, this.dir, name);
  }

  /** Enters the directory that the resolver has found by a name. */
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
   * `..`: the previous directory of the stack; OUTSIDE above the base. The server walks `..`; if its qid is not that of
   * the directory that was walked through, a directory was moved meanwhile, and the names are walked again from the
   * base.
   */
  private up(): number {
    const { resolver, stack } = this;
    resolver.type = QTDIR;
    if (stack.length === 0) {
      const outer = this.tree.mountTable?.parentMount(this.base) ?? null;
      if (outer === null) return OUTSIDE;
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

  /** Walks from the base to a directory again. */
  private anew(levels: readonly Level[]): number {
    this.leave();
    this.at = this.tree;
    this.dir = this.base;
    if (this.outside) {
      // Only the first base may be returned to the caller itself.
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

  /** Reads the target of a symlink and clunks its fid. ELOOP, ENOENT, ENAMETOOLONG, OUTSIDE. */
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
