// A store of ours through the 9P client, as one side of the comparison.
import { Buffer } from 'node:buffer';
import {
  GETATTR_BASIC,
  QTDIR,
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  SETATTR_SIZE,
} from '../../vfs/9p/constants.ts';
import {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_WRONLY,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
} from '../../vfs/linux/constants.ts';
import type { Backend } from '../../vfs/backend/backend.ts';
import type { Inode } from '../../vfs/backend/inode.ts';
import { AtCalls } from '../../vfs/client/at/at-calls.ts';
import { FileStatus } from '../../vfs/client/attributes.ts';
import { Found } from '../../vfs/client/at/resolve/found.ts';
import { Client } from '../../vfs/client/client.ts';
import { Iov } from '../../vfs/lib/iov.ts';
import { Server } from '../../vfs/server/server.ts';
import type { Entry, SetTime, Stat, System } from './model.ts';

/** Room for a listing: small, so that most take several messages. */
const LIST_ROOM = 600;
/** qid[13] offset[8] type[1] and the name's length[2] */
const DIRENT = 24;

/** An empty backend, with its disposal. */
export interface Store {
  backend: Backend;
  /** Its times come from the kernel's clock, which ticks (sequence.ts). */
  ticks: boolean;
  /** True if its reads move atimes (System.movesAtimes). */
  movesAtimes: boolean;
  /** Returns an overlay over this backend, which must not change any more. */
  over?: () => Backend;
  /** At the end, an error of the store itself; '' for none. */
  wrong?: () => string;
  dispose(): void;
}
export type MakeStore = () => Store;

/** Our client over 9P. It keeps the state that a fid does not: the offset of a file, its flags. */
export class Ours implements System {
  base: number;
  readonly movesAtimes: boolean;
  /** Times come from a clock that ticks. */
  readonly ticks: boolean;
  private readonly store: Store;
  private backend: Backend;
  private server!: Server;
  private client!: Client;
  private at!: AtCalls;
  private readonly files = new Map<number, { offset: number; flags: number }>();
  private readonly directories = new Set<number>();
  private readonly iov = new Iov();
  private readonly found = new Found();
  private readonly status = new FileStatus();
  private rest = '';
  private wrong = '';

  constructor(makeStore: MakeStore) {
    this.store = makeStore();
    this.movesAtimes = this.store.movesAtimes;
    this.ticks = this.store.ticks;
    this.backend = this.store.backend;
    this.attach();
    const { root } = this.client;
    this.at.mkdirat(root, 'outside');
    const secret = this.open(root, 'outside/f', O_WRONLY | O_CREAT);
    this.write(secret, Buffer.from('secret'));
    this.close(secret);
    this.at.mkdirat(root, 'sandbox');
    this.base = this.enter();
  }

  private attach(): void {
    this.server = new Server(this.backend);
    this.client = new Client(this.server.connect());
    this.at = new AtCalls(this.client);
    this.client.attach();
  }

  private enter(): number {
    const base = this.client.walk(this.client.root, ['sandbox'], 0, 1);
    this.directories.add(base);
    return base;
  }

  /** True if `goOver` puts an overlay over the backend. */
  get layered(): boolean {
    return this.store.over !== undefined;
  }

  /** Goes on with a backend over the one so far; nothing but the base directory is open. */
  goOver(): void {
    this.client.clunk(this.base);
    this.directories.clear();
    this.server.close();
    this.backend = this.store.over!();
    this.attach();
    this.base = this.enter();
  }

  dispose(): void {
    for (const fd of [...this.files.keys(), ...this.directories]) this.client.clunk(fd);
    this.server.sync();
    this.rest = JSON.stringify(this.server.inspect());
    this.server.close();
    this.wrong = this.store.wrong?.() ?? '';
    this.store.dispose();
  }

  /** @throws Error when fids or inodes were still held once all was closed. */
  checkRest(): void {
    const rest = { sessions: 1, fids: 1, inodes: 1, orphans: 0, reclaiming: 0, bytes: 0 };
    if (this.wrong !== '') throw new Error(this.wrong);
    if (this.rest !== JSON.stringify(rest)) throw new Error(`The server still held ${this.rest}.`);
  }

