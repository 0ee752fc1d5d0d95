// Names and paths as bytes for libc: a buffer that is filled anew for each call.
import { byteLength, putText } from '../../../lib/utf8.ts';
import { E } from '../../../linux/errno.ts';

/** PATH_MAX of Linux, the NUL included. */
export const PATH_MAX = 4096;
const SLASH = 0x2f;
const DOT = 0x2e;

const encoder = new TextEncoder();

/**
 * A buffer for one name or path, ended by a NUL. Passing bytes costs half of passing a string, since koffi would copy
 * that.
 */
export class NameBuffer {
  readonly bytes = new Uint8Array(PATH_MAX);
  /** All but the place of the NUL. */
  private readonly room = this.bytes.subarray(0, PATH_MAX - 1);

  /**
   * Sets a name, which must be a single component: the boundary of the sandbox.
   * @returns 0, or −errno: −EINVAL for the empty name, `.`, `..` and a name with a `/` or a NUL; −ENAMETOOLONG; −EILSEQ
   *   for a text that has no bytes (lib/utf8.ts).
   */
  setName(name: string): number {
    const { bytes } = this;
    const { length } = name;
    if (length >= PATH_MAX) return -E.ENAMETOOLONG;
    let i = 0;
    for (; i < length; i++) {
      const code = name.charCodeAt(i);
      if (code >= 0x80) return this.setUnicode(name);
      if (code === SLASH || code === 0) return -E.EINVAL;
      bytes[i] = code;
    }
    bytes[i] = 0;
    const isDots = (i === 1 || (i === 2 && bytes[1] === DOT)) && bytes[0] === DOT;
    return i === 0 || isDots ? -E.EINVAL : 0;
  }

  private setUnicode(name: string): number {
    if (name.includes('/')) return -E.EINVAL;
    return this.setText(name);
  }

  /** Sets any text: the target of a symlink. −EINVAL if it has a NUL; −ENAMETOOLONG; −EILSEQ. */
  setText(text: string): number {
    const { bytes } = this;
    if (text.includes('\0')) return -E.EINVAL;
    const length = byteLength(text);
    if (length < 0) return length;
    if (length >= PATH_MAX) return -E.ENAMETOOLONG;
    putText(text, bytes, 0);
    bytes[length] = 0;
    return 0;
  }

  /** Sets a path of ASCII characters. */
  setPath(path: string): void {
    const { written } = encoder.encodeInto(path, this.room);
    this.bytes[written] = 0;
  }
}

/** A path that ends with a number: `/proc/PID/fd/N`. */
export class NumberedPath {
  /** Always the same memory, as that of NameBuffer. */
  readonly bytes = new Uint8Array(64);
  private readonly start: number;

  /** @param prefix At most 48 ASCII characters. */
  constructor(prefix: string) {
    this.start = encoder.encodeInto(prefix, this.bytes).written;
  }

  /** Sets the number, an integer from 0 to 2^31 − 1. Returns the path. */
  of(number: number): Uint8Array {
    const { bytes } = this;
    let at = this.start;
    for (let rest = number; rest >= 10; rest = Math.trunc(rest / 10)) at++;
    bytes[at + 1] = 0;
    for (let rest = number; at >= this.start; at--, rest = Math.trunc(rest / 10)) bytes[at] = 0x30 + (rest % 10);
    return bytes;
  }
}
