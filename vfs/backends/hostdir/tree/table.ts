// The table of known host inodes, by device and inode number.
import { HostInode } from './inode.ts';
import { HostStat } from '../calls/host-stat.ts';

/** The first of the assigned inode numbers; host numbers below it are used unchanged. */
const ALLOTTED = 2 ** 52;

/** The known files, by device and inode number. */
export class InodeTable {
  private readonly records = new Map<number | string, HostInode>();
  /** Numbers assigned to files on other devices than the root's, and to those with too large a number. */
  private readonly allotted = new Map<string, number>();
  private device = NaN;
  private nameless = 0;

  /** The number of known files. */
  get size(): number {
    return this.records.size;
  }

  /** Returns the key of a file: its inode number, on another device a string of both. */
  keyOf(st: HostStat): number | string {
    const { ino } = st;
    return st.dev === this.device && ino < ALLOTTED ? ino : `${st.dev}:${st.inoHigh}:${st.inoLow}`;
  }

  /** Returns the number for qid.path and st_ino: the host's own if possible. */
  inoOf(st: HostStat): number {
    const key = this.keyOf(st);
    if (typeof key === 'number') return key;
    let ino = this.allotted.get(key);
    if (ino === undefined) {
      ino = ALLOTTED + this.allotted.size;
      this.allotted.set(key, ino);
    }
    return ino;
  }

  find(st: HostStat): HostInode | undefined {
    return this.records.get(this.keyOf(st));
  }

  /**
   * Adds the inode of a file. The first one is the root; its device is the one whose inode numbers are used unchanged.
   */
  add(st: HostStat): HostInode {
    if (Number.isNaN(this.device)) this.device = st.dev;
    const inode = this.make(st);
    this.records.set(inode.key, inode);
    return inode;
  }

  /** Makes the inode of a file that is not in the table, and does not add it. */
  make(st: HostStat): HostInode {
    return new HostInode(this.inoOf(st), this.keyOf(st), st);
  }

  /**
   * Returns the inode of a file that was created and has already been removed by another process. It has a number of
   * its own and is not in the table.
   */
  gone(kind: number): HostInode {
    const st = new HostStat();
    st.mode = kind;
    return new HostInode(Number.MAX_SAFE_INTEGER - this.nameless++, '', st);
  }

  /** True if `st` is of this file. */
  is(inode: HostInode, st: HostStat): boolean {
    return this.keyOf(st) === inode.key && inode.isBornAt(st);
  }

  /** Adds an inode again, unless the file has another object by now. */
  put(inode: HostInode): void {
    if (!this.records.has(inode.key)) this.records.set(inode.key, inode);
  }

  remove(inode: HostInode): void {
    if (this.records.get(inode.key) === inode) this.records.delete(inode.key);
  }

  all(): HostInode[] {
    return [...this.records.values()];
  }
}