  /** Fids that the client has, less those that stand for something here: more than 0 is a leak. */
  get leaked(): number {
    return this.client.fidsInUse - 1 - this.files.size - this.directories.size;
  }

  /**
   * All paths below the base, found without moving an atime.
   * @param names All names that entries may have.
   */
  tree(names: Iterable<string>): string[] {
    const paths: string[] = [];
    const { backend } = this;
    // A listing of the host moves the directory's atime, so there each name is tried.
    if (this.ticks) this.probe('', [...names], paths);
    else list(backend, backend.lookup(backend.root(), 'sandbox') as Inode, '', paths);
    return paths;
  }

  private probe(dir: string, names: readonly string[], paths: string[]): void {
    for (const name of names) {
      const path = dir + name;
      const stat = this.stat(this.base, path, false);
      if (typeof stat === 'number') continue;
      paths.push(path);
      if ((stat.mode & S_IFMT) === S_IFDIR) this.probe(`${path}/`, names, paths);
    }
  }

  outside(): string {
    const { root } = this.client;
    const dir = this.open(root, 'outside', O_RDONLY | O_DIRECTORY);
    const file = this.open(root, 'outside/f', O_RDONLY);
    const names = [root, dir].flatMap((fd) => (this.list(fd) as Entry[]).map(({ name }) => name).slice(2));
    const { nlink, size } = this.fstat(file) as Stat;
    const text = Buffer.from(this.pread(file, 100, 0) as Uint8Array).toString('latin1');
    this.close(file);
    this.close(dir);
    return `${names.join(' ')}: ${nlink} ${size} ${text}`;
  }

  open(dir: number, path: string, flags: number): number {
    const errno = this.at.openat(dir, path, flags, this.found);
    if (errno !== 0) return -errno;
    const { fid, type } = this.found;
    if (type === QTDIR) this.directories.add(fid);
    else this.files.set(fid, { offset: 0, flags });
    return fid;
  }

  close(fd: number): void {
    this.files.delete(fd);
    this.directories.delete(fd);
    this.client.clunk(fd);
  }

  isDirectory(fd: number): boolean {
    return this.directories.has(fd);
  }

  read(fd: number, count: number): Uint8Array | number {
    const file = this.files.get(fd)!;
    const data = this.pread(fd, count, file.offset);
    if (typeof data !== 'number') file.offset += data.length;
    return data;
  }

  pread(fd: number, count: number, offset: number): Uint8Array | number {
    // Two ranges, as readv(2) would have them.
    const data = new Uint8Array(count);
    this.split(data);
    const done = this.client.read(fd, offset, this.iov);
    return done < 0 ? done : data.subarray(0, done);
  }

  private split(data: Uint8Array): void {
    const half = data.length >>> 1;
    this.iov.reset(data);
    this.iov.add(0, half);
    this.iov.add(half, data.length);
  }

  write(fd: number, data: Uint8Array): number {
    const file = this.files.get(fd)!;
    const done = this.pwrite(fd, data, file.offset);
    if (done > 0) file.offset = (file.flags & O_APPEND) !== 0 ? (this.fstat(fd) as Stat).size : file.offset + done;
    return done;
  }

  pwrite(fd: number, data: Uint8Array, offset: number): number {
    this.split(data);
    return this.client.write(fd, offset, this.iov);
  }

  truncate(fd: number, size: number): number {
    return -this.client.setSize(fd, SETATTR_SIZE, size);
  }

  fstat(fd: number): Stat | number {
    return this.statOf(this.client.getattr(fd, GETATTR_BASIC, this.status.attributes));
  }

  futimes(fd: number, atime: SetTime, mtime: SetTime): number {
    const [aSec, aNsec] = split(atime);
    const [mSec, mNsec] = split(mtime);
    return -this.client.setTimes(fd, valid(atime, mtime), aSec, aNsec, mSec, mNsec);
  }

  list(dir: number): Entry[] | number {
    const { client } = this;
    const fid = client.clone(dir);
    if (fid < 0) return fid;
    const errno = client.lopen(fid, O_RDONLY | O_DIRECTORY);
    const entries = errno === 0 ? this.readAll(fid) : -errno;
    client.clunk(fid);
    return entries;
  }

