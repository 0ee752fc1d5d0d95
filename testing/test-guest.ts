// A guest without a program: a test makes its WASI calls directly.
import { Volume } from 'memfs';
import type { Memory } from '../vfs/lib/platform.ts';
import { memfs } from '../vfs/backends/memfs/index.ts';
import { wasiErrnoName } from '../vfs/linux/errno.ts';
import { Server } from '../vfs/server/server.ts';
import { STRUCTS } from '../shim/preview1/abi/structs.ts';
import { RIGHTS, RIGHTS_ALL } from '../shim/preview1/abi/rights.ts';
import { parametersOf, wasmTypesOf, type CallName } from '../shim/preview1/abi/signatures.ts';
import { WASI, type Preopen, type WASIOptions } from '../shim/wasi.ts';
import * as assert from './assert.ts';
import { assertAtRest } from './at-rest.ts';

export const READ = RIGHTS.FD_READ;
export const WRITE = RIGHTS.FD_WRITE | RIGHTS.FD_ALLOCATE | RIGHTS.FD_FILESTAT_SET_SIZE;
export const READ_WRITE = READ | WRITE;

/** The descriptor of the first preopen. */
export const ROOT = 3;
/** The out-pointer of the calls below. */
export const OUT = 64;
/** From this address to the end of the memory a test may write. */
export const DATA = 0x40000;
/** The start of a ring buffer, up to DATA, for strings and iovecs. */
const SCRATCH = 1024;
const PAGE = 65536;

type Arg = number | bigint | string | Uint8Array;
type AnyCall = (...args: (number | bigint)[]) => number;

export interface GuestOptions extends Omit<WASIOptions, 'preopens'> {
  /** The contents of the volume: path → text, null for a directory. */
  files?: Record<string, string | null>;
  /** Default: the server of the volume at `/`. */
  preopens?: (server: Server) => Record<string, Preopen>;
  msize?: number;
  /** The initial pages of the memory. Default: 16. */
  pages?: number;
  shared?: boolean;
  /** True: attaches the memory in the constructor. Default: true. */
  attach?: boolean;
}

interface OpenOptions {
  dir?: number;
  follow?: boolean;
  oflags?: number;
  rights?: number;
  inheriting?: number;
  fdflags?: number;
}

export interface GuestEntry {
  name: string;
  next: bigint;
  ino: bigint;
  type: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Text as its UTF-8 bytes. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** A guest without a program on a memfs volume, with its own server. */
export class TestGuest {
  /** Not published: the types of memfs need those of Node. @internal */
  readonly volume: Volume;
  readonly server: Server;
  readonly memory: Memory;
  readonly wasi: WASI;
  private at = SCRATCH;

