// Test support: a client that sends raw frames, and a store that is checked for leaks.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GETATTR_ALL, NOFID, NOTAG, VERSION } from '../9p/constants.ts';
import { AT_REMOVEDIR, O_CREAT, O_RDONLY, O_RDWR } from '../linux/constants.ts';
import { decodeFrame, encodeFrame, type Frame } from '../9p/schema/interpret.ts';
import type { Name } from '../9p/schema/messages.ts';
import type { Fields } from '../9p/schema/types.ts';
import type { Backend } from '../backend/backend.ts';
import { LIVE, QUEUED, RECLAIMED, Inode } from '../backend/inode.ts';
import type { Core, CoreLink, CoreNode } from '../backends/memfs/core.ts';
import { MemfsBackend } from '../backends/memfs/index.ts';
import { errnoName } from '../linux/errno.ts';
import { Server, type Inspection, type ServerOptions } from './server.ts';
import { Connection } from './connection.ts';
import type { Session } from './session.ts';

/** The fid of the root of every Client. */
export const ROOT = 0;

/** `inspect()` of a server on which nothing is alive. */
export const AT_REST: Inspection = { sessions: 0, fids: 0, inodes: 0, orphans: 0, reclaiming: 0, bytes: 0 };

type Request = Extract<Name, `T${string}`>;
type Answer<N extends Request> = N extends `T${infer M}` ? Extract<Name, `R${M}`> : never;
type Entry = { name: string; cookie: bigint; type: number; dtype: number; path: bigint };

/** A connection whose requests are answered at once. */
export class Wire {
  readonly connection: Connection;
  /** The replies that no `frame` has returned: the late ones. */
  readonly replies: Uint8Array[] = [];

  /** @param sent Called with each reply. */
  constructor(server: Server, sent: () => void = () => {}) {
    this.connection = new Connection(server, (reply) => {
      sent();
      this.replies.push(reply.slice());
    });
  }

  /** The reply to a frame; null when the connection is over. */
  frame(bytes: Uint8Array): Uint8Array | null {
    return this.connection.receive(bytes) ? this.replies.pop()! : null;
  }

  /** Sends a request that is answered later, or not at all. */
  send<N extends Request>(name: N, fields: Fields<N>, tag: number): void {
    assert.ok(this.connection.receive(encodeFrame(name, { tag, ...fields })), `${name}: the connection was closed`);
  }

  close(): void {
    this.connection.close();
  }
}

/** Sends a request of any session and reads the answer: null when the server closes the connection. */
export function exchange<N extends Request>(wire: Wire, name: N, fields: Fields<N>, tag = 1): Frame | null {
  const bytes = wire.frame(encodeFrame(name, { tag, ...fields }));
  if (bytes === null) return null;
  const reply = decodeFrame(bytes);
  assert.is(reply.tag, tag, `${name}: the answer has its tag`);
  assert.ok(reply.message === 'Rlerror' || reply.message === `R${name.slice(1)}`, `${name}: ${reply.message}`);
  return reply;
}

/** A client that has attached to the root as fid ROOT. Paths are names joined by `/`, walked from the root. */
export class Client {
  readonly wire: Wire;
  private nextFid = ROOT + 1;

  constructor(server: Server, msize = 64 << 10) {
    this.wire = new Wire(server);
    const reply = exchange(this.wire, 'Tversion', { msize, version: VERSION }, NOTAG);
    assert.is(reply?.message, 'Rversion');
    this.call('Tattach', { fid: ROOT, afid: NOFID, uname: '', aname: '', n_uname: 0 });
  }

  get session(): Session {
    return this.wire.connection.session;
  }

  /** A fid number that was never used. */
  fid(): number {
    return this.nextFid++;
  }

  frame(bytes: Uint8Array): Uint8Array | null {
    return this.wire.frame(bytes);
  }

  /** The answer to a request, which must succeed. */
  call<N extends Request>(name: N, fields: Fields<N>): Fields<Answer<N>> {
    const reply = exchange(this.wire, name, fields);
    assert.ok(reply !== null, `${name}: the connection was closed`);
    if (reply.message === 'Rlerror') assert.unreachable(`${name}: ${errnoName(reply.ecode)}`);
    return reply as unknown as Fields<Answer<N>>;
  }

  /** The errno that a request is answered with, 0 when it succeeds. */
  errno<N extends Request>(name: N, fields: Fields<N>): number {
    const reply = exchange(this.wire, name, fields);
    assert.ok(reply !== null, `${name}: the connection was closed`);
    return reply.message === 'Rlerror' ? reply.ecode : 0;
  }

