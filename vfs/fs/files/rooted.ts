// The *at calls from one root, as in a chroot(2): absolute symlinks and `..` stay inside.
import { GETATTR_MODE, SETATTR_GID, SETATTR_MODE, SETATTR_UID } from '../../9p/constants.ts';
import { O_CREAT, O_EXCL, O_NOFOLLOW, S_IFDIR, S_IFLNK, S_IFMT } from '../../linux/constants.ts';
import type { AtCalls } from '../../client/at.ts';
import { FileStatus } from '../../client/attributes.ts';
import type { Client } from '../../client/client.ts';
import { LAST_DOT, parsePath, type Path } from '../../client/path.ts';
import { E, OUTSIDE } from '../../linux/errno.ts';
import { MAXSYMLINKS } from '../../linux/limits.ts';
import { setMode, setOwner, statfs } from '../../client/rare-messages.ts';

/** Treatment of a path's last name: FOLLOW a symlink, do not (STAY), or do not look the name up (PARENT). */
export const FOLLOW = 0;
export const STAY = 1;
export const PARENT = 2;
type Ending = typeof FOLLOW | typeof STAY | typeof PARENT;

/** The attributes of the names on a path. */
const status = new FileStatus();

/**
 * The *at calls from one root, as in a chroot(2): a symlink with an absolute target leads on from the root, and `..` of
 * the root is the root. AtCalls, which a guest's paths go by, refuses both (OUTSIDE); only then is a path resolved here,
 * and the call made once more. All return 0 or an errno; those that make a fid return it or −errno.
 */
export class Rooted {
  readonly at: AtCalls;
  readonly root: number;

  constructor(at: AtCalls, root: number) {
    this.at = at;
    this.root = root;
  }

  /** Whose the fid is that `open` gave; and whose `r` holds the reply to `statfs`. */
  get found(): Client {
    return this.at.found.client;
  }

  /** The synthetic entries of a directory that `open` returned (see MountTable). */
  extra(fid: number): readonly Uint8Array[] {
    return this.at.found.mountTable?.syntheticEntries(fid) ?? [];
  }

  /** qid.type of what `open` gave. */
  get type(): number {
    return this.at.type;
  }

  /** A fid opened with Linux open(2) flags; a directory's is only walked to. */
  open(path: string, flags: number): number {
    const isNew = (flags & (O_CREAT | O_EXCL)) === (O_CREAT | O_EXCL);
    const ending = isNew ? PARENT : (flags & O_NOFOLLOW) !== 0 ? STAY : FOLLOW;
    return this.fid(path, ending, (name) => this.at.openat(this.root, name, flags));
  }

  /** A fid on what a path leads to, not opened: the root itself, or one to be clunked, of `found`; or −errno. */
  lookup(path: string, follow: boolean): number {
    return this.fid(path, follow ? FOLLOW : STAY, (name) => this.at.lookup(this.root, name, follow));
  }

  stat(path: string, follow: boolean, mask: number, into: FileStatus): number {
    return this.errno(path, follow ? FOLLOW : STAY, (name) => this.at.statat(this.root, name, follow, mask, into));
  }

  /** The target of a symlink, or an errno. */
  readlink(path: string): string | number {
    let target = '';
    const errno = this.errno(path, STAY, (name) => {
      const result = this.at.readlinkat(this.root, name);
      if (typeof result === 'number') return result;
      target = result;
      return 0;
    });
    return errno === 0 ? target : errno;
  }

  mkdir(path: string): number {
    return this.errno(path, PARENT, (name) => this.at.mkdirat(this.root, name));
  }

  rmdir(path: string): number {
    if (/^\/+$/.test(path)) return E.EBUSY;
    return this.errno(path, PARENT, (name) => this.at.rmdirat(this.root, name));
  }

  unlink(path: string): number {
    return this.errno(path, PARENT, (name) => this.at.unlinkat(this.root, name));
  }

  symlink(target: string, path: string): number {
    return this.errno(path, PARENT, (name) => this.at.symlinkat(target, this.root, name));
  }

  rename(from: string, to: string): number {
    return this.pair(from, PARENT, to, (a, b) => this.at.renameat(this.root, a, this.at, this.root, b));
  }

  link(from: string, to: string): number {
    return this.pair(from, STAY, to, (a, b) => this.at.linkat(this.root, a, false, this.at, this.root, b));
  }

  /** utimensat(2); `valid` as Client.setTimes has it. */
  utimens(path: string, follow: boolean, valid: number, times: readonly [number, number, number, number]): number {
    return this.errno(path, follow ? FOLLOW : STAY, (name) =>
      this.at.utimensat(this.root, name, follow, valid, ...times),
    );
  }

  chmod(path: string, follow: boolean, mode: number): number {
    return this.onFid(path, follow, (client, fid) => setMode(client, fid, SETATTR_MODE, mode));
  }

  /** fchownat(2). KEEP_ID leaves an id unchanged. */
  chown(path: string, follow: boolean, uid: number, gid: number): number {
    return this.onFid(path, follow, (client, fid) => chown(client, fid, uid, gid));
  }

