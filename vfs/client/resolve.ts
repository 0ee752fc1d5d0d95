import { QTDIR, QTSYMLINK } from '../9p/constants.ts';
import { E } from '../errno.ts';
import { MAXWELEM, type Client } from './client.ts';
import { LAST_DOTDOT, LAST_NORM, parsePath, type Path } from './path.ts';

/** Most symlinks that one path may go through (namei.c, MAXSYMLINKS). */
const MAXSYMLINKS = 40;

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
  private readonly client: Client;
  /** qid.type of what was found last. */
  type = 0;
  /** The parent of what `last` did not find, for the caller to make it there and to clunk. */
  parent = 0;
  /** The name that it is to get. */
  name = '';

  constructor(client: Client) {
    this.client = client;
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
    return count === 0 ? base : this.walk(base, names, count, path.hasDotDot, true, true);
  }

  /** Clunks what `find` or `findParent` gave, unless it is the directory the caller came with. */
  drop(base: number, fid: number): void {
    if (fid > 0 && fid !== base) this.client.clunk(fid);
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
    if (count > 1 && count <= MAXWELEM && !path.hasDotDot && !path.absolute && !path.tooLong) {
      // What is there already costs one message.
      const fid = this.client.walk(base, names, 0, count);
      if (fid >= 0) {
        this.type = this.client.r.wqid_type[count - 1]!;
        if (this.type !== QTSYMLINK) return fid;
        this.client.clunk(fid);
        return new Walker(this.client, this, base).run(names, true, false, true);
      }
      // Only the last name stopped it: whoever makes it hears why, if it cannot be made.
      if (fid === -E.ENOENT && this.client.r.nwqid === count - 1 && this.client.r.wqid_type[count - 2] === QTDIR) {
        const parent = this.client.walk(base, names, 0, count - 1);
        if (parent < 0) return parent;
        this.parent = parent;
        this.name = names[count - 1]!;
        return 0;
      }
    }
    return this.findOrParentInSteps(base, path);
  }

  private findOrParentInSteps(base: number, path: Path): number {
    const parent = this.findParent(base, path);
    if (parent < 0) return parent;
    const name = path.names.at(-1)!;
    const fid = this.client.walk(parent, path.names, path.names.length - 1, 1);
    if (fid >= 0) {
      this.type = this.client.r.wqid_type[0]!;
      if (this.type !== QTSYMLINK) {
        this.drop(base, parent);
        return fid;
      }
      this.client.clunk(fid);
      this.drop(base, parent);
      return new Walker(this.client, this, base).run(path.names, true, false, true);
    }
    if (fid !== -E.ENOENT) {
      this.drop(base, parent);
      return fid;
    }
    this.parent = parent;
    this.name = name;
    return 0;
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
    if (count === 0) {
      this.type = QTDIR;
      return client.clone(base);
    }
    if (!hasDotDot && count <= MAXWELEM) {
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
    return new Walker(client, this, base).run(
      count === names.length ? names : names.slice(0, count),
      follow,
      mustBeDir,
      false,
    );
  }
}

/** One path on its way: the directories resolved so far, and the names still to go. */
class Walker {
  private readonly client: Client;
  private readonly resolver: Resolver;
  private readonly base: number;
  /** Names from `base` to `at`, free of symlinks and `..`. */
  private readonly stack: string[] = [];
  /** Where it is: `base`, or a fid of its own. */
  private at: number;
  private readonly todo: string[] = [];
  private links = 0;

  constructor(client: Client, resolver: Resolver, base: number) {
    this.client = client;
    this.resolver = resolver;
    this.base = base;
    this.at = base;
  }

  /** As Resolver.find, or with `create` as Resolver.findOrParent. */
  run(names: readonly string[], follow: boolean, mustBeDir: boolean, create: boolean): number {
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
      const next = this.client.walk(this.at, [name], 0, 1);
      if (next < 0) {
        if (!isLast || !make || next !== -E.ENOENT) return this.fail(-next);
        this.resolver.parent = this.at;
        this.resolver.name = name;
        return 0;
      }
      const type = this.client.r.wqid_type[0]!;
      if (type === QTSYMLINK && (!isLast || follow || must)) {
        const target = this.target(next);
        if (typeof target === 'number') return this.fail(target);
        if (isLast) {
          must ||= target.mustBeDir;
          make &&= target.last === LAST_NORM;
          slash ||= target.trailingSlash;
        }
        for (let i = target.names.length - 1; i >= 0; i--) this.todo.push(target.names[i]!);
        continue;
      }
      if (type !== QTDIR && (!isLast || must)) {
        this.client.clunk(next);
        return this.fail(E.ENOTDIR);
      }
      this.enter(next, name);
      this.resolver.type = type;
    }
    return this.result();
  }

  /** What the path led to: a fid for the caller, also when that is `base` itself. */
  private result(): number {
    if (this.at !== this.base) return this.at;
    this.resolver.type = QTDIR;
    return this.client.clone(this.base);
  }

  private enter(fid: number, name: string): void {
    this.resolver.drop(this.base, this.at);
    this.at = fid;
    this.stack.push(name);
  }

  /** `..`: the directory before, walked anew from the base; above the base is out of bounds. */
  private up(): number {
    if (this.stack.length === 0) return E.EXDEV;
    this.stack.pop();
    let fid = this.base;
    for (let done = 0; done < this.stack.length;) {
      const count = Math.min(MAXWELEM, this.stack.length - done);
      const next = this.client.walk(fid, this.stack, done, count);
      this.resolver.drop(this.base, fid);
      if (next < 0) return -next;
      fid = next;
      done += count;
    }
    this.resolver.drop(this.base, this.at);
    this.at = fid;
    this.resolver.type = QTDIR;
    return 0;
  }

  /** The target of a symlink, whose fid is clunked: ELOOP, ENOENT, EXDEV for one that leads out. */
  private target(link: number): Path | number {
    const errno = ++this.links > MAXSYMLINKS ? E.ELOOP : this.client.readlink(link);
    const { target } = this.client.r;
    this.client.clunk(link);
    if (errno !== 0) return errno;
    const path = parsePath(target);
    return pathErrno(path) || path;
  }

  private fail(errno: number): number {
    this.resolver.drop(this.base, this.at);
    return -errno;
  }
}
