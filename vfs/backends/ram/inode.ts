// The inode of the in-memory store.
import { nowNsec, nowSec } from '../../lib/clock.ts';
import { Inode } from '../../backend/inode.ts';
import { Space } from '../../backend/space.ts';
import { cloneXattrs, type Xattrs } from '../../backend/xattrs.ts';
import { Cells } from './cells.ts';
import { FileData } from './data.ts';
import type { Era } from './clones/era.ts';
import { NameTable } from './name-table.ts';

/** The data of every file without bytes, made at the first use. */
let nothing: FileData | null = null;
/** The entries of every directory that never had any. */
const EMPTY = new NameTable(null);

/** An inode in memory, with times in seconds and nanoseconds. */
export class RamInode extends Inode {
  /** The store's era of its last first change: if it is not the present one, a clone may share this inode. */
  era: Era;
  /** Permission bits. */
  perm: number;
  nlink: number;
  uid: number;
  gid: number;
  atime_sec: number;
  atime_nsec: number;
  mtime_sec: number;
  mtime_nsec: number;
  ctime_sec: number;
  ctime_nsec: number;
  btime_sec: number;
  btime_nsec: number;
  /**
   * A file's data and a directory's entries, once there were any; a symlink's target. null for a special file, and after
   * a reclaim.
   */
  content: FileData | NameTable | string | null;
  /**
   * The directory with its name: the parent of a directory; of a file that has or had several names the store's table
   * of such files (lineage.ts). Of a removed one it is the last. null for a preserved inode.
   */
  parent: RamInode | null = null;
  /** The name in `parent`. */
  name = '';
  /** Extended attributes, in insertion order. */
  xattrs: Xattrs | null = null;

  /** All times are that of the last readClock(). */
  constructor(ino: number, mode: number, uid: number, gid: number, target: string | null, era: Era) {
    super(ino, mode & 0o170000);
    this.era = era;
    this.perm = mode & 0o7777;
    this.nlink = 1;
    this.uid = uid;
    this.gid = gid;
    this.atime_sec = this.mtime_sec = this.ctime_sec = this.btime_sec = nowSec;
    this.atime_nsec = this.mtime_nsec = this.ctime_nsec = this.btime_nsec = nowNsec;
    this.content = target;
  }

  /** The data of a regular file, for reads only. */
  get data(): FileData {
    return (this.content ?? (nothing ??= new FileData(new Cells(new Space(0))))) as FileData;
  }

  /** The entries of a directory, for reads only while there are none. */
  get children(): NameTable {
    return (this.content ?? EMPTY) as NameTable;
  }

  /** The entries of a directory, for an addition. */
  get ownChildren(): NameTable {
    return (this.content ??= new NameTable(this)) as NameTable;
  }

  /** A copy of the attributes, without the content of a file or directory, which the caller adds. */
  copy(era: Era): RamInode {
    const { content } = this;
    const target = typeof content === 'string' ? content : '';
    const copy = new RamInode(this.ino, this.kind | this.perm, this.uid, this.gid, target, era);
    copy.version = this.version;
    copy.nlink = this.nlink;
    copy.atime_sec = this.atime_sec;
    copy.atime_nsec = this.atime_nsec;
    copy.mtime_sec = this.mtime_sec;
    copy.mtime_nsec = this.mtime_nsec;
    copy.ctime_sec = this.ctime_sec;
    copy.ctime_nsec = this.ctime_nsec;
    copy.btime_sec = this.btime_sec;
    copy.btime_nsec = this.btime_nsec;
    copy.name = this.name;
    if (this.xattrs !== null) copy.xattrs = cloneXattrs(this.xattrs);
    if (typeof content !== 'string') copy.content = null;
    return copy;
  }
}