  constructor(options: GuestOptions = {}) {
    const { files = {}, preopens, msize, pages = 16, shared = false, attach = true, ...rest } = options;
    this.volume = Volume.fromJSON(files);
    this.server = new Server(memfs(this.volume), msize === undefined ? {} : { msize });
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: 1024, shared });
    const silent = { stdin: '', stdout: () => {}, stderr: () => {} };
    this.wasi = new WASI({ ...silent, ...rest, preopens: preopens?.(this.server) ?? { '/': this.server } });
    if (attach) this.attach();
  }

  attach(): void {
    this.wasi.finalizeBindings({ exports: { memory: this.memory } });
  }

  /** Closes the guest and asserts that its server is at rest. */
  end(): void {
    this.wasi.close();
    assertAtRest(this.server);
  }

  get u8(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  get view(): DataView {
    return new DataView(this.memory.buffer);
  }

  /** Writes bytes or text to the ring buffer and returns the address. */
  put(data: Uint8Array | string): number {
    const bytes = typeof data === 'string' ? utf8(data) : data;
    this.at = (this.at + 7) & ~7;
    if (this.at + bytes.length > DATA) this.at = SCRATCH;
    const ptr = this.at;
    this.u8.set(bytes, ptr);
    this.at += bytes.length;
    return ptr;
  }

  /** Writes an array of iovecs to the ring buffer. Returns the pointer and the count, as two arguments. */
  iovs(...ranges: readonly (readonly [ptr: number, length: number])[]): [number, number] {
    const bytes = new Uint8Array(ranges.length * STRUCTS.iovec.size);
    const view = new DataView(bytes.buffer);
    for (const [i, [ptr, length]] of ranges.entries()) {
      view.setUint32(i * 8, ptr, true);
      view.setUint32(i * 8 + 4, length, true);
    }
    return [this.put(bytes), ranges.length];
  }

  /** Writes texts and iovecs for them to the ring buffer. Returns the pointer and the count. */
  texts(...texts: readonly string[]): [number, number] {
    return this.iovs(...texts.map((text) => [this.put(text), utf8(text).length] as const));
  }

  text(ptr: number, length: number): string {
    return decoder.decode(this.u8.slice(ptr, ptr + length));
  }

  u32(ptr = OUT): number {
    return this.view.getUint32(ptr, true);
  }

  u64(ptr = OUT): bigint {
    return this.view.getBigUint64(ptr, true);
  }

  /** Reads a struct, each field as a BigInt. */
  struct<N extends keyof typeof STRUCTS>(name: N, ptr = OUT): Record<keyof (typeof STRUCTS)[N]['fields'], bigint> {
    const { view } = this;
    const read = {
      u8: (at: number) => BigInt(view.getUint8(at)),
      u16: (at: number) => BigInt(view.getUint16(at, true)),
      u32: (at: number) => BigInt(view.getUint32(at, true)),
      u64: (at: number) => view.getBigUint64(at, true),
    };
    const fields = Object.entries(STRUCTS[name].fields as Record<string, readonly [number, keyof typeof read]>);
    const values = fields.map(([field, [offset, type]]) => [field, read[type](ptr + offset)]);
    return Object.fromEntries(values) as Record<keyof (typeof STRUCTS)[N]['fields'], bigint>;
  }

  /**
   * Calls a function through the gate. Text and bytes become a pointer and a length, and numbers become BigInts for an
   * i64.
   * @returns The name of the WASI errno; `ok` for 0.
   */
  call(name: CallName, ...args: Arg[]): string {
    return wasiErrnoName(this.raw(name, ...args));
  }

  /** As `call`; returns the number. */
  raw(name: CallName, ...args: Arg[]): number {
    const flat: (number | bigint)[] = [];
    for (const arg of args) {
      if (typeof arg === 'string' || arg instanceof Uint8Array) {
        flat.push(this.put(arg), typeof arg === 'string' ? utf8(arg).length : arg.length);
      } else flat.push(arg);
    }
    const types = parametersOf(name).flatMap(wasmTypesOf);
    assert.is(flat.length, types.length, `${name} takes ${types.length} arguments`);
    const passed = flat.map((arg, i) => (types[i] === 'i64' ? BigInt.asIntN(64, BigInt(arg)) : Number(arg) | 0));
    return (this.wasi.wasiImport[name] as AnyCall)(...passed);
  }

  /** A call that must succeed. */
  ok(name: CallName, ...args: Arg[]): void {
    assert.is(this.call(name, ...args), 'ok', `${name}(${args.join(', ')})`);
  }

  /** path_open; returns the name of the errno. The descriptor is at OUT. */
  tryOpen(path: Arg, options: OpenOptions = {}): string {
    const { dir = ROOT, follow = true, oflags = 0, rights = READ, inheriting = RIGHTS_ALL, fdflags = 0 } = options;
    return this.call('path_open', dir, follow ? 1 : 0, path, oflags, rights, inheriting, fdflags, OUT);
  }

  /** A path_open that must succeed; returns the descriptor. */
  open(path: string, options: OpenOptions = {}): number {
    assert.is(this.tryOpen(path, options), 'ok', `open ${path}`);
    return this.u32();
  }

  /** fd_read of up to `size` bytes; returns the text, or the name of the errno. */
  read(fd: number, size = 4096): string {
    const errno = this.call('fd_read', fd, ...this.iovs([DATA, size]), OUT);
    return errno === 'ok' ? this.text(DATA, this.u32()) : errno;
  }

  /** fd_pread of up to `size` bytes; returns the text, or the name of the errno. */
  pread(fd: number, offset: number | bigint, size = 4096): string {
    const errno = this.call('fd_pread', fd, ...this.iovs([DATA, size]), offset, OUT);
    return errno === 'ok' ? this.text(DATA, this.u32()) : errno;
  }

  /** fd_write: how much, or the errno's name. */
  write(fd: number, text: string): number | string {
    const errno = this.call('fd_write', fd, ...this.texts(text), OUT);
    return errno === 'ok' ? this.u32() : errno;
  }

  /** fd_pwrite: how much, or the errno's name. */
  pwrite(fd: number, text: string, offset: number | bigint): number | string {
    const errno = this.call('fd_pwrite', fd, ...this.texts(text), offset, OUT);
    return errno === 'ok' ? this.u32() : errno;
  }

  /** fd_seek: the new offset, or the errno's name. */
  seek(fd: number, offset: number | bigint, whence: number): bigint | string {
    const errno = this.call('fd_seek', fd, offset, whence, OUT);
    return errno === 'ok' ? this.u64() : errno;
  }

  fdstat(fd: number): ReturnType<typeof this.struct<'fdstat'>> {
    this.ok('fd_fdstat_get', fd, OUT);
    return this.struct('fdstat');
  }

  fstat(fd: number): ReturnType<typeof this.struct<'filestat'>> {
    this.ok('fd_filestat_get', fd, OUT);
    return this.struct('filestat');
  }

  stat(path: string, follow = true, dir = ROOT): ReturnType<typeof this.struct<'filestat'>> {
    this.ok('path_filestat_get', dir, follow ? 1 : 0, path, OUT);
    return this.struct('filestat');
  }

  /** One fd_readdir; returns the complete entries in the buffer, and the bytes used. */
  readdir(fd: number, size = 4096, cookie: number | bigint = 0): { entries: GuestEntry[]; used: number } {
    this.ok('fd_readdir', fd, DATA, size, cookie, OUT);
    const used = this.u32();
    const entries: GuestEntry[] = [];
    for (let at = DATA; at + STRUCTS.dirent.size <= DATA + used;) {
      const { d_next, d_ino, d_namlen, d_type } = this.struct('dirent', at);
      at += STRUCTS.dirent.size;
      if (at + Number(d_namlen) > DATA + used) break;
      entries.push({ name: this.text(at, Number(d_namlen)), next: d_next, ino: d_ino, type: Number(d_type) });
      at += Number(d_namlen);
    }
    return { entries, used };
  }

  /** Grows the memory, as a program can during a call. */
  grow(pages = 1): void {
    assert.ok(this.memory.buffer.byteLength % PAGE === 0);
    this.memory.grow(pages);
  }
}
