// The calls of node:fs on descriptors: open, close, read, write, fstat, …
import {
  GETATTR_BASIC,
  GETATTR_MODE,
  QTDIR,
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
} from '../../9p/constants.ts';
import { O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY } from '../../linux/constants.ts';
import type { AtCalls } from '../../client/at/at-calls.ts';
import { Found } from '../../client/at/resolve/found.ts';
import { FileStatus } from '../../client/attributes.ts';
import { DirectoryListing } from '../../client/directory-listing.ts';
import { OpenFile } from '../../client/open-file.ts';
import { NumberPool } from '../../client/pool.ts';
import { E } from '../../linux/errno.ts';
import {
  dataBytes,
  fdOf,
  modeOf,
  ownerOf,
  pathOf,
  sizeOf,
  timeOf,
  type Data,
  type Mode,
  type PathLike,
  type TimeLike,
} from '../values/arguments.ts';
import { codecOf, type Encoding } from '../values/encodings.ts';
import { badArgument, check, fsError, outOfRange } from '../values/errors.ts';
import { flagsOf, type Flag } from '../values/flags.ts';
import { readInto, writeFrom } from '../files/move.ts';
import { Rooted, chown } from '../files/rooted.ts';
import { BigIntStats, Stats } from '../values/stats.ts';
import { setMode } from '../../client/rare-messages.ts';

/** Permission bits that a new file does not get, as of a process that has not called umask(2). */
export const UMASK = 0o022;
/** The permission bits that AtCalls gives a new file, before the umask. */
const FILE_MODE = 0o666;
/** Numbers below are a program's stdin, stdout and stderr. */
const FIRST_FD = 3;

const found = new Found();

/** Setting both times. */
export const BOTH_TIMES = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;

/** Position of a read or write: an offset in bytes, or null for the descriptor's own offset. */
export type Position = number | bigint | null;

/** `offset`, `length` and `position` of a read or write. */
export interface Range {
  offset?: number;
  length?: number;
  position?: Position;
}

/** The calls of node:fs that take a descriptor, and `open`. The numbers are this object's own. */
export class DescriptorCalls {
  protected readonly rooted: Rooted;
  /** Makes of bytes those that the caller gets. @internal */
  readonly given: (bytes: Uint8Array) => Uint8Array;
  /** The result of the last stat call. @internal */
  readonly status = new FileStatus();
  private readonly files = new Map<number, OpenFile>();
  private readonly fds = new NumberPool(FIRST_FD, 2 ** 31);

  constructor(at: AtCalls, root: number, given: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes) {
    this.rooted = new Rooted(at, root);
    this.given = given;
  }

  /** Clunks every open descriptor. */
  protected closeAll(): void {
    for (const fd of [...this.files.keys()]) this.closeSync(fd);
  }

  /** @param mode Of a file that is made, less the umask 022. */
  openSync(path: PathLike, flags?: Flag | null, mode?: Mode | null): number {
    return this.enter(this.openFile(pathOf(path), flagsOf(flags, 'r'), modeOf(mode, FILE_MODE), 'open'));
  }

  closeSync(fd: number): void {
    const file = this.fileOf(fd, 'close');
    this.files.delete(fd);
    this.fds.give(fd);
    check(file.close(), 'close');
  }

  /** Reads into a buffer: the bytes read, 0 at the end. */
  readSync(fd: number, buffer: ArrayBufferView, options?: Range): number;
  readSync(fd: number, buffer: ArrayBufferView, offset?: number, length?: number, position?: Position): number;
  readSync(
    fd: number,
    buffer: ArrayBufferView,
    first?: Range | number | null,
    length?: number,
    position?: Position,
  ): number {
    const range = typeof first === 'object' ? (first ?? {}) : { offset: first, length, position };
    const u8 = dataBytes(buffer);
    // As Node: reading nothing is checked for nothing.
    if ((range.length ?? u8.length) === 0 && fdOf(fd) >= 0) return 0;
    const [start, end] = bounds(u8, range.offset, range.length);
    const at = offsetOf(range.position);
    return count(readInto(this.fileOf(fd, 'read'), u8, start, end, at), 'read');
  }