  private readAll(fid: number): Entry[] | number {
    const entries: Entry[] = [];
    const room = new Uint8Array(LIST_ROOM);
    const view = new DataView(room.buffer);
    for (let lo = 0, hi = 0; ;) {
      this.iov.single(room, 0, LIST_ROOM);
      const count = this.client.readdir(fid, lo, hi, this.iov);
      if (count < 0) return count;
      if (count === 0) break;
      for (let at = 0; at < count;) {
        const end = at + DIRENT + view.getUint16(at + 22, true);
        const name = Buffer.from(room.subarray(at + DIRENT, end)).toString();
        const ino = view.getUint32(at + 1 + 4, true) + view.getUint32(at + 1 + 8, true) * 2 ** 32;
        entries.push({ name, kind: kindOf(room[at + 21]! << 12), ino });
        lo = view.getUint32(at + 13, true);
        hi = view.getUint32(at + 17, true);
        at = end;
      }
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  mkdir(dir: number, path: string): number {
    return -this.at.mkdirat(dir, path);
  }

  rmdir(dir: number, path: string): number {
    return -this.at.rmdirat(dir, path);
  }

  unlink(dir: number, path: string): number {
    return -this.at.unlinkat(dir, path);
  }

  symlink(target: string, dir: number, path: string): number {
    return -this.at.symlinkat(target, dir, path);
  }

  link(dir: number, path: string, newDir: number, newPath: string): number {
    return -this.at.linkat(dir, path, false, this.at, newDir, newPath);
  }

  rename(dir: number, path: string, newDir: number, newPath: string): number {
    return -this.at.renameat(dir, path, this.at, newDir, newPath);
  }

  stat(dir: number, path: string, follow: boolean): Stat | number {
    return this.statOf(this.at.statat(dir, path, follow, GETATTR_BASIC, this.status));
  }

  readlink(dir: number, path: string): string | number {
    const target = this.at.readlinkat(dir, path);
    return typeof target === 'string' ? target : -target;
  }

  utimes(dir: number, path: string, follow: boolean, atime: SetTime, mtime: SetTime): number {
    const [aSec, aNsec] = split(atime);
    const [mSec, mNsec] = split(mtime);
    return -this.at.utimensat(dir, path, follow, valid(atime, mtime), aSec, aNsec, mSec, mNsec);
  }

  private statOf(errno: number): Stat | number {
    if (errno !== 0) return -errno;
    const { attributes: r } = this.status;
    return {
      ino: r.qid_path_lo + r.qid_path_hi * 2 ** 32,
      mode: r.mode,
      nlink: r.nlink,
      size: r.size,
      atime: nanoseconds(r.atime_sec, r.atime_nsec),
      mtime: nanoseconds(r.mtime_sec, r.mtime_nsec),
      ctime: nanoseconds(r.ctime_sec, r.ctime_nsec),
    };
  }
}

/** Puts all paths below a directory of a backend into `paths`. */
function list(backend: Backend, dir: Inode, path: string, paths: string[]): void {
  const cursor = backend.list(dir);
  if (typeof cursor === 'number') return;
  while (cursor.next()) {
    const below = path + cursor.name;
    paths.push(below);
    if (cursor.kind !== S_IFDIR) continue;
    const child = backend.lookup(dir, cursor.name) as Inode;
    list(backend, child, `${below}/`, paths);
    if (child.refs === 0) backend.release(child);
  }
}

function split(time: SetTime): [sec: number, nsec: number] {
  return typeof time === 'string' ? [0, 0] : [Math.floor(time), (time - Math.floor(time)) * 1e9];
}

function valid(atime: SetTime, mtime: SetTime): number {
  return validOf(atime, SETATTR_ATIME, SETATTR_ATIME_SET) | validOf(mtime, SETATTR_MTIME, SETATTR_MTIME_SET);
}

function validOf(time: SetTime, bit: number, setBit: number): number {
  return time === 'omit' ? 0 : time === 'now' ? bit : bit | setBit;
}

function nanoseconds(sec: number, nsec: number): bigint {
  return BigInt(sec) * 1_000_000_000n + BigInt(nsec);
}

function kindOf(mode: number): string {
  return mode === S_IFDIR ? 'd' : mode === S_IFLNK ? 'l' : '-';
}
