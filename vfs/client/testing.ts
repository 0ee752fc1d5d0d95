// Test support: a client whose messages are counted and can be made to fail.
import { Volume } from 'memfs';
import * as assert from 'uvu/assert';
import { GETATTR_BASIC, SETATTR_ATIME } from '../9p/constants.ts';
import { memfs } from '../backends/memfs/index.ts';
import { errnoName } from '../linux/errno.ts';
import { Server, type ServerOptions } from '../server/server.ts';
import { AtCalls } from './at/at-calls.ts';
import { Found } from './at/resolve/found.ts';
import { FileStatus } from './attributes.ts';
import { Client } from './client.ts';
import { FaultyTransport } from '../../testing/faulty-transport.ts';

const trees: MemfsTree[] = [];

/** Ends the sessions of all MemfsTrees: to be called after each test. */
export function closeTrees(): void {
  for (const world of trees.splice(0)) world.server.close();
}

/** A memfs volume, its server and a client of it. */
export class MemfsTree {
  readonly volume = new Volume();
  readonly server: Server;
  readonly client: Client;
  readonly at: AtCalls;
  readonly root: number;
  private readonly transport: FaultyTransport;

  constructor(options: ServerOptions = {}) {
    this.server = new Server(memfs(this.volume), options);
    this.transport = new FaultyTransport(this.server.connect());
    this.client = new Client(this.transport);
    assert.is(this.client.attach(), 0);
    this.at = new AtCalls(this.client);
    this.root = this.client.root;
    trees.push(this);
  }

  /** Makes directories (`a/`), symlinks (`a -> target`) and empty files, in order. */
  make(...lines: string[]): this {
    for (const line of lines) {
      const [path, target] = line.split(' -> ') as [string, string?];
      if (target !== undefined) this.volume.symlinkSync(target, `/${path}`);
      else if (path.endsWith('/')) this.volume.mkdirSync(`/${path}`);
      else this.volume.writeFileSync(`/${path}`, '');
    }
    return this;
  }

  /** The messages that a call sends, by name. */
  messages(call: () => void): string[] {
    this.transport.sent = [];
    call();
    return this.transport.sent;
  }

  /** Does something between two messages of a call, `count` of them before it: what another client does meanwhile. */
  meanwhile(count: number, change: () => void, call: () => void): void {
    this.transport.sent = [];
    this.transport.before = (sent) => {
      if (sent === count) change();
    };
    call();
    this.transport.before = null;
  }

  /** Calls a function before each message from now on; null: none. */
  between(call: (() => void) | null): void {
    this.transport.before = call;
  }

  /** Lets the message after the next `count` ones fail. */
  failAfter(count: number): void {
    this.transport.failIn = count;
  }

  /** The number that stat(2) gives the file, to compare with `inoOf`. */
  ino(path: string): number {
    const fid = this.client.walk(this.root, path.split('/'), 0, path.split('/').length);
    assert.ok(fid > 0, `walk to ${path}: ${fid < 0 ? errnoName(-fid) : ''}`);
    const ino = this.inoOf(fid);
    this.client.clunk(fid);
    return ino;
  }

  /** Opens a file below a directory: its fid, or −errno. */
  openFid(dir: number, path: string, flags: number): number {
    const errno = this.at.openat(dir, path, flags, found);
    return errno === 0 ? found.fid : -errno;
  }

  /** The inode number of what a fid stands for. */
  inoOf(fid: number): number {
    assert.is(this.client.getattr(fid, 0), 0);
    return this.client.r.qid_path_lo;
  }

  /** Nothing but the root is held, here and on the server. */
  atRest(): void {
    assert.is(this.client.fidsInUse, 1, 'fids of the client');
    this.server.sync();
    assert.equal(this.server.inspect(), { sessions: 1, fids: 1, inodes: 1, orphans: 0, reclaiming: 0, bytes: 0 });
  }
}

/** The errno that a call gives, by name: of 0, a positive errno, or a fid or minus an errno. */
export function named(result: number): string {
  return errnoName(Math.abs(result));
}

/** A small tree with every kind of symlink. */
export function small(options: ServerOptions = {}): MemfsTree {
  return new MemfsTree(options).make(
    'dir/',
    'dir/sub/',
    'dir/file',
    'file',
    'empty/',
    'link -> dir',
    'flink -> file',
    'dangling -> nowhere',
    'far -> dir/dangling',
    'dir/dangling -> ../made',
    'lost -> nowhere/made',
    'slashed -> made/',
    'fslashed -> file/',
    'dotted -> made/.',
    'loop -> loop',
    'out -> ../x',
    'abs -> /file',
  );
}

// Calls from the root: each gives 0 or an errno.

const found = new Found();

export const open = (path: string, flags: number) => (world: MemfsTree) => {
  const errno = world.at.openat(world.root, path, flags, found);
  if (errno === 0) found.release();
  return errno;
};
export const mkdir = (path: string) => (w: MemfsTree) => w.at.mkdirat(w.root, path);
export const rmdir = (path: string) => (w: MemfsTree) => w.at.rmdirat(w.root, path);
export const unlink = (path: string) => (w: MemfsTree) => w.at.unlinkat(w.root, path);
export const symlink = (target: string, path: string) => (w: MemfsTree) => w.at.symlinkat(target, w.root, path);
export const rename = (from: string, to: string) => (w: MemfsTree) => w.at.renameat(w.root, from, w.at, w.root, to);
export const link =
  (from: string, to: string, follow = false) =>
  (w: MemfsTree) =>
    w.at.linkat(w.root, from, follow, w.at, w.root, to);
export const readlink = (path: string) => (w: MemfsTree) => {
  const target = w.at.readlinkat(w.root, path);
  return typeof target === 'number' ? target : 0;
};
export const stat = (path: string, follow: boolean) => (w: MemfsTree) =>
  w.at.statat(w.root, path, follow, GETATTR_BASIC, new FileStatus());
export const utimens = (path: string, follow: boolean) => (w: MemfsTree) =>
  w.at.utimensat(w.root, path, follow, SETATTR_ATIME, 0, 0, 0, 0);
