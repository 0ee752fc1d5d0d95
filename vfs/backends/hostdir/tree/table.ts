// The table of known host inodes, by device and inode number.
import { HostInode } from './inode.ts';
import type { Stats } from '../node/node.ts';

/** Numbers from here on are allotted; host numbers below it are used as they are. */
const ALLOTTED = 2 ** 52;

/** The files that are known, by device and inode number. */
export class InodeTable {
  private readonly records = new Map<number | string, HostInode>();
  /** Numbers given to files of other devices than the root's, and to numbers of the host that are too large. */
  private readonly allotted = new Map<string, number>();
  private device = -1n;
  private nameless = 0;

  /** How many are known. */
  get size(): number {
    return this.records.size;
  }

  /** The file's key: its inode number, or with its device. */
  keyOf(st: Stats): number | string {
    return st.dev === this.device && st.ino < ALLOTTED ? Number(st.ino) : `${st.dev}:${st.ino}`;
  }

  /** The number for qid.path and st_ino: the host's own if it can be. */
  inoOf(st: Stats): number {
    const key = this.keyOf(st);
    if (typeof key === 'number') return key;
    let ino = this.allotted.get(key);
    if (ino === undefined) {
      ino = ALLOTTED + this.allotted.size;
      this.allotted.set(key, ino);
    }
    return ino;
  }

  find(st: Stats): HostInode | undefined {
    return this.records.get(this.keyOf(st));
  }

  /** Makes the record of a file; the first is the root, and its device the one that numbers are taken from. */
  add(st: Stats): HostInode {
    if (this.device === -1n) this.device = st.dev;
    const inode = new HostInode(this.inoOf(st), this.keyOf(st), st);
    this.records.set(inode.key, inode);
    return inode;
  }

  /**
   * The record of a file that was made and is gone already: others have removed it. It has a number of its own, and is
   * not known.
   * @param st Of any file.
   */
  gone(kind: number, st: Stats): HostInode {
    const gone = Object.assign(Object.create(st) as Stats, { mode: BigInt(kind), nlink: 0n });
    return new HostInode(Number.MAX_SAFE_INTEGER - this.nameless++, '', gone);
  }

  /** Whether `st` is of this very file. */
  is(inode: HostInode, st: Stats): boolean {
    return this.keyOf(st) === inode.key && st.birthtimeNs === inode.birthtime;
  }

  /** Makes it known again, unless another object is known for the file. */
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
