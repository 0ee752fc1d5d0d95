// FileHandle of node:fs/promises.
import { E } from '../../linux/errno.ts';
import { chanceToAbort } from '../values/abort.ts';
import { refuse } from './callback-calls.ts';
import { optionsOf, type Data, type Mode, type TimeLike } from '../values/arguments.ts';
import { writeChunks, type Chunks, type PromisedWriteOptions } from './chunks.ts';
import type { ContentCalls, PromisedReadOptions } from '../calls/content-calls.ts';
import type { Position, Range } from '../calls/descriptor-calls.ts';
import type { AsBytes, AsText, AsUsual, Encoding } from '../values/encodings.ts';
import { fsError } from '../values/errors.ts';
import type { BigIntStats, Stats } from '../values/stats.ts';

/** Bytes of the buffer that `read` makes when it is given none. */
const READ_SIZE = 16_384;
const INSTEAD = 'read with read() or readFile()';

/** An open file, as `open` of node:fs/promises gives it. */
export class FileHandle {
  /** Its number; −1 once it is closed. */
  fd: number;
  readonly #fs: ContentCalls;

  constructor(fs: ContentCalls, fd: number) {
    this.#fs = fs;
    this.fd = fd;
  }

  async close(): Promise<void> {
    const { fd } = this;
    this.fd = -1;
    if (fd >= 0) this.#fs.closeSync(fd);
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
      const { buffer = new Uint8Array(READ_SIZE) as ArrayBufferView as T, ...range } = first ?? {};
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

  /** @throws TypeError ERR_FEATURE_UNAVAILABLE_ON_PLATFORM, as the three below. */
  createReadStream(): never {
    return refuse('filehandle.createReadStream', INSTEAD);
  }

  createWriteStream(): never {
    return refuse('filehandle.createWriteStream', 'write with write() or writeFile()');
  }

  readLines(): never {
    return refuse('filehandle.readLines', INSTEAD);
  }

  readableWebStream(): never {
    return refuse('filehandle.readableWebStream', INSTEAD);
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