  /** Writes bytes, or text: the bytes written. */
  writeSync(fd: number, buffer: ArrayBufferView, options?: Range): number;
  writeSync(fd: number, buffer: ArrayBufferView, offset?: number, length?: number, position?: Position): number;
  writeSync(fd: number, text: string, position?: Position, encoding?: Encoding | null): number;
  writeSync(
    fd: number,
    data: Data,
    first?: Range | Position,
    second?: number | Encoding | null,
    third?: Position,
  ): number {
    const u8 = typeof data === 'string' ? textToWrite(data, second as Encoding) : dataBytes(data);
    let range: { offset?: number | undefined; length?: number | undefined; position?: Position | undefined };
    if (typeof data === 'string') range = { position: first as Position };
    else if (typeof first === 'object') range = first ?? {};
    else range = { offset: Number(first ?? 0), length: (second ?? undefined) as number | undefined, position: third };
    const [start, end] = bounds(u8, range.offset, range.length);
    return count(writeFrom(this.fileOf(fd, 'write'), u8, start, end, offsetOf(range.position)), 'write');
  }

  /** Reads into several buffers, one after the other. */
  readvSync(fd: number, buffers: readonly ArrayBufferView[], position?: number | null): number {
    const parts = partsOf(buffers);
    if (parts.length === 0 && fdOf(fd) >= 0) throw fsError(E.EINVAL, 'read');
    const file = this.fileOf(fd, 'read');
    const at = vectorOffset(position);
    let done = 0;
    for (const part of parts) {
      const got = readInto(file, part, 0, part.length, at === null ? null : at + done);
      if (got < 0 && done > 0) break;
      done += count(got, 'read');
      if (got < part.length) break;
    }
    return done;
  }

  /** Writes several buffers in one go, so that nothing appended by others comes between. */
  writevSync(fd: number, buffers: readonly ArrayBufferView[], position?: number | null): number {
    const parts = partsOf(buffers);
    if (parts.length === 0 && fdOf(fd) >= 0) return 0;
    const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
    let end = 0;
    for (const part of parts) {
      bytes.set(part, end);
      end += part.length;
    }
    return count(writeFrom(this.fileOf(fd, 'write'), bytes, 0, end, vectorOffset(position)), 'write');
  }

  fstatSync(fd: number, options?: { bigint?: false }): Stats;
  fstatSync(fd: number, options: { bigint: true }): BigIntStats;
  fstatSync(fd: number, options: { bigint?: boolean } = {}): Stats | BigIntStats {
    check(this.fileOf(fd, 'fstat').stat(GETATTR_BASIC, this.status), 'fstat');
    return this.stats(options.bigint === true);
  }

  ftruncateSync(fd: number, length = 0): void {
    const size = sizeOf(length);
    check(this.fileOf(fd, 'ftruncate').setSize(size), 'ftruncate');
  }

  fsyncSync(fd: number): void {
    const { client, fid } = this.fileOf(fd, 'fsync');
    check(client.fsync(fid, false), 'fsync');
  }

  fdatasyncSync(fd: number): void {
    const { client, fid } = this.fileOf(fd, 'fdatasync');
    check(client.fsync(fid, true), 'fdatasync');
  }

  fchmodSync(fd: number, mode: Mode): void {
    const bits = modeOf(mode);
    const { client, fid } = this.fileOf(fd, 'fchmod');
    check(setMode(client, fid, SETATTR_MODE, bits), 'fchmod');
  }

  fchownSync(fd: number, uid: number, gid: number): void {
    const ids = [ownerOf(uid, 'uid'), ownerOf(gid, 'gid')] as const;
    const { client, fid } = this.fileOf(fd, 'fchown');
    check(chown(client, fid, ...ids), 'fchown');
  }

  futimesSync(fd: number, atime: TimeLike, mtime: TimeLike): void {
    const times = [...timeOf(atime), ...timeOf(mtime)] as const;
    const { client, fid } = this.fileOf(fd, 'futime');
    check(client.setTimes(fid, BOTH_TIMES, ...times), 'futime');
  }

  /** @throws FsError EBADF. */
  protected fileOf(fd: number, syscall: string): OpenFile {
    const file = this.files.get(fdOf(fd));
    if (file === undefined) throw fsError(E.EBADF, syscall);
    return file;
  }

  /** Gives an open file a number. */
  protected enter(file: OpenFile): number {
    const fd = this.fds.take();
    this.files.set(fd, file);
    return fd;
  }

