// FileHandle of node:fs/promises.
import { E } from '../../linux/errno.ts';
import { chanceToAbort } from '../values/abort.ts';
import { optionsOf, type Data, type Mode, type TimeLike } from '../values/arguments.ts';
import { writeChunks, type Chunks, type PromisedWriteOptions } from './chunks.ts';
import type { ContentCalls, PromisedReadOptions } from '../calls/content-calls.ts';
import type { Position, Range } from '../calls/descriptor-calls.ts';
import type { AsBytes, AsText, AsUsual, Encoding } from '../values/encodings.ts';
import { Emitter } from '../values/emitter.ts';
import { fsError } from '../values/errors.ts';
import { nodeModule } from '../streams/node.ts';
import type { FileStreams, LineReader, ReadStream, StreamOptions, WriteStream } from '../streams/types.ts';
import { webStream } from '../streams/web-stream.ts';
import type { BigIntStats, Stats } from '../values/stats.ts';
import type { WebStream } from '../../lib/platform.ts';

/** Bytes of the buffer that `read` makes when it is given none. */
const READ_SIZE = 16_384;

/** Options of a stream of a handle. */
type HandleStreamOptions = Omit<StreamOptions, 'fd' | 'flags' | 'mode' | 'fs'>;

/** An open file, as `open` of node:fs/promises gives it. It emits `close` when it is closed. */
export class FileHandle extends Emitter {
  /** Its number; −1 once it is closed. */
  fd: number;
  readonly #fs: ContentCalls;
  /** It has a ReadableStream. */
  #isLocked = false;

  constructor(fs: ContentCalls, fd: number) {
    super();
    this.#fs = fs;
    this.fd = fd;
  }

