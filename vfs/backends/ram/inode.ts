// The inode of the in-memory store.
import { S_IFDIR } from '../../linux/constants.ts';
import { nowNsec, nowSec } from '../../lib/clock.ts';
import { Inode } from '../../backend/inode.ts';
import { Space } from '../../backend/space.ts';
import type { Xattrs } from '../../backend/xattrs.ts';
import { Cells } from './cells.ts';
import { FileData } from './data.ts';
import { Names } from './names.ts';

/** The data of every file without bytes. */
const NOTHING = new FileData(new Cells(new Space(0)));

/** An inode in memory, with times in seconds and nanoseconds. */
export class RamInode extends Inode {
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
  readonly btime_sec: number;
  readonly btime_nsec: number;
  /**
   * A file's data, once there was any; a directory's entries; a symlink's target. null for a special file, and after a
   * reclaim.
   */
  content: FileData | Names | string | null;
  /** The parent of a directory. */
  parent: RamInode | null = null;
  /** Extended attributes, in insertion order. */
  xattrs: Xattrs | null = null;

  /** All times are that of the last tick(). */
  constructor(ino: number, mode: number, uid: number, gid: number, target: string | null) {
    super(ino, mode & 0o170000);
    this.perm = mode & 0o7777;
    this.nlink = 1;
    this.uid = uid;
    this.gid = gid;
    this.atime_sec = this.mtime_sec = this.ctime_sec = this.btime_sec = nowSec;
    this.atime_nsec = this.mtime_nsec = this.ctime_nsec = this.btime_nsec = nowNsec;
    this.content = target ?? (this.kind === S_IFDIR ? new Names() : null);
  }

  /** The data of a regular file, for reads only. */
  get data(): FileData {
    return (this.content ?? NOTHING) as FileData;
  }

  /** The entries of a directory. */
  get children(): Names {
    return this.content as Names;
  }
}
