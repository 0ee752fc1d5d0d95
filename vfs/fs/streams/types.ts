// The types of streams, which name no type of Node where its declarations are not installed.
import type { Signal } from '../../lib/platform.ts';
import type { FileHandle } from '../async/file-handle.ts';
import type { Mode, PathLike } from '../values/arguments.ts';
import type { Encoding } from '../values/encodings.ts';
import type { Flag } from '../values/flags.ts';
import type { Listener } from '../values/emitter.ts';

/** Options of `createReadStream` and `createWriteStream`, as of node:fs. */
export interface StreamOptions {
  flags?: Flag;
  /** Of text that is written; for a read stream, text with this encoding comes instead of bytes. */
  encoding?: Encoding | (string & {}) | null;
  /** An open file instead of a path. */
  fd?: number | FileHandle | null;
  mode?: Mode;
  /** False: the descriptor stays open at the end and after an error. */
  autoClose?: boolean;
  emitClose?: boolean;
  /** Offset of the first byte. */
  start?: number;
  /** Offset of the last byte that is read, which is read, too. */
  end?: number;
  /** Bytes that a read stream reads ahead, or a write stream keeps. Default 64 KiB, for writing 16 KiB. */
  highWaterMark?: number;
  /** fsync before the close. */
  flush?: boolean;
  signal?: Signal | null;
  /** Other calls instead of those of the file system. */
  fs?: object | null;
}

/** The members that both kinds of stream share. */
interface FileStream {
  /** As it was given. */
  readonly path: string | Uint8Array;
  /** True until the file is open. */
  readonly pending: boolean;
  readonly destroyed: boolean;
  close(callback?: (error?: Error | null) => void): void;
  destroy(error?: Error): this;
  on(event: string, listener: Listener): this;
  once(event: string, listener: Listener): this;
  off(event: string, listener: Listener): this;
  emit(event: string, ...args: unknown[]): boolean;
}

/** A ReadStream of node:fs. */
export interface ReadStream extends FileStream, AsyncIterable<Uint8Array | string> {
  bytesRead: number;
  pipe<T extends object>(destination: T, options?: { end?: boolean }): T;
  read(size?: number): Uint8Array | string | null;
  setEncoding(encoding: string): this;
  pause(): this;
  resume(): this;
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array | string>;
}

/** A WriteStream of node:fs. */
export interface WriteStream extends FileStream {
  bytesWritten: number;
  write(data: string | Uint8Array, callback?: (error?: Error | null) => void): boolean;
  write(data: string | Uint8Array, encoding: string, callback?: (error?: Error | null) => void): boolean;
  end(callback?: () => void): this;
  end(data: string | Uint8Array, callback?: () => void): this;
  end(data: string | Uint8Array, encoding: string, callback?: () => void): this;
  cork(): void;
  uncork(): void;
}

/** An Interface of node:readline, as `readLines` of a FileHandle gives it. */
export interface LineReader extends AsyncIterable<string> {
  close(): void;
  on(event: string, listener: Listener): this;
  once(event: string, listener: Listener): this;
  [Symbol.asyncIterator](): AsyncIterableIterator<string>;
}

/** The streams of a FileSystem. */
export interface FileStreams {
  createReadStream(path: PathLike | undefined, options?: string | StreamOptions | null): ReadStream;
  createWriteStream(path: PathLike | undefined, options?: string | StreamOptions | null): WriteStream;
  /** The class of the read streams. */
  readonly ReadStream: new (path: PathLike | undefined, options?: string | StreamOptions | null) => ReadStream;
  /** The class of the write streams. */
  readonly WriteStream: new (path: PathLike | undefined, options?: string | StreamOptions | null) => WriteStream;
}
