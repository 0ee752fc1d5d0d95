// Copies the items of a plan: directories, files, symlinks and hard links, with their attributes.
import { E } from '../../vfs/linux/errno.ts';
import type { FileSystem } from '../../vfs/fs/index.ts';
import { join } from '../../vfs/fs/values/path-text.ts';
import { pour } from './content.ts';
import { Handle, isRegular, type Attributes } from './handle.ts';
import { isSame } from './identity.ts';
import { found, namesTo, rootOf, type Failed, type CopyItem, type CopyPlan } from './copy-plan.ts';
import { sizeText, type Progress } from './progress.ts';
import { Trail } from './trail.ts';

/** The target of a copy. */
export interface CopyTarget {
  readonly fs: FileSystem;
  /** The path of `dir`. */
  readonly path: string;
  /** The directory into which the named items are copied. */
  readonly dir: Handle;
}

/** The first copy of a file with several names. */
interface Copied {
  readonly item: CopyItem;
  readonly key: string;
}

/**
 * Copies the items of a plan to one file system, with modes, times, symlinks and hard links. Everything is done by
 * fids: a name is looked up once, and no symlink is followed except one that the user names.
 */
export class Copier {
  private readonly target: CopyTarget;
  private readonly progress: Progress;
  private readonly failed: Failed;
  /** The copies of files with several names, by the file's key. */
  private readonly copies = new Map<string, Copied>();
  /** The symlinks that were created: the files of one archive must not go through a symlink of another. */
  private readonly made = new Set<string>();
  /** The current target directories, and their sources. */
  private readonly open: CopyItem[] = [];
  private readonly from = new Trail();
  private readonly to = new Trail();
  private files = 0;
  private bytes = 0;

  /** @param failed Called for each item that cannot be copied; the rest is copied. */
  constructor(target: CopyTarget, progress: Progress, failed: Failed) {
    this.target = target;
    this.progress = progress;
    this.failed = failed;
  }

  run(plan: CopyPlan): void {
    try {
      for (const item of plan.items) {
        this.leaveTo(item.depth);
        const isCopied = item.parent?.isLost !== true && this.attempt(item, () => this.copy(item));
        if (!isCopied) item.isLost = true;
        this.files++;
        this.progress.tell(
          () => `${this.files} of ${plan.items.length} files, ${sizeText(this.bytes)} of ${sizeText(plan.bytes)}`,
        );
      }
      this.leaveTo(0);
    } finally {
      this.from.close();
      this.to.close();
    }
    this.progress.clear();
  }

  /** Goes up, and sets the directory's attributes: its new entries changed its times, and may have needed its mode. */
  private leaveTo(depth: number): void {
    while (this.open.length > depth) {
      const item = this.open.pop()!;
      this.attempt(item, () => keepAttributes(this.to.top(), item.stat));
      this.from.pop();
      this.to.pop();
    }
  }

