// The calls of node:fs on the whole content of a file: readFile, writeFile, appendFile, truncate, copyFile.
import { GETATTR_BASIC, SETATTR_MODE } from '../../9p/constants.ts';
import { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY, S_IFDIR, S_IFMT, S_IFREG } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import type { Abortable } from '../values/abort.ts';
import {
  dataBytes,
  modeOf,
  optionsOf,
  pathOf,
  sizeOf,
  type Data,
  type Mode,
  type PathLike,
} from '../values/arguments.ts';
import { constants } from '../values/constants.ts';
import { DescriptorCalls, count } from './descriptor-calls.ts';
import {
  UTF8,
  codecOf,
  codecOrBytes,
  type AsBytes,
  type AsText,
  type AsUsual,
  type Encoding,
} from '../values/encodings.ts';
import { check, fsError, outOfRange, type FsError } from '../values/errors.ts';
import { extentsOf } from '../files/holes.ts';
import { flagsOf, type Flag } from '../values/flags.ts';
import type { OpenFile } from '../../client/open-file.ts';
import { readInto, writeFrom } from '../files/move.ts';
import { FileStatus } from '../../client/attributes.ts';
import { setMode } from '../../client/rare-messages.ts';

/** Bytes per read of a file whose size is unknown, and per step of a copy. */
const CHUNK = 512 << 10;
/** Bytes of a block of stat(2). */
const BLOCK = 512;
/** The largest file that is read in one go, in bytes. */
const READ_MAX = 2 ** 31 - 1;

export interface ReadOptions {
  encoding?: Encoding | 'buffer' | null;
  flag?: Flag;
}

/** Options of readFile that promises. */
export type PromisedReadOptions = ReadOptions & Abortable;

export interface WriteOptions {
  /** The encoding of text. */
  encoding?: Encoding | null;
  mode?: Mode;
  flag?: Flag;
  /** fsync before the close. */
  flush?: boolean;
}

/** The calls of node:fs on a whole file's content. Where a path is taken, a descriptor is, too. */
export class ContentCalls extends DescriptorCalls {
  /** The bytes of a file, or with an encoding its text. */
  readFileSync(path: PathLike | number, options?: AsBytes<ReadOptions> | AsUsual<ReadOptions>): Uint8Array;
  readFileSync(path: PathLike | number, options: AsText<ReadOptions>): string;
  readFileSync(path: PathLike | number, options?: Encoding | 'buffer' | ReadOptions | null): Uint8Array | string;
  readFileSync(path: PathLike | number, options?: Encoding | 'buffer' | ReadOptions | null): Uint8Array | string {
    const { encoding, flag } = optionsOf<ReadOptions>(options);
    const codec = codecOrBytes(encoding);
    const syscall = codec === UTF8 ? 'read' : 'fstat';
    const bytes = this.using(path, flagsOf(flag, 'r'), undefined, syscall, readAll);
    return codec === null ? this.given(bytes) : codec.textOf(bytes);
  }

  writeFileSync(path: PathLike | number, data: Data, options?: Encoding | WriteOptions | null): void {
    this.put(path, data, options, 'w');
  }

  appendFileSync(path: PathLike | number, data: Data, options?: Encoding | WriteOptions | null): void {
    this.put(path, data, options, 'a');
  }

  private put(
    path: PathLike | number,
    data: Data,
    options: Encoding | WriteOptions | null | undefined,
    how: string,
  ): void {
    const { encoding, flag, mode, flush } = optionsOf<WriteOptions>(options);
    const bytes = dataBytes(data, codecOf(encoding));
    this.using(path, flagsOf(flag, how), mode, 'write', (file) => {
      writeAll(file, bytes, bytes.length);
      if (flush === true) check(file.client.fsync(file.fid, false), 'fsync');
    });
  }

  truncateSync(path: PathLike, length = 0): void {
    this.using(path, flagsOf('r+', 'r+'), undefined, 'ftruncate', (file) =>
      check(file.setSize(sizeOf(length)), 'ftruncate'),
    );
  }

  /** Copies a file's content and permission bits. */
  copyFileSync(src: PathLike, dest: PathLike, mode = 0): void {
    const [from, to] = [pathOf(src, 'src'), pathOf(dest, 'dest')];
    if (!(Number.isInteger(mode) && mode >= 0 && mode <= 7)) throw outOfRange('mode', '>= 0 && <= 7', mode);
    if ((mode & constants.COPYFILE_FICLONE_FORCE) !== 0) throw fsError(E.ENOTSUP, 'copyfile', from, to);
    const exclusive = (mode & constants.COPYFILE_EXCL) !== 0 ? O_EXCL : 0;
    try {
      this.copy(from, to, exclusive);
    } catch (error) {
      // Node reports all steps as one call.
      throw fsError(-(error as FsError).errno, 'copyfile', from, to);
    }
  }

