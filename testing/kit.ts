// A client over a backend under test, with calls that answer in words.
import * as assert from './assert.ts';
import { GETATTR_ALL } from '../vfs/9p/constants.ts';
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../vfs/linux/constants.ts';
import type { Client } from '../vfs/client/client.ts';
import { Found } from '../vfs/client/at/resolve/found.ts';
import { parsePath } from '../vfs/client/at/resolve/path.ts';
import { errnoName } from '../vfs/linux/errno.ts';
import { Attachment, serverFor, type Attachable } from '../vfs/connect/server-for.ts';
import { Iov } from '../vfs/lib/iov.ts';
import { decodeText } from '../vfs/lib/utf8.ts';
import type { Server } from '../vfs/server/server.ts';
import type { Backend } from '../vfs/backend/backend.ts';

/** Access to the store past the server. */
export interface Outside {
  /** `node:fs`, or an object with the same calls. */
  fs: {
    readFileSync(path: string, encoding: 'utf8'): unknown;
    writeFileSync(path: string, data: string): void;
    mkdirSync(path: string): unknown;
    renameSync(from: string, to: string): void;
    unlinkSync(path: string): void;
    rmdirSync(path: string): void;
    symlinkSync(target: string, path: string): void;
  };
  /** The prefix of every path, without a trailing slash. */
  root: string;
}

/** A backend under test, with an empty root. */
export interface Subject {
  backend: Backend;
  outside?: Outside;
  /** Another way to the server than a session in this process: a transport under test. */
  via?(server: Server): Attachable;
  /** Returns a description of the resources held without any session; '' if there are none. */
  leaks?(): string;
  /** Called after each test. Default: closes the backend. */
  dispose?(): void;
}

/** The result of stat(2), from an Rgetattr. */
export interface Stat {
  ino: number;
  version: number;
  kind: number;
  perm: number;
  nlink: number;
  size: number;
  blocks: number;
  atime: string;
  mtime: string;
  ctime: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const DATA_AT = 24;
const found = new Found();

/** Waits until the clock of every file system has ticked (25 ms). */
export function tick(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);
}

/** The file system of one test, reached through a client. Calls return the name of an errno, or `ok`. */
export class Kit {
  readonly subject: Subject;
  readonly server: Server;
  readonly mount: Attachment;
  readonly client: Client;
  readonly root: number;

  constructor(subject: Subject) {
    this.subject = subject;
    this.server = serverFor(subject.backend);
    this.mount = new Attachment(subject.via?.(this.server) ?? this.server);
    this.client = this.mount.client;
    this.root = this.client.root;
  }

  /** Ends the session and checks for leaks. */
  end(): void {
    assert.is(this.client.fidsInUse, 1, 'the test left fids open');
    this.mount.close();
    const rest = { sessions: 0, fids: 0, inodes: 0, orphans: 0, reclaiming: 0, bytes: 0 };
    assert.equal(this.server.inspect(), rest, 'the server is not at rest');
    assert.is(this.subject.leaks?.() ?? '', '', 'the backend holds something');
  }

  get outside(): Outside {
    return this.subject.outside!;
  }

  /** Returns a path for `outside.fs`. */
  out(path: string): string {
    return `${this.outside.root}/${path}`;
  }

  // --- fids

  /** Opens a file. Returns its fid. */
  open(path: string, flags = O_RDONLY): number {
    const fid = this.openFid(path, flags);
    assert.ok(fid > 0, `open ${path}: ${errnoName(-fid)}`);
    return fid;
  }

  /** Opens a file. Returns its fid, or −errno. */
  openFid(path: string, flags: number): number {
    const errno = this.mount.at.openat(this.root, path, flags, found);
    return errno === 0 ? found.fid : -errno;
  }

  /** Returns the errno name of an open that must fail. */
  openError(path: string, flags = O_RDONLY): string {
    const fid = this.openFid(path, flags);
    if (fid < 0) return errnoName(-fid);
    this.client.clunk(fid);
    return 'ok';
  }

  /** Returns a fid that is walked but not opened; a final symlink is not followed. */
  walk(path: string): number {
    const { names } = parsePath(path);
    const fid = this.client.walk(this.root, names, 0, names.length);
    assert.ok(fid > 0, `walk ${path}: ${errnoName(-fid)}`);
    return fid;
  }

  walkError(path: string): string {
    const { names } = parsePath(path);
    const fid = this.client.walk(this.root, names, 0, names.length);
    if (fid < 0) return errnoName(-fid);
    this.client.clunk(fid);
    return 'ok';
  }

  lopen(fid: number, flags = O_RDONLY): string {
    return errnoName(this.client.lopen(fid, flags));
  }

  clone(fid: number): number {
    const copy = this.client.clone(fid);
    assert.ok(copy > 0, errnoName(-copy));
    return copy;
  }

  clunk(...fids: number[]): void {
    for (const fid of fids) assert.is(errnoName(this.client.clunk(fid)), 'ok', 'clunk');
  }

  // --- data

  /** Writes text. Returns the bytes written, or the error. */
  write(fid: number, offset: number, text: string): number | string {
    const bytes = encoder.encode(text);
    const iov = new Iov();
    iov.single(bytes, 0, bytes.length);
    const count = this.client.write(fid, offset, iov);
    return count < 0 ? errnoName(-count) : count;
  }

