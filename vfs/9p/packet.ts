// A message buffer and the encoding of 9P strings: length[2] and bytes, which are UTF-8 unless a name is not.
import { byteLength, putText } from '../lib/utf8.ts';
import { E } from '../linux/errno.ts';

const MAX_STRING = 0xffff;

/** A message buffer of fixed size, with the two views that the codec needs. */
export class Packet {
  readonly u8: Uint8Array;
  readonly view: DataView;

  /** @param size Size in bytes, or the memory to use, which may be shared with other threads. */
  constructor(size: number | Uint8Array) {
    this.u8 = typeof size === 'number' ? new Uint8Array(size) : size;
    this.view = new DataView(this.u8.buffer, this.u8.byteOffset, this.u8.byteLength);
  }
}

/**
 * Writes length[2] and the bytes of the string (utf8.ts) to bytes [at, end). Returns the position behind it; −EILSEQ for
 * a string that has no bytes; −EINVAL for more than 65,535 bytes; −EMSGSIZE if it does not fit.
 */
export function putString(p: Packet, at: number, string: string, end: number): number {
  const length = string.length;
  const start = at + 2;
  const stop = start + length;
  if (stop > end || length > MAX_STRING) return putUnicode(p, at, string, end);
  const u8 = p.u8;
  for (let i = 0; i < length; i++) {
    const unit = string.charCodeAt(i);
    if (unit > 0x7f) return putUnicode(p, at, string, end);
    u8[start + i] = unit;
  }
  p.view.setUint16(at, length, true);
  return stop;
}

function putUnicode(p: Packet, at: number, string: string, end: number): number {
  const length = string.length > MAX_STRING ? string.length : byteLength(string);
  if (length < 0) return length;
  if (length > MAX_STRING) return -E.EINVAL;
  const start = at + 2;
  if (start + length > end) return -E.EMSGSIZE;
  putText(string, p.u8, start);
  p.view.setUint16(at, length, true);
  return start + length;
}