  private copy(from: string, to: string, exclusive: number): void {
    const source = this.openFile(from, O_RDONLY, 0, 'copyfile');
    try {
      const { status } = this;
      check(source.stat(GETATTR_BASIC, status), 'copyfile');
      const { device } = status;
      const { mode, size, blocks, qid_path_lo: low, qid_path_hi: high } = status.attributes;
      if ((mode & S_IFMT) === S_IFDIR) throw fsError(E.EISDIR, 'copyfile');
      if ((mode & S_IFMT) !== S_IFREG) throw fsError(E.EINVAL, 'copyfile');
      const bits = mode & 0o7777;
      const target = this.openFile(to, O_WRONLY | O_CREAT | exclusive, 0o666, 'copyfile');
      try {
        check(target.stat(GETATTR_BASIC, status), 'copyfile');
        const { attributes } = status;
        if (status.device === device && attributes.qid_path_lo === low && attributes.qid_path_hi === high) return;
        check(target.setSize(0), 'copyfile');
        check(setMode(target.client, target.fid, SETATTR_MODE, bits), 'copyfile');
        if (blocks * BLOCK < size) copySparse(source, target, size);
        else copyAll(source, target);
      } finally {
        target.close();
      }
    } finally {
      source.close();
    }
  }

  /** Calls a function with a file that it opens, or with an open file; `syscall` names the call in errors. */
  private using<T>(
    path: PathLike | number,
    flags: number,
    mode: Mode | undefined,
    syscall: string,
    act: (file: OpenFile) => T,
  ): T {
    if (typeof path === 'number') return act(this.fileOf(path, syscall));
    const file = this.openFile(pathOf(path), flags, modeOf(mode, 0o666), 'open');
    try {
      return act(file);
    } finally {
      file.close();
    }
  }
}

/** Reads from a file's offset to its end. */
function readAll(file: OpenFile): Uint8Array {
  const status = new FileStatus();
  check(file.stat(GETATTR_BASIC, status), 'fstat');
  const { mode, size } = status.attributes;
  if (size > READ_MAX) {
    const message = `File size (${size}) is greater than 2 GiB`;
    throw Object.assign(new RangeError(message), { code: 'ERR_FS_FILE_TOO_LARGE' });
  }
  if ((mode & S_IFMT) === S_IFDIR || size === 0) return readChunks(file);
  const bytes = new Uint8Array(size);
  let done = 0;
  while (done < size) {
    const got = count(readInto(file, bytes, done, size, null), 'read');
    if (got === 0) break;
    done += got;
  }
  return done === size ? bytes : bytes.slice(0, done);
}

/** Reads a file that may be longer than its size, as those of /proc. */
function readChunks(file: OpenFile): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const chunk = new Uint8Array(8192);
    const got = count(readInto(file, chunk, 0, chunk.length, null), 'read');
    if (got === 0) break;
    chunks.push(chunk.subarray(0, got));
    total += got;
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Writes `u8[0, end)` at a file's offset. */
function writeAll(file: OpenFile, u8: Uint8Array, end: number): void {
  for (let done = 0; done < end;) done += count(writeFrom(file, u8, done, end, null), 'write');
}

function copyAll(source: OpenFile, target: OpenFile): void {
  const chunk = new Uint8Array(CHUNK);
  for (;;) {
    const got = count(readInto(source, chunk, 0, CHUNK, null), 'copyfile');
    if (got === 0) return;
    writeAll(target, chunk, got);
  }
}

/** Copies the data and leaves holes. The size is set first, so that EFBIG and ENOSPC come before any data. */
function copySparse(source: OpenFile, target: OpenFile, size: number): void {
  check(target.setSize(size), 'copyfile');
  const extents = extentsOf(source.client, source.fid, size);
  const chunk = new Uint8Array(CHUNK);
  const copyOf = (start: number, end: number): void => {
    for (let at = start; at < end;) {
      const got = count(readInto(source, chunk, 0, Math.min(CHUNK, end - at), at), 'copyfile');
      if (got === 0) return;
      // 9P has no message for holes.
      const isHole = extents === null && chunk.subarray(0, got).every((byte) => byte === 0);
      for (let done = 0; done < got && !isHole;)
        done += count(writeFrom(target, chunk, done, got, at + done), 'copyfile');
      at += got;
    }
  };
  if (extents === null) copyOf(0, size);
  else while (extents.next()) copyOf(extents.start, extents.end);
  check(extents?.errno ?? 0, 'copyfile');
}