  /** Sends a request that must fail with this errno. */
  expectError<N extends Request>(name: N, fields: Fields<N>, errno: number, why = ''): void {
    assert.is(errnoName(this.errno(name, fields)), errnoName(errno), `${name} ${why}`);
  }

  /** A new fid on what a path leads to. */
  walk(path: string, from = ROOT): number {
    const newfid = this.fid();
    const wname = path.split('/').filter((name) => name !== '');
    const { wqid } = this.call('Twalk', { fid: from, newfid, wname });
    assert.is(wqid.length, wname.length, `all of ${path} is there`);
    return newfid;
  }

  open(path: string, flags = O_RDWR, from = ROOT): number {
    const fid = this.walk(path, from);
    this.call('Tlopen', { fid, flags });
    return fid;
  }

  /** Makes a file, leaves it open. */
  create(path: string, text = '', flags = O_RDWR | O_CREAT): number {
    const [dir, name] = split(path);
    const fid = this.walk(dir);
    this.call('Tlcreate', { fid, name, flags, mode: 0o644, gid: 0 });
    if (text !== '') this.write(fid, text);
    return fid;
  }

  file(path: string, text = ''): void {
    this.clunk(this.create(path, text));
  }

  mkdir(path: string): void {
    this.within(path, (dfid, name) => this.call('Tmkdir', { dfid, name, mode: 0o755, gid: 0 }));
  }

  unlink(path: string, flags = 0): void {
    this.within(path, (dfid, name) => this.call('Tunlinkat', { dfid, name, flags }));
  }

  rmdir(path: string): void {
    this.unlink(path, AT_REMOVEDIR);
  }

  link(path: string, fid: number): void {
    this.within(path, (dfid, name) => this.call('Tlink', { dfid, fid, name }));
  }

  rename(from: string, to: string): void {
    this.within(from, (olddirfid, oldname) =>
      this.within(to, (newdirfid, newname) => this.call('Trenameat', { olddirfid, oldname, newdirfid, newname })),
    );
  }

  /** Calls back with a fid on the directory of a path, and the path's last name. */
  within<T>(path: string, run: (dfid: number, name: string) => T): T {
    const [dir, name] = split(path);
    const dfid = this.walk(dir);
    const result = run(dfid, name);
    this.clunk(dfid);
    return result;
  }

  write(fid: number, text: string | Uint8Array, offset = 0): number {
    const data = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    return this.call('Twrite', { fid, offset, data }).count;
  }

  read(fid: number, offset = 0, count = 4096): string {
    return new TextDecoder().decode(this.call('Tread', { fid, offset, count }).data);
  }

  /** What the file of a path holds. */
  text(path: string): string {
    const fid = this.open(path, O_RDONLY);
    const text = this.read(fid);
    this.clunk(fid);
    return text;
  }

  attr(fid: number): Fields<'Rgetattr'> {
    return this.call('Tgetattr', { fid, request_mask: GETATTR_ALL });
  }

  /** Whether there is such a name. */
  exists(path: string): boolean {
    const wname = path.split('/').filter((name) => name !== '');
    const newfid = this.fid();
    const reply = exchange(this.wire, 'Twalk', { fid: ROOT, newfid, wname });
    if (reply?.message !== 'Rwalk' || reply.wqid.length < wname.length) return false;
    this.clunk(newfid);
    return true;
  }

  clunk(...fids: number[]): void {
    for (const fid of fids) this.call('Tclunk', { fid });
  }

  /** The entries of one Treaddir. */
  entries(fid: number, cookie = 0n, count = 4096): Entry[] {
    return parseEntries(this.call('Treaddir', { fid, cookie, count }).data);
  }

  /** Every name from a cookie on, read with messages of `count` bytes, without `.` and `..`. */
  names(fid: number, count = 4096, cookie = 0n): string[] {
    const names: string[] = [];
    for (;;) {
      const entries = this.entries(fid, cookie, count);
      if (entries.length === 0) return names.filter((name) => name !== '.' && name !== '..');
      names.push(...entries.map(({ name }) => name));
      cookie = entries.at(-1)!.cookie;
    }
  }
}

function split(path: string): [dir: string, name: string] {
  const at = path.lastIndexOf('/');
  return [path.slice(0, Math.max(at, 0)), path.slice(at + 1)];
}

function parseEntries(data: Uint8Array): Entry[] {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const entries: Entry[] = [];
  for (let at = 0; at < data.length;) {
    const length = view.getUint16(at + 22, true);
    assert.ok(at + 24 + length <= data.length, 'entries are whole');
    entries.push({
      name: new TextDecoder().decode(data.subarray(at + 24, at + 24 + length)),
      cookie: view.getBigUint64(at + 13, true),
      type: data[at]!,
      dtype: data[at + 21]!,
      path: view.getBigUint64(at + 5, true),
    });
    at += 24 + length;
  }
  return entries;
}