  /** Calls `act` and reports its error; false if it failed. */
  private attempt(item: CopyItem, act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      this.progress.clear();
      this.failed(item, error);
      return false;
    }
  }

  private copy(item: CopyItem): void {
    const source = found(item.parent === null ? rootOf(item).find() : this.from.top().child(item.name), 'from');
    try {
      const stat = source.attributes();
      if (stat.key !== item.stat.key) throw new Error('it was replaced while being copied');
      if (source.isDirectory) this.enter(item, source);
      else if (source.isSymlink) this.copySymlink(item, source, stat);
      else if (isRegular(stat)) this.copyFile(item, source, stat);
      else throw new Error('unsupported file type: only files, directories and symlinks are copied');
    } finally {
      source.close();
    }
  }

  /** Returns the directory of an item's copy. */
  private dirOf(item: CopyItem): Handle {
    return item.parent === null ? this.target.dir : this.to.top();
  }

  /** Enters a directory, and creates it if it does not exist. */
  private enter(item: CopyItem, source: Handle): void {
    const to = this.makeDirectory(this.dirOf(item), item.name);
    this.to.push(item.name, to);
    this.from.push(item.name, source.clone());
    this.open.push(item);
  }

  private makeDirectory(dir: Handle, name: string): Handle {
    // A root has no name: it is copied to the target itself.
    if (name === '.') return dir.clone();
    let there = dir.child(name);
    if (there === E.ENOENT) {
      dir.mkdir(name);
      there = dir.child(name);
    }
    const handle = found(there, 'to');
    // As in cp(1), no symlink is followed here: another user may have placed it.
    if (handle.isDirectory) return handle;
    handle.close();
    throw new Error('a directory cannot overwrite a non-directory');
  }

  private copySymlink(item: CopyItem, source: Handle, stat: Attributes): void {
    // Opened before the target is removed: an unreadable file must not replace another.
    const text = source.target();
    if (this.linkAgain(item, stat, source)) return;
    const dir = this.dirOf(item);
    this.removeExisting(item, dir, source);
    dir.symlink(text, item.name);
    const copy = found(dir.child(item.name), 'to');
    try {
      if (!copy.isSymlink) throw new Error('the copy was replaced by another process');
      const { key } = copy.attributes();
      this.made.add(key);
      copy.setTimes(stat);
      this.remember(item, stat, key);
    } finally {
      copy.close();
    }
  }

  /** Removes an existing file of this name that cannot be overwritten, unless it is the source. */
  private removeExisting(item: CopyItem, dir: Handle, source: Handle): void {
    const there = dir.child(item.name);
    if (there === E.ENOENT) return;
    const other = found(there, 'to');
    try {
      if (other.isDirectory) throw new Error('a non-directory cannot overwrite a directory');
      if (this.isSourceOf(item, source, other)) throw new Error('source and target are the same file');
      const { key } = other.attributes();
      dir.unlink(item.name);
      this.made.delete(key);
    } finally {
      other.close();
    }
  }

  /** True if a file is the source, or the target of a source symlink, which would be lost with it. */
  private isSourceOf(item: CopyItem, source: Handle, file: Handle): boolean {
    if (isSame(source, file)) return true;
    if (!source.isSymlink || file.isSymlink || item.parent !== null) return false;
    const target = rootOf(item).follow();
    if (typeof target === 'number') return false;
    try {
      return isSame(target, file);
    } finally {
      target.close();
    }
  }

  /** Creates a hard link to an earlier copy; false if there is none or the store has no hard links. */
  private linkAgain(item: CopyItem, stat: Attributes, source: Handle): boolean {
    const copied = stat.nlink > 1 && item.name !== '.' ? this.copies.get(stat.key) : undefined;
    if (copied === undefined) return false;
    const first = this.copyOf(copied);
    if (first === null) return false;
    try {
      const dir = this.dirOf(item);
      const there = dir.child(item.name);
      if (typeof there !== 'number') {
        const isFirst = there.attributes().key === copied.key;
        there.close();
        if (isFirst) return false;
      }
      this.removeExisting(item, dir, source);
      // A store without hard links gets a copy.
      return dir.link(first, item.name) === 0;
    } finally {
      first.close();
    }
  }

  private remember(item: CopyItem, stat: Attributes, key: string): void {
    if (stat.nlink > 1) this.copies.set(stat.key, { item, key });
  }

  /** Returns the copy of a file if it still has its name, looked up name by name. */
  private copyOf({ item, key }: Copied): Handle | null {
    const names = [rootOf(item).name, ...namesTo(item)].filter((name) => name !== '.');
    let at: Handle | number = this.target.dir;
    for (const name of names) {
      const next: Handle | number = at.child(name);
      if (at !== this.target.dir) at.close();
      if (typeof next === 'number') return null;
      at = next;
    }
    if (at !== this.target.dir && at.attributes().key === key) return at;
    if (at !== this.target.dir) at.close();
    return null;
  }

  private copyFile(item: CopyItem, source: Handle, stat: Attributes): void {
    if (this.linkAgain(item, stat, source)) return;
    const dir = this.dirOf(item);
    let there = this.existing(item, dir);
    try {
      if (there?.isDirectory === true) throw new Error('a non-directory cannot overwrite a directory');
      if (there !== null && isSame(source, there)) throw new Error('source and target are the same file');
      source.openToRead();
      if (there !== null && !rootOf(item).follows && there.attributes().nlink > 1) {
        // As cp(1) with --preserve=links: other names of the existing file keep its content.
        dir.unlink(item.name);
        there.close();
        there = null;
      }
      there?.openToWrite();
      const copy = there ?? dir.createFile(item.name);
      try {
        pour(source, stat, copy, (count) => this.moved(count));
        keepAttributes(copy, stat);
        this.remember(item, stat, copy.attributes().key);
      } finally {
        if (copy !== there) copy.close();
      }
    } finally {
      there?.close();
    }
  }

  private moved(count: number): void {
    this.bytes += count;
    this.progress.tell(() => `${this.files} files, ${sizeText(this.bytes)}`);
  }

  /**
   * Returns the existing file to be overwritten, if there is one.
   * @throws Error for a symlink that the user has not named, that this copy has created, or that is dangling.
   */
  private existing(item: CopyItem, dir: Handle): Handle | null {
    const there = dir.child(item.name);
    if (there === E.ENOENT) return null;
    const file = found(there, 'to');
    if (!file.isSymlink) return file;
    const { key } = file.attributes();
    file.close();
    if (this.made.has(key)) throw new Error('not written through a symlink that was just created');
    if (item.parent !== null || !rootOf(item).follows) throw new Error('not written through an existing symlink');
    const target = Handle.find(this.target.fs, join(this.target.path, item.name), true, 'to');
    if (target === E.ENOENT) throw new Error('not written through a dangling symlink');
    return found(target, 'to');
  }
}

function keepAttributes(copy: Handle, stat: Attributes): void {
  copy.setMode(stat.mode);
  copy.setTimes(stat);
}
