import type { BigIntStats, FileSystem } from '../vfs/fs/index.ts';
import { parentOf } from '../vfs/fs/path-text.ts';
import { dataIn } from './holes.ts';
import { find, findItself, isSame, type Found } from './identity.ts';
import type { Item, Plan } from './plan.ts';
import { sizeText, type Progress } from './progress.ts';

/** Bytes that are copied at once. */
const CHUNK = 1 << 20;

/** Copies the items of a plan to one file system, with modes, times, symlinks and hard links. */
export class Copier {
  private readonly target: FileSystem;
  private readonly progress: Progress;
  private readonly failed: (item: Item, error: unknown) => void;
  /** Where the first name of a file with several was copied to, by its device and number. */
  private readonly links = new Map<FileSystem, Map<string, string>>();
  /** The symlinks that were made: where one archive's symlink leads is not for another's files to go. */
  private readonly made = new Set<string>();
  /** Directories that could not be made: what is in them has no place, and is not told of one by one. */
  private readonly lost = new Set<string>();
  private readonly chunk = new Uint8Array(CHUNK);
  private files = 0;
  private bytes = 0;

  /** @param failed Told of what cannot be copied; the rest is. */
  constructor(target: FileSystem, progress: Progress, failed: (item: Item, error: unknown) => void) {
    this.target = target;
    this.progress = progress;
    this.failed = failed;
  }

  run(plan: Plan): void {
    const directories: Item[] = [];
    for (const item of plan.items) {
      const isCopied = !this.lost.has(parentOf(item.to)) && this.attempt(item);
      if (item.stat.isDirectory()) {
        this.remember(item, isCopied);
        if (isCopied) directories.push(item);
      }
      this.files++;
      this.tell(plan);
    }
    // What is put into a directory changes its times, and may need to be allowed.
    for (const item of directories.reverse()) {
      try {
        this.keepAttributes(item);
      } catch (error) {
        this.failed(item, error);
      }
    }
    this.progress.clear();
  }

  private remember({ to }: Item, isMade: boolean): void {
    if (!isMade) this.lost.add(to);
    // What one source could not make another may have found there.
    else this.lost.delete(to);
  }

  /** Copies an item, or tells why not: whether it was. */
  private attempt(item: Item): boolean {
    try {
      this.copy(item);
      return true;
    } catch (error) {
      this.progress.clear();
      this.failed(item, error);
      return false;
    }
  }

  private tell(plan: Plan): void {
    this.progress.tell(
      () => `${this.files} of ${plan.items.length} files, ${sizeText(this.bytes)} of ${sizeText(plan.bytes)}`,
    );
  }

  private copy(item: Item): void {
    const { stat } = item;
    if (stat.isDirectory()) this.makeDirectory(item);
    else if (stat.isSymbolicLink()) this.copySymlink(item);
    else if (!stat.isFile()) throw new Error('only files, directories and symlinks are copied');
    else if (!this.linkAgain(item)) {
      this.copyFile(item);
      this.keepAttributes(item);
      if (stat.nlink > 1n) this.linksOf(item).set(fileKey(stat), item.to);
    }
  }

  private makeDirectory({ to }: Item): void {
    // As cp(1), no symlink is followed here: who has put it there may not be who the user means to write to.
    const found = findItself(this.target, to);
    if (found === undefined) this.target.mkdirSync(to);
    else if (!found.isDirectory()) {
      throw new Error('a directory cannot take the place of what is no directory');
    }
  }

  private copySymlink(item: Item): void {
    const { fs, from, to, stat } = item;
    // Before way is made for it: what cannot be read takes no other's place.
    const text = fs.readlinkSync(from);
    this.makeWay(item);
    this.target.symlinkSync(text, to);
    this.made.add(fileKey(this.target.lstatSync(to, { bigint: true })));
    this.target.lutimesSync(to, stat.atimeNs, stat.mtimeNs);
  }