/** Answers a backend's call in its place: an errno or whatever it returns, undefined to let it through; may throw. */
export type Fault = (...args: unknown[]) => unknown;

/** A server over a memfs volume whose every call is watched. */
export class Store {
  readonly volume: Volume;
  readonly server: Server;
  /** By a backend method's name: what happens instead of it. */
  readonly faults: { [K in keyof Backend]?: Fault } = {};
  /** The inodes that were freed, in order. */
  readonly reclaimed: Inode[] = [];
  /** Calls that a server must never make. */
  private readonly violations: string[] = [];
  private readonly backend: MemfsBackend;
  private readonly met = new Set<Inode>();
  private handles = 0;
  private listings = 0;

  constructor({ volume = new Volume(), capacity = Infinity, ...options }: StoreOptions = {}) {
    this.volume = volume;
    this.backend = new MemfsBackend(this.volume, { capacity });
    this.server = new Server(this.watched(), options);
    this.server.observers.add({
      fault: (thrown) => {
        if ((thrown as Error).message !== 'on intent') this.violations.push(`threw ${thrown}`);
      },
    });
  }

  client(msize?: number): Client {
    return new Client(this.server, msize);
  }

  /** The backend behind a proxy that checks the contract of backend.ts. */
  private watched(): Backend {
    return new Proxy(this.backend as Backend, {
      get: (target, key: keyof Backend) => {
        const value = target[key];
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          this.check(key, args);
          const instead = this.faults[key]?.(...args);
          const result =
            instead === undefined ? (value as (...args: unknown[]) => unknown).apply(target, args) : instead;
          this.count(key, args, result);
          return result;
        };
      },
    });
  }

  private check(key: string, args: unknown[]): void {
    const inodes = args.filter((arg) => arg instanceof Inode);
    for (const inode of inodes) this.met.add(inode);
    if (inodes.some((inode) => inode.state === RECLAIMED)) this.violations.push(`${key} of a reclaimed inode`);
    const [inode] = inodes;
    if (inode === undefined) return;
    const { refs, state } = inode;
    const names = this.backend.nlink(inode as never);
    if (key === 'release' && (refs > 0 || state !== LIVE || names === 0)) {
      this.violations.push(`release with ${refs} fids, state ${state}, ${names} names`);
    }
    if (key === 'reclaim' && (refs > 0 || state !== QUEUED || names > 0)) {
      this.violations.push(`reclaim with ${refs} fids, state ${state}, ${names} names`);
    }
  }

  private count(key: string, args: unknown[], result: unknown): void {
    if (key === 'open' && (result as number) >= 0) this.handles++;
    if (key === 'closeHandle') this.handles--;
    if (key === 'reclaim' && result === 0) this.reclaimed.push(args[0] as Inode);
    if (key !== 'list' || typeof result === 'number') return;
    this.listings++;
    const cursor = result as { close(): void };
    cursor.close = () => this.listings--;
  }

  /** Ends all sessions and checks that nothing at all is left of them. */
  rest(): void {
    this.server.close();
    assert.equal(this.violations, []);
    assert.equal(this.server.inspect(), AT_REST);
    for (const { refs, fids, locks } of this.met) assert.equal([refs, fids, locks], [0, null, null]);
    assert.is(this.handles, 0, 'open handles');
    assert.is(this.listings, 0, 'listings in progress');
    const core = this.volume._core as unknown as Core;
    const kept = Object.values(core.inodes).filter((node) => !reachable(core.root).has(node));
    assert.is(kept.length, 0, 'nodes of the volume without a name');
  }
}

function reachable(link: CoreLink, nodes = new Set<CoreNode>()): Set<CoreNode> {
  nodes.add(link.getNode());
  for (const [name, child] of link.children) {
    if (child !== undefined && name !== '.' && name !== '..') reachable(child, nodes);
  }
  return nodes;
}

export interface StoreOptions extends ServerOptions {
  volume?: Volume;
  /** Bytes that the volume may hold. */
  capacity?: number;
}

/** A test with a client of a store of its own; at its end nothing may be left of what it did. */
export function scenario(
  name: string,
  run: (c: Client, store: Store) => void | Promise<void>,
  options: StoreOptions = {},
): void {
  test(name, async () => {
    const store = new Store(options);
    await run(store.client(), store);
    store.rest();
  });
}

/** Throws the error that a backend may throw. */
export function throwError(code: string): never {
  throw Object.assign(new Error('on intent'), { code });
}