  /** Opens a file, or a directory for reading. @throws FsError of `syscall`. */
  protected openFile(path: string, flags: number, mode: number, syscall: string): OpenFile {
    const { rooted } = this;
    // AtCalls makes a file with the usual mode; only another one asks whether it will be new.
    const isNew = mode !== FILE_MODE && this.isMade(path, flags, syscall);
    let errno = rooted.open(path, flags, found);
    if (errno !== 0) throw fsError(errno, syscall, path);
    const { tree, fid, type } = found;
    const file = new OpenFile(tree, fid, flags);
    if (type === QTDIR) errno = tree.client.lopen(fid, O_RDONLY | O_DIRECTORY);
    else if (isNew) errno = setMode(tree.client, fid, SETATTR_MODE, mode & ~UMASK);
    if (errno === 0) return file;
    file.close();
    throw fsError(errno, syscall, path);
  }

  /** Opens a directory to list it. @throws FsError of `syscall`. */
  protected openListing(path: string, syscall: string): DirectoryListing {
    const errno = this.rooted.open(path, O_RDONLY | O_DIRECTORY, found);
    if (errno !== 0) throw fsError(errno, syscall, path);
    const listing = DirectoryListing.take(found.tree, found.fid);
    if (typeof listing === 'number') throw fsError(listing, syscall, path);
    return listing;
  }

  /** True if an `open` that succeeds will have made the file. */
  private isMade(path: string, flags: number, syscall: string): boolean {
    // A path with a trailing slash is never created, and O_EXCL only creates: `open` returns the error for either.
    if ((flags & O_CREAT) === 0 || path.endsWith('/')) return false;
    if ((flags & O_EXCL) !== 0) return true;
    const errno = this.rooted.stat(path, true, GETATTR_MODE, this.status);
    if (errno !== E.ENOENT) check(errno, syscall, path);
    return errno === E.ENOENT;
  }

  /** The result of the last stat call, as node:fs has it. @internal */
  stats(bigint: boolean): Stats | BigIntStats {
    const { attributes, device } = this.status;
    return bigint ? new BigIntStats(attributes, device) : new Stats(attributes, device);
  }
}

/** A count, or what −errno throws. */
export function count(result: number, syscall: string): number {
  if (result < 0) throw fsError(-result, syscall);
  return result;
}

/** The bytes of a text. As Node: half a byte of hex is refused here, and nowhere else. */
function textToWrite(text: string, encoding: Encoding | null | undefined): Uint8Array {
  if (text.length % 2 === 1 && /^hex$/i.test(encoding ?? '')) {
    throw badArgument('ERR_INVALID_ARG_VALUE', `The argument 'encoding' is invalid for data of length ${text.length}.`);
  }
  return codecOf(encoding).bytesOf(text);
}

/** Start and end of a part of a buffer. @throws RangeError ERR_OUT_OF_RANGE. */
function bounds(u8: Uint8Array, offset = 0, length = u8.length - offset): [start: number, end: number] {
  if (!(offset >= 0 && offset <= u8.length)) throw outOfRange('offset', `>= 0 && <= ${u8.length}`, offset);
  if (!(length >= 0 && length <= u8.length - offset)) throw outOfRange('length', `<= ${u8.length - offset}`, length);
  return [offset, offset + length];
}

/** A position as an offset, null for the descriptor's own. @throws RangeError ERR_OUT_OF_RANGE. */
function offsetOf(position: Position | undefined): number | null {
  if (typeof position !== 'number' && typeof position !== 'bigint') return null;
  const offset = Number(position);
  if (offset === -1) return null;
  if (Number.isSafeInteger(offset) && offset >= 0) return offset;
  throw outOfRange('position', `>= -1 && <= ${Number.MAX_SAFE_INTEGER}`, position);
}

/** @throws TypeError ERR_INVALID_ARG_TYPE. */
function partsOf(buffers: readonly ArrayBufferView[]): Uint8Array[] {
  if (Array.isArray(buffers) && buffers.every((buffer) => ArrayBuffer.isView(buffer))) {
    return buffers.map((buffer) => dataBytes(buffer));
  }
  throw badArgument('ERR_INVALID_ARG_TYPE', 'The "buffers" argument must be an ArrayBufferView[].');
}

/** As Node: with several buffers, a position that is not a number means the descriptor's own offset. */
function vectorOffset(position: number | null | undefined): number | null {
  return Number.isSafeInteger(position) && position! >= 0 ? position! : null;
}
