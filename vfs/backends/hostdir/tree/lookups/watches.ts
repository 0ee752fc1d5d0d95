// The directories whose changes the kernel reports, so that their cached names need no look.
import type { DirectoryNews, HostCalls } from '../../calls/calls.ts';
import type { HostInode } from '../inode.ts';
import { reportsChanges } from '../local.ts';
import { unsettle } from './name-cache.ts';

/** Uses of cached names, without a change in between, after which a directory is watched. */
const USES = 16;
/** The limit of watched directories. */
export const WATCHES = 512;

/**
 * The names cached in a watched directory are valid until the kernel reports a change: a single read(2) of its reports
 * validates those of all watched directories, and so a whole path. Otherwise each directory on the path is looked at.
 *
 * A directory is watched once it has been of use for a while, and no longer after a change of its entries, one of our
 * own included.
 */
export class Watches {
  private readonly calls: HostCalls;
  /** The exported directory. */
  private readonly root: HostInode;
  private readonly watched = new Map<number, HostInode>();
  /** Undefined until the first use. */
  private news: DirectoryNews | null | undefined;

  constructor(calls: HostCalls, root: HostInode) {
    this.calls = calls;
    this.root = root;
  }

  /** Notes a use of the cached names of a directory that was just looked at. */
  use(dir: HostInode): void {
    if (++dir.uses === USES) this.watch(dir);
  }

  private watch(dir: HostInode): void {
    // Elsewhere another kernel may make changes unreported. An inode of another file system has no number as its key.
    if (this.news === undefined) {
      this.news = reportsChanges(this.calls.fsType(this.root.fd)) ? this.calls.news() : null;
    }
    if (this.news === null || typeof dir.key !== 'number') return;
    const watch = this.news.watch(dir.fd);
    if (watch < 0) return;
    if (this.watched.size >= WATCHES) {
      const [oldest] = this.watched.values();
      this.end(oldest!);
    }
    this.watched.set(watch, dir);
    dir.watch = watch;
    // A name cached before may have changed since the look.
    dir.names?.clear();
    dir.settled = 0;
  }

  /** Asks the kernel for changes. The directories with some are no longer watched. */
  check(): void {
    if (this.news?.poll(this.changed) === false) for (const dir of this.watched.values()) this.end(dir);
  }

  private readonly changed = (watch: number): void => {
    const dir = this.watched.get(watch);
    if (dir !== undefined) this.end(dir);
  };

  /** Ends the watch of a directory: it has changed, or is forgotten. */
  end(dir: HostInode): void {
    this.news?.unwatch(dir.watch);
    this.watched.delete(dir.watch);
    dir.watch = -1;
    dir.uses = 0;
    dir.names?.clear();
    unsettle(dir);
  }

  /** Ends all watches. */
  close(): void {
    for (const dir of this.watched.values()) this.end(dir);
    this.news?.close();
    this.news = undefined;
  }
}