  /** Removes what has the name already and cannot be written into, unless it is what is copied. */
  private makeWay(item: Item): void {
    const { target } = this;
    const { to } = item;
    const stat = findItself(target, to);
    if (stat === undefined) return;
    if (stat.isDirectory()) throw new Error('a directory has its name there');
    if (isSourceOf(item, { fs: target, path: to, stat })) throw new Error('it is the same file');
    target.unlinkSync(to);
    this.made.delete(fileKey(stat));
  }

  /** Another name for what was copied already; false when it was not, or there are no hard links. */
  private linkAgain(item: Item): boolean {
    const { fs, stat, to } = item;
    const first = stat.nlink > 1n ? this.links.get(fs)?.get(fileKey(stat)) : undefined;
    if (first === undefined || first === to) return false;
    this.makeWay(item);
    try {
      this.target.linkSync(first, to);
      return true;
    } catch {
      // A store without hard links gets a copy.
      return false;
    }
  }

  private linksOf({ fs }: Item): Map<string, string> {
    let links = this.links.get(fs);
    if (links === undefined) this.links.set(fs, (links = new Map()));
    return links;
  }

  private copyFile(item: Item): void {
    const { fs, from, to, stat } = item;
    this.refuseSymlink(to);
    const found = find(this.target, to);
    if (found?.isDirectory() === true) throw new Error('a directory has its name there');
    if (found !== undefined && isSame({ fs, path: from, stat }, { fs: this.target, path: to, stat: found }))
      throw new Error('it is the same file');
    const source = fs.openSync(from);
    try {
      const sink = this.target.openSync(to, 'w');
      try {
        this.pour(item, source, sink);
      } finally {
        this.target.closeSync(sink);
      }
    } finally {
      fs.closeSync(source);
    }
  }

  /** @throws Error for a symlink that is not written through: one that this copy has made, or that leads nowhere. */
  private refuseSymlink(to: string): void {
    const itself = findItself(this.target, to);
    if (itself?.isSymbolicLink() !== true) return;
    if (this.made.has(fileKey(itself))) throw new Error('a symlink that was just copied has its name there');
    if (find(this.target, to) === undefined) throw new Error('a symlink that leads nowhere has its name there');
  }

  /** Copies the content to a file that is empty; what has holes keeps them, as with cp(1). */
  private pour({ fs, stat }: Item, source: number, sink: number): void {
    const { chunk } = this;
    const hasHoles = stat.blocks * 512n < stat.size;
    let size = 0;
    for (let count = fs.readSync(source, chunk); count > 0; count = fs.readSync(source, chunk)) {
      for (const [start, end] of hasHoles ? dataIn(chunk, count) : [[0, count] as const]) {
        this.put(sink, size, start, end);
      }
      size += count;
      this.bytes += count;
      this.progress.tell(() => `${this.files} files, ${sizeText(this.bytes)}`);
    }
    // It may end in one.
    if (hasHoles) this.target.ftruncateSync(sink, size);
  }

  /** Writes a range of a chunk that begins at an offset of the file. */
  private put(sink: number, offset: number, start: number, end: number): void {
    for (let at = start; at < end;) at += this.target.writeSync(sink, this.chunk, at, end - at, offset + at);
  }

  private keepAttributes({ to, stat }: Item): void {
    this.target.chmodSync(to, Number(stat.mode) & 0o1777);
    this.target.utimesSync(to, stat.atimeNs, stat.mtimeNs);
  }
}

/** Whether a file is the one that is copied; or, of a symlink, the one that it leads to, which would be lost with it. */
function isSourceOf({ fs, from, stat }: Item, file: Found): boolean {
  if (isSame({ fs, path: from, stat }, file)) return true;
  const led = stat.isSymbolicLink() && !file.stat.isSymbolicLink() ? find(fs, from) : undefined;
  return led !== undefined && isSame({ fs, path: from, stat: led }, file);
}

/** What tells a file of a file system from the others: the mounts of one number their files each for itself. */
function fileKey({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
