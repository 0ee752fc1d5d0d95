// Builds the tree of an archive from its members, in order.
import { S_IFDIR, S_IFLNK, S_IFREG } from '../../linux/constants.ts';
import { HARD_LINK, type TarEntry } from './format/entry.ts';
import { TarInode, type TarMeta } from './inode.ts';
import type { Limits } from './format/limits.ts';
import { namesOf } from './names.ts';

/** A member of an archive that is not in the tree. */
export interface Skipped {
  /** Its name as it is stored. */
  path: string;
  /** Half a sentence. */
  reason: string;
}

const encoder = new TextEncoder();
const NAME_MAX = 255;
const TARGET_MAX = 4095;
const LEADS_OUT = 'it leads out of the archive';

/** Whether a text has more than `max` bytes of UTF-8. */
function isLonger(text: string, max: number): boolean {
  return text.length > max || (text.length * 3 > max && encoder.encode(text).length > max);
}

/** The components of a member's name; or why it cannot be in the tree. */
function componentsOf(name: string | null, maxDepth: number): string[] | string {
  if (name === null) return 'its name is not UTF-8';
  if (name.includes('\0')) return 'its name has a NUL';
  // As tar does: an absolute name begins at the root of what is unpacked.
  const names = namesOf(name, maxDepth + 1);
  if (names.includes('..')) return LEADS_OUT;
  if (names.length > maxDepth) return `it lies more than ${maxDepth} directories deep`;
  return names.some((part) => isLonger(part, NAME_MAX)) ? `a name of it is longer than ${NAME_MAX} bytes` : names;
}

/** Builds a tree of members, in the order in which they come: a later one takes the place of an earlier one. */
export class TarTree {
  readonly root: TarInode;
  readonly skipped: Skipped[] = [];
  /** Inodes made, and with it the last number. */
  count = 0;
  private isFirst = true;
  /** Directories that have an entry of their own. */
  private readonly told = new Set<TarInode>();
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
    if (reason !== '') this.skipped.push({ path: entry.shown, reason });
  }

  /** Why it has no place; '' when it has. */
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

  /** The directory of a path; those that the archive does not mention are made up. Null when a name is another kind. */
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

  /** The directory of a name, made if it is not there, in place of what is no directory. */
  private enter(dir: TarInode, name: string, entry: TarEntry): TarInode {
    const found = dir.children.get(name);
    if (found?.kind === S_IFDIR) return found;
    const made = this.make(S_IFDIR, new Map(), implied(entry));
    this.put(dir, name, made);
    return made;
  }

  private tell(dir: TarInode, entry: TarEntry): void {
    dir.meta = metaOf(entry);
    this.told.add(dir);
  }

  /** Whether the archive has an entry of a directory: else it is made up. */
  isExplicit(dir: TarInode): boolean {
    return this.told.has(dir);
  }

  /** Gives an inode a name. False when a directory that is not empty has it: GNU tar leaves that one, too. */
  private put(dir: TarInode, name: string, inode: TarInode): boolean {
    const before = dir.children.get(name);
    if (before === inode) return true;
    if (before?.kind === S_IFDIR && before.children.size > 0) return false;
    if (before?.kind === S_IFDIR) dir.nlink--;
    else if (before !== undefined) before.nlink--;
    // It comes where the later one is.
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
    if (target === null) return 'its target is not UTF-8';
    if (target === '' || target.includes('\0')) return 'its target is no path';
    if (isLonger(target, TARGET_MAX)) return `its target is longer than ${TARGET_MAX} bytes`;
    // Linux knows no other permissions of a symlink.
    return this.make(kind, target, { ...metaOf(entry), perm: 0o777 });
  }
}

function metaOf({ perm, uid, gid, rdev, mtime, atime, ctime, xattrs }: TarEntry): TarMeta {
  return { perm, uid, gid, rdev, mtime, atime, ctime, xattrs };
}

/** Of a directory that the archive does not mention: as old as the first file in it. */
function implied(entry: TarEntry | null): TarMeta {
  const mtime = entry?.mtime ?? { sec: 0, nsec: 0 };
  return { perm: 0o755, uid: 0, gid: 0, rdev: 0, mtime, atime: null, ctime: null, xattrs: null };
}
