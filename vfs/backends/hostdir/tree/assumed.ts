// Inodes that stand for files that were not looked up, since the following call of the kernel finds out (INTENT_*).
import { S_IFDIR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import { INTENT_CREATE, INTENT_REPLACE, INTENT_RMDIR, INTENT_UNLINK } from '../../../backend/lookup-intent.ts';
import { HostInode } from './inode.ts';
import type { Stats } from '../node/node.ts';

/** Answers lookups without a system call. */
export class Assumed {
  private readonly file: HostInode;
  private readonly directory: HostInode;
  /** Deno's unlinkSync removes an empty directory, too. */
  private readonly unlinksDirectories = 'deno' in process.versions;
  private readonly close: (inode: HostInode) => void;

  /**
   * @param st Of any directory.
   * @param close Closes and forgets an inode without fids.
   */
  constructor(st: Stats, close: (inode: HostInode) => void) {
    this.file = new HostInode(0, '', Object.assign(Object.create(st), { mode: 0n, nlink: 1n }));
    this.directory = new HostInode(0, '', st);
    this.close = close;
  }

  /** True if the inode stands for a name that was not looked up. */
  has(inode: HostInode): boolean {
    return inode === this.file || inode === this.directory;
  }

  /** The short answer to an intent; null if a fid may be on the inode of that name. */
  answer(dir: HostInode, name: string, intent: number): HostInode | number | null {
    if (intent === INTENT_CREATE) return 0;
    if (intent === INTENT_UNLINK && this.unlinksDirectories) return null;
    const held = dir.held?.get(name);
    if (held !== undefined) {
      if (held.refs > 0 || held.pins > 0) return null;
      // It has other names left.
      if (held.links > 1 && held.kind !== S_IFDIR) return intent === INTENT_UNLINK ? held : null;
      this.close(held);
    }
    if (intent === INTENT_REPLACE) return E.ENOENT;
    return intent === INTENT_RMDIR ? this.directory : this.file;
  }
}
