// Builds the tree of an archive from its members, in order.
import { S_IFDIR, S_IFLNK, S_IFREG } from '../../linux/constants.ts';
import { byteLength } from '../../lib/utf8.ts';
import { NAME_MAX, PATH_MAX } from '../../linux/limits.ts';
import { HARD_LINK, type TarEntry } from './format/entry.ts';
import { TarInode, type TarMeta } from './inode.ts';
import type { Limits } from './format/limits.ts';
import { splitPath } from './names.ts';

/** A member that was skipped. */
export interface Skipped {
  /** Its name as stored. */
  path: string;
  /** The reason, a clause without a full stop. */
  reason: string;
}

const LEADS_OUT = 'it leads out of the archive';

/** True if a text has more than `max` bytes. */
function isLonger(text: string, max: number): boolean {
  return text.length > max || (text.length * 3 > max && byteLength(text) > max);
}

/** Returns the components of a member's name; or the reason to skip it. */
function componentsOf(name: string, maxDepth: number): string[] | string {
  if (name.includes('\0')) return 'its name has a NUL';
  // As in tar, an absolute name is relative to the root of the tree.
  const names = splitPath(name, maxDepth + 1);
  if (names.includes('..')) return LEADS_OUT;
  if (names.length > maxDepth) return `it lies more than ${maxDepth} directories deep`;
  return names.some((part) => isLonger(part, NAME_MAX)) ? `a name of it is longer than ${NAME_MAX} bytes` : names;
}

/** Builds the tree from members in order: a later one replaces an earlier one of the same name. */
export class TarTree {
  readonly root: TarInode;
  readonly skipped: Skipped[] = [];
  /** The number of inodes created, which is the last inode number. */
  count = 0;
  private isFirst = true;
  /** Directories with a member of their own. */
  private readonly explicit = new Set<TarInode>();
  private readonly limits: Limits;

  constructor(limits: Limits) {
    this.limits = limits;
    this.root = this.make(S_IFDIR, new Map(), implied(null));
    this.root.parent = this.root;
  }

  private make(kind: number, content: TarInode['content'], meta: TarMeta): TarInode {
    return new TarInode(++this.count, kind, content, meta);
  }

  add(entry: TarEntry): void {
    const reason = this.place(entry);
    if (reason !== '') this.skipped.push({ path: entry.name, reason });
  }

  /** Places a member in the tree. Returns the reason if it is skipped; '' if it is not. */
  private place(entry: TarEntry): string {
    const names = componentsOf(entry.name, this.limits.maxDepth);
    if (typeof names === 'string') return names;
    if (this.isFirst) this.root.meta = implied(entry);
    this.isFirst = false;
    const name = names.pop();
    if (name === undefined) {
      if (entry.kind !== S_IFDIR) return 'it has no name';
      this.tell(this.root, entry);
      return '';
    }
    const dir = this.directory(names, entry);
    if (dir === null) return 'its directory is a file or a symlink';
    if (entry.kind === S_IFDIR) {
      this.tell(this.enter(dir, name, entry), entry);
      return '';
    }
    const inode = entry.kind === HARD_LINK ? this.linked(entry) : this.file(entry);
    if (typeof inode === 'string') return inode;
    return this.put(dir, name, inode) ? '' : 'a directory of its name is not empty';
  }

  /** Returns the directory of a path, with implied parents created; null if a component is not a directory. */
  private directory(names: readonly string[], entry: TarEntry): TarInode | null {
    let at = this.root;
    for (const name of names) {
      const found = at.children.get(name);
      if (found !== undefined && found.kind !== S_IFDIR) return null;
      if (found === undefined) this.limits.use('maxImplied', 1);
      at = found ?? this.enter(at, name, entry);
    }
    return at;
  }

  /** Returns the directory of a name; created if missing, in place of any other file. */
  private enter(dir: TarInode, name: string, entry: TarEntry): TarInode {
    const found = dir.children.get(name);
    if (found?.kind === S_IFDIR) return found;
    const made = this.make(S_IFDIR, new Map(), implied(entry));
    this.put(dir, name, made);
    return made;
  }

  private tell(dir: TarInode, entry: TarEntry): void {
    dir.meta = metaOf(entry);
    this.explicit.add(dir);
  }

  /** True if the archive has a member for a directory; otherwise it is implied. */
  isExplicit(dir: TarInode): boolean {
    return this.explicit.has(dir);
  }

  /** Gives an inode a name. Returns false if a non-empty directory has the name: GNU tar keeps that too. */
  private put(dir: TarInode, name: string, inode: TarInode): boolean {
    const before = dir.children.get(name);
    if (before === inode) return true;
    if (before?.kind === S_IFDIR && before.children.size > 0) return false;
    if (before?.kind === S_IFDIR) dir.nlink--;
    else if (before !== undefined) before.nlink--;
    // In the order of the later member.
    dir.children.delete(name);
    dir.children.set(name, inode);
    if (inode.kind === S_IFDIR) {
      inode.parent = dir;
      dir.nlink++;
    } else inode.nlink++;
    return true;
  }

  private linked(entry: TarEntry): TarInode | string {
    const names = componentsOf(entry.target, this.limits.maxDepth);
    if (typeof names === 'string') return names === LEADS_OUT ? 'what it links to leads out of the archive' : names;
    let at: TarInode | undefined = this.root;
    for (const name of names) at = at?.kind === S_IFDIR ? at.children.get(name) : undefined;
    if (at === undefined) return `it links to '${entry.target}', which is not in the archive before it`;
    return at.kind === S_IFDIR ? 'it links to a directory' : at;
  }

  private file(entry: TarEntry): TarInode | string {
    const { kind, target } = entry;
    if (kind === S_IFREG) return this.make(kind, entry.data, metaOf(entry));
    if (kind !== S_IFLNK) return this.make(kind, null, metaOf(entry));
    if (target === '' || target.includes('\0')) return 'its target is not a path';
    if (isLonger(target, PATH_MAX - 1)) return `its target is longer than ${PATH_MAX - 1} bytes`;
    // On Linux a symlink has no other mode.
    return this.make(kind, target, { ...metaOf(entry), perm: 0o777 });
  }
}

function metaOf({ perm, uid, gid, rdev, mtime, atime, ctime, xattrs }: TarEntry): TarMeta {
  return { perm, uid, gid, rdev, mtime, atime, ctime, xattrs };
}

/** Returns the attributes of an implied directory: as old as the first file in it. */
function implied(entry: TarEntry | null): TarMeta {
  const mtime = entry?.mtime ?? { sec: 0, nsec: 0 };
  return { perm: 0o755, uid: 0, gid: 0, rdev: 0, mtime, atime: null, ctime: null, xattrs: null };
}