  /** Reads text, with `.` for a zero byte; or returns the error. */
  read(fid: number, offset = 0, length = 256): string {
    const bytes = new Uint8Array(length);
    const iov = new Iov();
    iov.single(bytes, 0, length);
    const count = this.client.read(fid, offset, iov);
    return count < 0 ? errnoName(-count) : decoder.decode(bytes.subarray(0, count)).replaceAll('\0', '.');
  }

  /** Creates a file with this content. */
  put(path: string, text: string): void {
    const fid = this.open(path, O_WRONLY | O_CREAT | O_TRUNC);
    assert.is(this.write(fid, 0, text), encoder.encode(text).length);
    this.clunk(fid);
  }

  /** Returns the content of a file, or the error. */
  get(path: string): string {
    const fid = this.openFid(path, O_RDONLY);
    if (fid < 0) return errnoName(-fid);
    const text = this.read(fid);
    this.clunk(fid);
    return text;
  }

  setSize(fid: number, size: number): string {
    return errnoName(this.client.setSize(fid, 0x8, size));
  }

  // --- names

  mkdir(path: string): string {
    return errnoName(this.mount.at.mkdirat(this.root, path));
  }

  rmdir(path: string): string {
    return errnoName(this.mount.at.rmdirat(this.root, path));
  }

  unlink(path: string): string {
    return errnoName(this.mount.at.unlinkat(this.root, path));
  }

  rename(from: string, to: string): string {
    return errnoName(this.mount.at.renameat(this.root, from, this.mount.at, this.root, to));
  }

  link(from: string, to: string): string {
    return errnoName(this.mount.at.linkat(this.root, from, false, this.mount.at, this.root, to));
  }

  symlink(target: string, path: string): string {
    return errnoName(this.mount.at.symlinkat(target, this.root, path));
  }

  readlink(path: string): string {
    const target = this.mount.at.readlinkat(this.root, path);
    return typeof target === 'string' ? target : errnoName(target);
  }

  // --- attributes

  stat(path: string): Stat {
    const fid = this.walk(path);
    const stat = this.fstat(fid);
    this.clunk(fid);
    return stat;
  }

  fstat(fid: number): Stat {
    const errno = this.client.getattr(fid, GETATTR_ALL);
    assert.is(errnoName(errno), 'ok', 'getattr');
    const { r } = this.client;
    const time = (sec: number, nsec: number) => `${sec}.${String(nsec).padStart(9, '0')}`;
    return {
      ino: r.qid_path_hi * 2 ** 32 + r.qid_path_lo,
      version: r.qid_version,
      kind: r.mode & 0o170000,
      perm: r.mode & 0o7777,
      nlink: r.nlink,
      size: r.size,
      blocks: r.blocks,
      atime: time(r.atime_sec, r.atime_nsec),
      mtime: time(r.mtime_sec, r.mtime_nsec),
      ctime: time(r.ctime_sec, r.ctime_nsec),
    };
  }

  fstatError(fid: number): string {
    return errnoName(this.client.getattr(fid, GETATTR_ALL));
  }

  /** True if a path exists. */
  exists(path: string): boolean {
    return this.walkError(path) === 'ok';
  }

  // --- listings

  /** Returns the sorted names of a directory, without `.` and `..`. */
  list(path: string): string[] {
    const fid = path === '' ? this.clone(this.root) : this.walk(path);
    assert.is(this.lopen(fid), 'ok', 'opening a directory');
    const names = this.listFid(fid).map((entry) => entry.name);
    this.clunk(fid);
    return names.filter((name) => name !== '.' && name !== '..').sort();
  }

  /** Returns all entries of an opened directory after a cookie, read in messages of `room` bytes. */
  listFid(fid: number, cookie = 0, room = 4096): Entry[] {
    const entries: Entry[] = [];
    for (let at = cookie; ;) {
      const some = this.readdir(fid, at, room);
      if (some.length === 0) return entries;
      entries.push(...some);
      at = some.at(-1)!.cookie;
    }
  }

  /** Returns the entries of one Treaddir. */
  readdir(fid: number, cookie: number, room: number): Entry[] {
    const bytes = new Uint8Array(room);
    const iov = new Iov();
    iov.single(bytes, 0, room);
    const count = this.client.readdir(fid, cookie, cookie / 2 ** 32, iov);
    assert.ok(count >= 0, `readdir: ${errnoName(-count)}`);
    const view = new DataView(bytes.buffer);
    const entries: Entry[] = [];
    for (let at = 0; at < count;) {
      const length = view.getUint16(at + 22, true);
      entries.push({
        ino: Number(view.getBigUint64(at + 5, true)),
        cookie: Number(view.getBigUint64(at + 13, true)),
        type: bytes[at + 21]!,
        name: decodeText(bytes.subarray(at + DATA_AT, at + DATA_AT + length)),
      });
      at += DATA_AT + length;
    }
    return entries;
  }
}

/** An entry of an Rreaddir. */
export interface Entry {
  name: string;
  ino: number;
  cookie: number;
  /** DT_*. */
  type: number;
}

/** A test: a function of a fresh, empty file system. */
export type Test = (kit: Kit) => void;
/** Registers the tests of a part of the suite. */
export interface Part {
  test(title: string, run: Test): void;
  /** Registers a test that needs a capability; `why` is printed if it is skipped. */
  when(able: (subject: Subject) => boolean, why: string, title: string, run: Test): void;
}
