// Inflates gzip members, by node:zlib where the runtime has it, else by pako. Runs in a browser.
import { Inflate } from 'pako';
import { crc32 } from './crc.ts';
import type { Limits } from './limits.ts';

/** The part of node:zlib used here; `crc32` exists from Node 20.15 on. */
interface Zlib {
  inflateRawSync(bytes: Uint8Array, options: object): unknown;
  crc32?: (bytes: Uint8Array, value?: number) => number;
}

/** The result of inflateRawSync with `info`. */
interface Inflated {
  buffer: Uint8Array;
  engine: { bytesWritten: number };
}

/** A deflate stream: its data in pieces, and the bytes of input consumed. */
interface Stream {
  pieces: Uint8Array[];
  consumed: number;
}

/** Returns node:zlib, three times as fast as pako; looked up at run time, since a browser has none. */
function nodeZlib(): Zlib | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.('node:zlib') as Zlib | undefined;
}

/** Bytes of a piece; small, since there may be many small members. */
const PIECE = 1 << 16;
/** More than the largest buffer of any runtime. */
const MAX_LENGTH = 2 ** 32;
const CUT_OFF = 'unexpected end of file';

/**
 * Inflates gzip (RFC 1952), with several members and zeros between them; other bytes are returned unchanged. Bytes
 * after the last member that are not gzip are ignored, as gzip(1) does after a warning.
 * @param limits `maxBytes` counts the output.
 * @param zlib undefined to run as in a browser.
 * @throws Error if the data is damaged or exceeds the limit.
 */
export function inflated(bytes: Uint8Array, limits: Limits, zlib = nodeZlib()): Uint8Array {
  if (!isMember(bytes, 0)) return bytes;
  const pieces: Uint8Array[] = [];
  for (let at = 0; isMember(bytes, at);) {
    at = member(bytes, at, limits, zlib, pieces);
    while (bytes[at] === 0) at++;
  }
  return joined(pieces);
}

function isMember(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x1f && bytes[at + 1] === 0x8b;
}

/** Adds the data of the member at `at` to `pieces`. Returns the offset of its end. */
function member(bytes: Uint8Array, at: number, limits: Limits, zlib: Zlib | undefined, pieces: Uint8Array[]): number {
  const begin = dataOf(bytes, at);
  const input = bytes.subarray(begin);
  let stream: Stream | null = null;
  let why = '';
  try {
    stream = (zlib === undefined ? null : byZlib(zlib, input, limits)) ?? byPako(input, limits);
  } catch (thrown) {
    if ((thrown as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw limits.exceeded('maxBytes');
    why = thrown instanceof Error ? thrown.message : String(thrown);
  }
  if (stream === null) throw damaged(why);
  const { consumed } = stream;
  if (input.length < consumed + 8) throw damaged(CUT_OFF);
  const view = new DataView(input.buffer, input.byteOffset + consumed, 8);
  let crc = 0;
  let length = 0;
  for (const piece of stream.pieces) {
    crc = zlib?.crc32 === undefined ? crc32(piece, crc) : zlib.crc32(piece, crc);
    length += piece.length;
  }
  if (view.getUint32(0, true) !== crc >>> 0) throw damaged('incorrect data check');
  if (view.getUint32(4, true) !== length % 2 ** 32) throw damaged('incorrect length check');
  limits.use('maxBytes', length);
  for (const piece of stream.pieces) pieces.push(piece);
  return begin + consumed + 8;
}

const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;
const RESERVED = 0xe0;

/** Returns the offset of the data of the member at `at`, after its header. */
function dataOf(bytes: Uint8Array, at: number): number {
  const flags = bytes[at + 3] ?? 0;
  if (at + 10 > bytes.length) throw damaged(CUT_OFF);
  if (bytes[at + 2] !== 8) throw damaged('unknown compression method');
  if ((flags & RESERVED) !== 0) throw damaged('unknown header flags');
  let next = at + 10;
  if ((flags & FEXTRA) !== 0) next += 2 + (bytes[next] ?? 0) + (bytes[next + 1] ?? 0) * 256;
  for (const flag of [FNAME, FCOMMENT]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, next);
    if (end < 0) throw damaged(CUT_OFF);
    next = end + 1;
  }
  if ((flags & FHCRC) !== 0) next += 2;
  if (next > bytes.length) throw damaged(CUT_OFF);
  return next;
}

/** Returns null if the runtime does not report the input consumed. */
function byZlib(zlib: Zlib, input: Uint8Array, limits: Limits): Stream | null {
  const maxOutputLength = Math.min(MAX_LENGTH, Math.max(1, limits.left('maxBytes')));
  const options = { info: true, maxOutputLength, chunkSize: PIECE };
  const { buffer, engine } = zlib.inflateRawSync(input, options) as Inflated;
  if (typeof engine?.bytesWritten !== 'number') return null;
  return {
    pieces: [own(new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length))],
    consumed: engine.bytesWritten,
  };
}

/** Returns a piece that does not keep a larger buffer alive. */
function own(piece: Uint8Array): Uint8Array {
  return piece.length < piece.buffer.byteLength ? piece.slice() : piece;
}

function byPako(input: Uint8Array, limits: Limits): Stream {
  const inflate = new Inflate({ raw: true, chunkSize: PIECE });
  const pieces: Uint8Array[] = [];
  let left = limits.left('maxBytes');
  inflate.onData = (piece) => {
    if ((left -= piece.length) < 0) throw Object.assign(new Error(), { code: 'ERR_BUFFER_TOO_LARGE' });
    pieces.push(own(piece));
  };
  inflate.onEnd = () => {};
  inflate.push(input, true);
  if (inflate.err !== 0) throw new Error(inflate.msg);
  // Private in its types, but the only field with the end of the stream.
  const { strm } = inflate as unknown as { strm: { next_in: number } };
  return { pieces, consumed: strm.next_in };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  let length = 0;
  for (const piece of pieces) length += piece.length;
  let whole;
  try {
    whole = new Uint8Array(length);
  } catch (thrown) {
    throw new Error(`This archive inflates to ${length} bytes, which is more than memory can hold.`, { cause: thrown });
  }
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function damaged(why: string): Error {
  return new Error(`This gzip archive is damaged or cut off (${why}). Get the archive anew, or pack it again.`);
}
