// One of the two compared file systems: its open descriptors and the attributes seen so far.
import type { Call, Entry, Stat, System } from './model.ts';

/** A time this near to the clock is the present, not a set time. Nanoseconds. */
const HOUR = 3600n * 1_000_000_000n;

/** A change of a time, and its value before. */
export interface Move {
  moved: boolean;
  before: bigint;
}

/** One of the two file systems, with its open descriptors and the attributes seen so far. */
export class Side {
  readonly system: System;
  /** Descriptors, in the order of opening: the same on both sides. */
  readonly open: number[] = [];
  /** Numbers that stand for inodes, in the order of meeting them. */
  private readonly ids = new Map<number, number>();
  /** The last seen mtime and ctime of each inode. */
  private readonly seen = new Map<number, [mtime: bigint, ctime: bigint]>();
  private readonly now = BigInt(Date.now()) * 1_000_000n;

  constructor(system: System) {
    this.system = system;
  }

  /** The open files. */
  files(): number[] {
    return this.open.filter((fd) => !this.system.isDirectory(fd));
  }

  /** The n-th open file, counted round. */
  file(n: number): number {
    const files = this.files();
    return files[n % files.length]!;
  }

  /** The n-th open directory, counted round; the base is number 0. */
  dir(n: number): number {
    const dirs = [this.system.base, ...this.open.filter((fd) => this.system.isDirectory(fd))];
    return dirs[n % dirs.length]!;
  }

  /** The n-th descriptor, counted round. */
  any(n: number): number {
    return this.open[n % this.open.length]!;
  }

  close(n: number): number {
    this.system.close(this.open.splice(n % this.open.length, 1)[0]!);
    return 0;
  }

  private opened(fd: number): string | number {
    if (fd < 0) return fd;
    this.open.push(fd);
    return `fd${this.open.length - 1}${this.system.isDirectory(fd) ? ', a directory' : ''}`;
  }

  /**
   * Makes a call: what it gives, or minus an errno.
   * @param data The bytes to write, of which the call takes its size.
   */
  make(call: Exclude<Call, { op: 'wait' }>, data: Uint8Array): unknown {
    const { system } = this;
    switch (call.op) {
      case 'open':
        return this.opened(system.open(this.dir(call.dir), call.path, call.flags));
      case 'close':
        return this.close(call.any);
      case 'read':
        return system.read(this.file(call.fd), call.count);
      case 'pread':
        return system.pread(this.file(call.fd), call.count, call.offset);
      case 'write':
        return system.write(this.file(call.fd), data.subarray(0, call.size));
      case 'pwrite':
        return system.pwrite(this.file(call.fd), data.subarray(0, call.size), call.offset);
      case 'truncate':
        return system.truncate(this.file(call.fd), call.size);
      case 'futimes':
        return system.futimes(this.any(call.any), call.atime, call.mtime);
      case 'list':
        return this.plainEntries(system.list(this.dir(call.dir)));
      case 'mkdir':
        return system.mkdir(this.dir(call.dir), call.path);
      case 'rmdir':
        return system.rmdir(this.dir(call.dir), call.path);
      case 'unlink':
        return system.unlink(this.dir(call.dir), call.path);
      case 'symlink':
        return system.symlink(call.target, this.dir(call.dir), call.path);
      case 'link':
        return system.link(this.dir(call.dir), call.path, this.dir(call.newDir), call.newPath);
      case 'rename':
        return system.rename(this.dir(call.dir), call.path, this.dir(call.newDir), call.newPath);
      case 'stat':
        return this.plainStat(system.stat(this.dir(call.dir), call.path, call.follow));
      case 'readlink':
        return system.readlink(this.dir(call.dir), call.path);
      case 'utimes':
        return system.utimes(this.dir(call.dir), call.path, call.follow, call.atime, call.mtime);
    }
  }

  /** The number of an inode among those that were met. */
  id(ino: number): number {
    let id = this.ids.get(ino);
    if (id === undefined) {
      id = this.ids.size;
      this.ids.set(ino, id);
    }
    return id;
  }

  private plainEntries(entries: Entry[] | number): unknown {
    return typeof entries === 'number'
      ? entries
      : entries.map(({ name, kind, ino }) => `${kind} ${name} inode ${this.id(ino)}`);
  }

  /** A stat without what differs from one system to the next: inode numbers and the clock. */
  plainStat(stat: Stat | number): Record<string, unknown> | number {
    if (typeof stat === 'number') return stat;
    const { mode, nlink, size, atime, mtime, ctime } = stat;
    return {
      inode: this.id(stat.ino),
      mode: mode.toString(8),
      nlink,
      size,
      ...(this.system.movesAtimes && { atime: this.isNow(atime) ? 'now' : String(atime) }),
      mtime: this.isNow(mtime) ? 'now' : String(mtime),
      ctime: this.isNow(ctime) ? 'now' : String(ctime),
    };
  }

  /** True if a time is the clock's and was not set. */
  isNow(time: bigint): boolean {
    const ahead = time - this.now;
    return ahead < HOUR && ahead > -HOUR;
  }

  /** The changes of mtime and ctime since the inode was last seen. */
  moves({ ino, mtime, ctime }: Stat): { mtime: Move; ctime: Move } {
    const [mBefore, cBefore] = this.seen.get(ino) ?? [mtime, ctime];
    this.seen.set(ino, [mtime, ctime]);
    return {
      mtime: { moved: mtime !== mBefore, before: mBefore },
      ctime: { moved: ctime !== cBefore, before: cBefore },
    };
  }
}
