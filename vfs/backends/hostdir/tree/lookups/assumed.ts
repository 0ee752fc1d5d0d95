// Inodes that stand for files that were not looked up, since the following call of the kernel finds out (INTENT_*).
import { S_IFDIR } from '../../../../linux/constants.ts';
import { E } from '../../../../linux/errno.ts';
import { INTENT_CREATE, INTENT_REPLACE, INTENT_RMDIR, INTENT_UNLINK } from '../../../../backend/lookup-intent.ts';
import { HostInode } from '../inode.ts';
import { HostStat } from '../../calls/host-stat.ts';

/** Answers lookups without a system call. */
export class Assumed {
  private readonly file: HostInode;
  private readonly directory: HostInode;
  private readonly unlinksDirectories: boolean;
  private readonly close: (inode: HostInode) => void;

  /**
   * @param unlinksDirectories True if `unlinkAt` removes an empty directory, too, as Deno's unlinkSync does.
   * @param close Closes and forgets an inode without fids.
   */
  constructor(unlinksDirectories: boolean, close: (inode: HostInode) => void) {
    const st = new HostStat();
    st.nlink = 1;
    this.file = new HostInode(0, '', st);
    st.mode = S_IFDIR;
    this.directory = new HostInode(0, '', st);
    this.unlinksDirectories = unlinksDirectories;
    this.close = close;
  }

  /** True if the inode stands for a name that was not looked up. */
  has(inode: HostInode): boolean {
    return inode === this.file || inode === this.directory;
  }

  /** The short answer to an intent; null if a fid may be on the inode of that name. */
  answer(dir: HostInode, name: string, intent: number): HostInode | number | null {
    // A name that was there a moment ago is looked up: an open with O_CREAT needs no attempt to make it.
    if (intent === INTENT_CREATE) return dir.held?.has(name) === true || !!dir.names?.get(name) ? null : 0;
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
