// The names of a directory by getdents64(2), with inode number and kind.
import { decodeText } from '../../../lib/utf8.ts';
import { E } from '../../../linux/errno.ts';
import { hostError } from '../node/node.ts';
import type { NameIterator } from '../tree/listings/name-iterator.ts';
import { DIRENT } from './layouts.ts';
import type { Libc } from './libc.ts';

/** Bytes read at a time: some 1,000 entries. */
const SIZE = 32_768;
/** Buffers that are kept for the next listing. */
const SPARE = 8;
const spare: Uint8Array[] = [];

/** The entries of a directory, without `.` and `..`. */
export class LibcNames implements NameIterator {
  kind = 0;
  inoHigh = 0;
  inoLow = 0;
  batch = 0;
  private readonly libc: Libc;
  private readonly call: number;
  private fd: number;
  private bytes: Uint8Array = spare.pop() ?? new Uint8Array(SIZE);
  private view: DataView;
  /** The next entry, and the end of those read. */
  private at = 0;
  private end = 0;
  /** The name of the last entry. */
  private nameFrom = 0;
  private nameTo = 0;

  /**
   * @param call The number of getdents64.
   * @param fd The directory, opened for reading: it is closed with the names.
   */
  constructor(libc: Libc, call: number, fd: number) {
    this.libc = libc;
    this.call = call;
    this.fd = fd;
    this.view = new DataView(this.bytes.buffer);
  }

  next(): string | null {
    return this.step() ? this.name() : null;
  }

  private step(): boolean {
    for (;;) {
      if (this.at >= this.end && !this.fill()) return false;
      const { bytes, view, at } = this;
      this.at = at + view.getUint16(at + DIRENT.reclen, true);
      const from = at + DIRENT.name;
      const to = bytes.indexOf(0, from);
      const length = to - from;
      if (bytes[from] === 0x2e && (length === 1 || (length === 2 && bytes[from + 1] === 0x2e))) continue;
      this.nameFrom = from;
      this.nameTo = to;
      this.inoLow = view.getUint32(at + DIRENT.ino, true);
      this.inoHigh = view.getUint32(at + DIRENT.ino + 4, true);
      // The numbers of d_type are those of S_IFMT, shifted.
      this.kind = bytes[at + DIRENT.type]! << 12;
      return true;
    }
  }

  /** Reads more entries. False at the end. */
  private fill(): boolean {
    if (this.fd < 0) return false;
    this.at = this.end = 0;
    const count = this.libc.getdents64(this.call, this.fd, this.bytes, SIZE);
    if (count < 0) {
      const errno = this.libc.errno();
      // Removed: it is empty.
      if (errno === E.ENOENT) return false;
      throw hostError(errno, 'the directory cannot be read');
    }
    this.end = count;
    this.batch++;
    return count > 0;
  }

  private name(): string {
    const { bytes, nameFrom, nameTo } = this;
    let text = '';
    for (let i = nameFrom; i < nameTo; i++) {
      const code = bytes[i]!;
      if (code >= 0x80) return decodeText(bytes.subarray(nameFrom, nameTo));
      text += String.fromCharCode(code);
    }
    return text;
  }

  close(): void {
    if (this.fd < 0) return;
    this.libc.close(this.fd);
    this.fd = -1;
    this.at = this.end = 0;
    if (spare.length < SPARE) spare.push(this.bytes);
    this.bytes = NONE;
  }
}

const NONE = new Uint8Array(0);