  async close(): Promise<void> {
    const { fd } = this;
    this.fd = -1;
    if (fd < 0) return;
    try {
      this.#fs.closeSync(fd);
    } finally {
      this.emit('close');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** With no buffer into one of 16 KiB. */
  async read<T extends ArrayBufferView = Uint8Array>(
    options?: Range & { buffer?: T },
  ): Promise<{ bytesRead: number; buffer: T }>;
  async read<T extends ArrayBufferView>(
    buffer: T,
    offset?: number | Range | null,
    length?: number,
    position?: Position,
  ): Promise<{ bytesRead: number; buffer: T }>;
  async read<T extends ArrayBufferView>(
    first?: T | (Range & { buffer?: T }),
    offset?: number | Range | null,
    length?: number,
    position?: Position,
  ): Promise<{ bytesRead: number; buffer: T }> {
    if (!ArrayBuffer.isView(first)) {
      const { buffer = this.#fs.given(new Uint8Array(READ_SIZE)) as ArrayBufferView as T, ...range } = first ?? {};
      return { bytesRead: this.#fs.readSync(openFd(this, 'read'), buffer, range), buffer };
    }
    const buffer = first;
    const bytesRead =
      typeof offset === 'object' && offset !== null
        ? this.#fs.readSync(openFd(this, 'read'), buffer, offset)
        : this.#fs.readSync(openFd(this, 'read'), buffer, offset ?? 0, length, position);
    return { bytesRead, buffer };
  }

  /** Arguments after bytes: offset, length and position; after text: the position and the encoding. */
  async write<T extends ArrayBufferView>(
    buffer: T,
    offset?: number | Range | null,
    length?: number | null,
    position?: Position,
  ): Promise<{ bytesWritten: number; buffer: T }>;
  async write(
    text: string,
    position?: Position,
    encoding?: Encoding | null,
  ): Promise<{ bytesWritten: number; buffer: string }>;
  async write<T extends Data>(
    buffer: T,
    offset?: Range | Position,
    length?: number | string | null,
    position?: Position,
  ): Promise<{ bytesWritten: number; buffer: T }> {
    const write = this.#fs.writeSync as (fd: number, data: Data, ...rest: unknown[]) => number;
    return { bytesWritten: write.call(this.#fs, openFd(this, 'write'), buffer, offset, length, position), buffer };
  }

  async readv<T extends readonly ArrayBufferView[]>(
    buffers: T,
    position?: number | null,
  ): Promise<{ bytesRead: number; buffers: T }> {
    return { bytesRead: this.#fs.readvSync(openFd(this, 'readv'), buffers, position), buffers };
  }

  async writev<T extends readonly ArrayBufferView[]>(
    buffers: T,
    position?: number | null,
  ): Promise<{ bytesWritten: number; buffers: T }> {
    return { bytesWritten: this.#fs.writevSync(openFd(this, 'writev'), buffers, position), buffers };
  }

  async readFile(options?: AsBytes<PromisedReadOptions> | AsUsual<PromisedReadOptions>): Promise<Uint8Array>;
  async readFile(options: AsText<PromisedReadOptions>): Promise<string>;
  async readFile(options?: Encoding | 'buffer' | PromisedReadOptions | null): Promise<Uint8Array | string>;
  async readFile(options?: Encoding | 'buffer' | PromisedReadOptions | null): Promise<Uint8Array | string> {
    const { signal } = optionsOf<PromisedReadOptions>(options);
    if (signal !== undefined) await chanceToAbort(signal);
    return this.#fs.readFileSync(openFd(this, 'readFile'), options);
  }

  async writeFile(data: Chunks, options?: Encoding | PromisedWriteOptions | null): Promise<void> {
    await writeChunks(this.#fs, () => openFd(this, 'writeFile'), data, options, 'w');
  }

  async appendFile(data: Chunks, options?: Encoding | PromisedWriteOptions | null): Promise<void> {
    await this.writeFile(data, options);
  }

  async stat(options?: { bigint?: false }): Promise<Stats>;
  async stat(options: { bigint: true }): Promise<BigIntStats>;
  async stat(options?: { bigint?: boolean }): Promise<Stats | BigIntStats> {
    return this.#fs.fstatSync(openFd(this, 'fstat'), options as { bigint: true });
  }

  async truncate(length?: number): Promise<void> {
    this.#fs.ftruncateSync(openFd(this, 'ftruncate'), length);
  }

  async sync(): Promise<void> {
    this.#fs.fsyncSync(openFd(this, 'fsync'));
  }

  async datasync(): Promise<void> {
    this.#fs.fdatasyncSync(openFd(this, 'fdatasync'));
  }

  async chmod(mode: Mode): Promise<void> {
    this.#fs.fchmodSync(openFd(this, 'fchmod'), mode);
  }

  async chown(uid: number, gid: number): Promise<void> {
    this.#fs.fchownSync(openFd(this, 'fchown'), uid, gid);
  }

  /** A read stream, which closes the handle at its end. */
  createReadStream(options?: HandleStreamOptions | string | null): ReadStream {
    return this.#streams.createReadStream(undefined, this.#withFd(options));
  }

  /** A write stream, which closes the handle at its end. */
  createWriteStream(options?: HandleStreamOptions | string | null): WriteStream {
    return this.#streams.createWriteStream(undefined, this.#withFd(options));
  }

  /** The lines of the file, as an Interface of node:readline. It closes the handle at its end. */
  readLines(options?: HandleStreamOptions): LineReader {
    const readline = nodeModule<{ createInterface(options: object): LineReader }>('node:readline', 'readLines');
    return readline.createInterface({ input: this.createReadStream(options), crlfDelay: Infinity });
  }

  /**
   * The bytes of the file as a ReadableStream. With `autoClose` it closes the handle at its end.
   * @throws Error ERR_INVALID_STATE: the handle is closed, or has such a stream already.
   */
  readableWebStream(options: { autoClose?: boolean } = {}): WebStream {
    if (this.fd < 0) throw invalidState('The FileHandle is closed');
    if (this.#isLocked) throw invalidState('The FileHandle is locked');
    this.#isLocked = true;
    return webStream(this, options.autoClose === true);
  }

  get #streams(): FileStreams {
    return this.#fs as unknown as FileStreams;
  }

  #withFd(options: HandleStreamOptions | string | null | undefined): StreamOptions {
    return { ...(typeof options === 'string' ? { encoding: options } : options), fd: this };
  }

  async utimes(atime: TimeLike, mtime: TimeLike): Promise<void> {
    this.#fs.futimesSync(openFd(this, 'futimes'), atime, mtime);
  }
}

/** The number of a handle, for a call that Node names `syscall`. @throws FsError EBADF once it is closed. */
export function openFd(handle: FileHandle, syscall: string): number {
  if (handle.fd < 0) throw fsError(E.EBADF, syscall);
  return handle.fd;
}

function invalidState(message: string): Error {
  return Object.assign(new Error(`Invalid state: ${message}`), { code: 'ERR_INVALID_STATE' });
}