  /** statfs(2): what is told is in `found.r`. */
  statfs(path: string): number {
    return this.onFid(path, true, statfs);
  }

  /** The path of what a path leads to, from the root, without symlinks and dots; or an errno. ENOENT, ELOOP. */
  realpath(path: string): string | number {
    if (path === '') return E.ENOENT;
    const names = this.resolve(path, FOLLOW);
    if (typeof names === 'number') return names;
    const errno = this.at.statat(this.root, names, false, GETATTR_MODE, status);
    return errno !== 0 ? errno : names === '.' ? '/' : `/${names.replace(/(\/\.?)+$/, '')}`;
  }

  /** Does something with what a path leads to. */
  private onFid(path: string, follow: boolean, act: (client: Client, fid: number) => number): number {
    return this.errno(path, follow ? FOLLOW : STAY, (name) => {
      const fid = this.at.lookup(this.root, name, follow);
      if (fid < 0) return -fid;
      const errno = act(this.found, fid);
      this.at.drop(this.root, fid);
      return errno;
    });
  }

  private errno(path: string, ending: Ending, call: (name: string) => number): number {
    return -this.fid(path, ending, (name) => -call(name));
  }

  /** Makes a call with a path, and if that leads out of the tree once more with one that does not. */
  private fid(path: string, ending: Ending, call: (name: string) => number): number {
    const name = relative(path);
    const result = call(name);
    if (result !== -OUTSIDE) return result;
    const inside = this.resolve(name, ending);
    if (typeof inside === 'number') return -inside;
    return inside === name ? result : call(inside);
  }

  /** The same with two paths; `ending` is that of the first one, for the last name of the second is to be made. */
  private pair(from: string, ending: Ending, to: string, call: (from: string, to: string) => number): number {
    const [a, b] = [relative(from), relative(to)];
    const errno = call(a, b);
    if (errno !== OUTSIDE) return errno;
    const insideA = this.resolve(a, ending);
    if (typeof insideA === 'number') return insideA;
    const insideB = this.resolve(b, PARENT);
    if (typeof insideB === 'number') return insideB;
    return call(insideA, insideB);
  }

  /** A path that means the same and has neither symlinks nor `..` before its end; or an errno. */
  private resolve(text: string, ending: Ending): string | number {
    if (ending !== PARENT) {
      const path = parsePath(text);
      const inside = this.walk(text, ending === FOLLOW || path.mustBeDir);
      return typeof inside === 'number' || inside === '.' ? inside : inside + tail(path);
    }
    const [, head = '', last = ''] = /^(.*?)([^/]*\/*)$/s.exec(text)!;
    const inside = this.walk(head, true);
    if (typeof inside === 'number') return inside;
    return inside === '.' ? last : `${inside}/${last}`;
  }

  /** Goes through a path name by name. What its last name does not find is left to the call. */
  private walk(text: string, follow: boolean): string | number {
    const stack: string[] = [];
    const todo = parsePath(text).names.toReversed();
    let isDir = true;
    let slash = '';
    for (let links = 0; todo.length > 0;) {
      const name = todo.pop()!;
      if (!isDir) return E.ENOTDIR;
      if (name === '..') {
        stack.pop();
        continue;
      }
      stack.push(name);
      const here = stack.join('/');
      const errno = this.at.statat(this.root, here, false, GETATTR_MODE, status);
      if (errno !== 0) {
        if (errno === E.ENOENT && todo.length === 0) break;
        return errno;
      }
      const kind = status.attributes.mode & S_IFMT;
      isDir = kind === S_IFDIR;
      if (kind !== S_IFLNK || (todo.length === 0 && !follow)) continue;
      const target = ++links > MAXSYMLINKS ? E.ELOOP : this.at.readlinkat(this.root, here);
      if (typeof target === 'number') return target;
      stack.pop();
      isDir = true;
      const path = parsePath(target);
      if (todo.length === 0) slash = tail(path) || slash;
      if (path.absolute) stack.length = 0;
      todo.push(...path.names.toReversed());
    }
    return stack.length === 0 ? '.' : stack.join('/') + slash;
  }
}

/** The owner, or the group, that leaves the one that is: −1 as uid_t. */
const KEEP_ID = 0xffff_ffff;

/** fchown(2). */
export function chown(client: Client, fid: number, uid: number, gid: number): number {
  const valid = (uid === KEEP_ID ? 0 : SETATTR_UID) | (gid === KEEP_ID ? 0 : SETATTR_GID);
  return setOwner(client, fid, valid, uid, gid);
}

/** A path from the root on. One that is too long stays as it is, to be refused as that. */
function relative(path: string): string {
  if (!path.startsWith('/') || parsePath(path).tooLong) return path;
  return path.replace(/^\/+/, '') || '.';
}

/** What a path has behind its last name, which then must be a directory's: what is to be made is refused by either. */
function tail({ trailingSlash, last, names }: Path): string {
  return trailingSlash ? '/' : last === LAST_DOT && names.length > 0 ? '/.' : '';
}
