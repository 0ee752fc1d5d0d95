// A client that sends 9P frames, field by field, and the connection below it.
import { GETATTR_ALL, NOFID, NOTAG, VERSION } from '../vfs/9p/constants.ts';
import { decodeFrame, encodeFrame, type Frame } from '../vfs/9p/schema/interpret.ts';
import type { Name } from '../vfs/9p/schema/messages.ts';
import type { Fields } from '../vfs/9p/schema/types.ts';
import { AT_REMOVEDIR, O_CREAT, O_RDONLY, O_RDWR } from '../vfs/linux/constants.ts';
import { decodeText } from '../vfs/lib/utf8.ts';
import { errnoName } from '../vfs/linux/errno.ts';
import { Connection } from '../vfs/server/connection.ts';
import type { Server } from '../vfs/server/server.ts';
import type { Session } from '../vfs/server/session.ts';
import * as assert from './assert.ts';

/** The fid of the root of every RawClient. */
export const ROOT = 0;

type RequestName = Extract<Name, `T${string}`>;
type Answer<N extends RequestName> = N extends `T${infer M}` ? Extract<Name, `R${M}`> : never;
type RawEntry = { name: string; cookie: bigint; type: number; dtype: number; path: bigint };

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

  /** The reply to a frame; null when the connection is over, or the reply comes later (a lock that waits). */
  frame(bytes: Uint8Array): Uint8Array | null {
    return this.connection.receive(bytes) ? (this.replies.pop() ?? null) : null;
  }

  /** Sends a request that is answered later, or not at all. */
  send<N extends RequestName>(name: N, fields: Fields<N>, tag: number): void {
    assert.ok(this.connection.receive(encodeFrame(name, { tag, ...fields })), `${name}: the connection was closed`);
  }

  close(): void {
    this.connection.close();
  }
}

/** Sends a request of any session and reads the answer: null when the server closes the connection. */
export function exchange<N extends RequestName>(wire: Wire, name: N, fields: Fields<N>, tag = 1): Frame | null {
  const bytes = wire.frame(encodeFrame(name, { tag, ...fields }));
  if (bytes === null) return null;
  const reply = decodeFrame(bytes);
  assert.is(reply.tag, tag, `${name}: the answer has its tag`);
  assert.ok(reply.message === 'Rlerror' || reply.message === `R${name.slice(1)}`, `${name}: ${reply.message}`);
  return reply;
}

/** A client of frames that has attached to the root as fid ROOT. Paths are names joined by `/`, walked from the root. */
export class RawClient {
  readonly wire: Wire;
  private nextFid = ROOT + 1;

  constructor(server: Server, msize = 64 << 10) {
    this.wire = new Wire(server);
    const reply = exchange(this.wire, 'Tversion', { msize, version: VERSION }, NOTAG);
    assert.is(reply?.message, 'Rversion');
    this.call('Tattach', { fid: ROOT, afid: NOFID, uname: '', aname: '', n_uname: 0 });
  }

  /** @internal */
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
  call<N extends RequestName>(name: N, fields: Fields<N>): Fields<Answer<N>> {
    const reply = exchange(this.wire, name, fields);
    assert.ok(reply !== null, `${name}: the connection was closed`);
    if (reply.message === 'Rlerror') throw new Error(`${name}: ${errnoName(reply.ecode)}`);
    return reply as unknown as Fields<Answer<N>>;
  }

  /** The errno that a request is answered with, 0 when it succeeds. */
  errno<N extends RequestName>(name: N, fields: Fields<N>): number {
    const reply = exchange(this.wire, name, fields);
    assert.ok(reply !== null, `${name}: the connection was closed`);
    return reply.message === 'Rlerror' ? reply.ecode : 0;
  }

  /** Sends a request that must fail with this errno. */
  expectError<N extends RequestName>(name: N, fields: Fields<N>, errno: number, why = ''): void {
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

  /** Returns the content of a file. */
  text(path: string): string {
    const fid = this.open(path, O_RDONLY);
    const text = this.read(fid);
    this.clunk(fid);
    return text;
  }

  attr(fid: number): Fields<'Rgetattr'> {
    return this.call('Tgetattr', { fid, request_mask: GETATTR_ALL });
  }

  /** True if the name exists. */
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
  entries(fid: number, cookie = 0n, count = 4096): RawEntry[] {
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

function parseEntries(data: Uint8Array): RawEntry[] {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const entries: RawEntry[] = [];
  for (let at = 0; at < data.length;) {
    const length = view.getUint16(at + 22, true);
    assert.ok(at + 24 + length <= data.length, 'entries are whole');
    entries.push({
      name: decodeText(data.subarray(at + 24, at + 24 + length)),
      cookie: view.getBigUint64(at + 13, true),
      type: data[at]!,
      dtype: data[at + 21]!,
      path: view.getBigUint64(at + 5, true),
    });
    at += 24 + length;
  }
  return entries;
}
