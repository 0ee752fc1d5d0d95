// Stats and BigIntStats of node:fs, filled from the attributes of a file.
import type { FileAttributes } from '../../client/attributes.ts';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../../linux/constants.ts';

/** The kind of a file: the methods that Stats and Dirent share. */
export abstract class TypePredicates {
  /** S_IFMT bits. */
  protected abstract kindBits(): number;

  isFile(): boolean {
    return this.kindBits() === S_IFREG;
  }
  isDirectory(): boolean {
    return this.kindBits() === S_IFDIR;
  }
  isSymbolicLink(): boolean {
    return this.kindBits() === S_IFLNK;
  }
  isFIFO(): boolean {
    return this.kindBits() === S_IFIFO;
  }
  isSocket(): boolean {
    return this.kindBits() === S_IFSOCK;
  }
  isCharacterDevice(): boolean {
    return this.kindBits() === S_IFCHR;
  }
  isBlockDevice(): boolean {
    return this.kindBits() === S_IFBLK;
  }
}

/** A file's attributes, as node:fs has them (stat(2)). */
export class Stats extends TypePredicates {
  readonly dev: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly blksize: number;
  readonly ino: number;
  /** Bytes. */
  readonly size: number;
  /** Allocated blocks of 512 bytes. */
  readonly blocks: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly birthtimeMs: number;
  readonly atime: Date;
  readonly mtime: Date;
  readonly ctime: Date;
  readonly birthtime: Date;

  constructor(r: FileAttributes, dev: number) {
    super();
    this.dev = dev;
    this.mode = r.mode;
    this.nlink = r.nlink;
    this.uid = r.uid;
    this.gid = r.gid;
    this.rdev = r.rdev;
    this.blksize = r.blksize;
    this.ino = r.qid_path_hi * 2 ** 32 + r.qid_path_lo;
    this.size = r.size;
    this.blocks = r.blocks;
    this.atimeMs = milliseconds(r.atime_sec, r.atime_nsec);
    this.mtimeMs = milliseconds(r.mtime_sec, r.mtime_nsec);
    this.ctimeMs = milliseconds(r.ctime_sec, r.ctime_nsec);
    this.birthtimeMs = milliseconds(r.btime_sec, r.btime_nsec);
    this.atime = new Date(Math.round(this.atimeMs));
    this.mtime = new Date(Math.round(this.mtimeMs));
    this.ctime = new Date(Math.round(this.ctimeMs));
    this.birthtime = new Date(Math.round(this.birthtimeMs));
  }

  protected override kindBits(): number {
    return this.mode & S_IFMT;
  }
}

/** Stats with bigints, and with the times in nanoseconds in addition. */
export class BigIntStats extends TypePredicates {
  readonly dev: bigint;
  readonly mode: bigint;
  readonly nlink: bigint;
  readonly uid: bigint;
  readonly gid: bigint;
  readonly rdev: bigint;
  readonly blksize: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly blocks: bigint;
  readonly atimeMs: bigint;
  readonly mtimeMs: bigint;
  readonly ctimeMs: bigint;
  readonly birthtimeMs: bigint;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly birthtimeNs: bigint;
  readonly atime: Date;
  readonly mtime: Date;
  readonly ctime: Date;
  readonly birthtime: Date;

  constructor(r: FileAttributes, dev: number) {
    super();
    this.dev = BigInt(dev);
    this.mode = BigInt(r.mode);
    this.nlink = BigInt(r.nlink);
    this.uid = BigInt(r.uid);
    this.gid = BigInt(r.gid);
    this.rdev = BigInt(r.rdev);
    this.blksize = BigInt(r.blksize);
    this.ino = (BigInt(r.qid_path_hi) << 32n) | BigInt(r.qid_path_lo);
    this.size = BigInt(r.size);
    this.blocks = BigInt(r.blocks);
    this.atimeNs = nanoseconds(r.atime_sec, r.atime_nsec);
    this.mtimeNs = nanoseconds(r.mtime_sec, r.mtime_nsec);
    this.ctimeNs = nanoseconds(r.ctime_sec, r.ctime_nsec);
    this.birthtimeNs = nanoseconds(r.btime_sec, r.btime_nsec);
    this.atimeMs = this.atimeNs / MILLI;
    this.mtimeMs = this.mtimeNs / MILLI;
    this.ctimeMs = this.ctimeNs / MILLI;
    this.birthtimeMs = this.birthtimeNs / MILLI;
    this.atime = new Date(Number(this.atimeMs));
    this.mtime = new Date(Number(this.mtimeMs));
    this.ctime = new Date(Number(this.ctimeMs));
    this.birthtime = new Date(Number(this.birthtimeMs));
  }

  protected override kindBits(): number {
    return Number(this.mode) & S_IFMT;
  }
}

const MILLI = 1_000_000n;

function milliseconds(sec: number, nsec: number): number {
  return sec * 1000 + nsec / 1e6;
}

function nanoseconds(sec: number, nsec: number): bigint {
  return BigInt(sec) * 1_000_000_000n + BigInt(nsec);
}
