// Generated from schema/messages.ts by build/gen/code/codec.ts. Do not edit it: change the table and generate it anew.
import { internString } from '../lib/intern.ts';
import { E } from '../linux/errno.ts';
import { Packet, putString } from './packet.ts';

const EINVAL = E.EINVAL;
const EMSGSIZE = E.EMSGSIZE;
const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const MIN_SAFE = -MAX_SAFE - 1;
const TWO_32 = 0x100000000;
// The upper halves of both.
const MAX_HIGH = 0x1fffff;
const MIN_HIGH = ~MAX_HIGH;

/**
 * Any message: `type` determines which fields are valid. All of them exist from the start, so that all messages have
 * one hidden class. A qid is `qid_*`, the qids of Rwalk are `wqid_*`, an opaque u64 is `_lo` and `_hi`.
 * `data_offset` is where the payload of Rread, Rreaddir or Twrite starts in the packet it was decoded from.
 */
export class Message {
  type: number;
  tag: number;
  ecode: number;
  fid: number;
  fstype: number;
  bsize: number;
  blocks: number;
  bfree: number;
  bavail: number;
  files: number;
  ffree: number;
  fsid_lo: number;
  fsid_hi: number;
  namelen: number;
  flags: number;
  qid_type: number;
  qid_version: number;
  qid_path_lo: number;
  qid_path_hi: number;
  iounit: number;
  name: string;
  mode: number;
  gid: number;
  dfid: number;
  symtgt: string;
  major: number;
  minor: number;
  target: string;
  request_mask: number;
  valid: number;
  uid: number;
  nlink: number;
  rdev: number;
  size: number;
  blksize: number;
  atime_sec: number;
  atime_nsec: number;
  mtime_sec: number;
  mtime_nsec: number;
  ctime_sec: number;
  ctime_nsec: number;
  btime_sec: number;
  btime_nsec: number;
  gen: number;
  data_version: number;
  newfid: number;
  attr_size: number;
  cookie_lo: number;
  cookie_hi: number;
  count: number;
  data_offset: number;
  datasync: number;
  ltype: number;
  start: number;
  length: number;
  proc_id: number;
  client_id: string;
  status: number;
  olddirfid: number;
  oldname: string;
  newdirfid: number;
  newname: string;
  msize: number;
  version: string;
  afid: number;
  uname: string;
  aname: string;
  n_uname: number;
  oldtag: number;
  nwname: number;
  wname: Array<string>;
  nwqid: number;
  wqid_type: Uint8Array;
  wqid_version: Uint32Array;
  wqid_path_lo: Uint32Array;
  wqid_path_hi: Uint32Array;
  offset: number;

  constructor() {
    this.type = 0;
    this.tag = 0;
    this.ecode = 0;
    this.fid = 0;
    this.fstype = 0;
    this.bsize = 0;
    this.blocks = 0;
    this.bfree = 0;
    this.bavail = 0;
    this.files = 0;
    this.ffree = 0;
    this.fsid_lo = 0;
    this.fsid_hi = 0;
    this.namelen = 0;
    this.flags = 0;
    this.qid_type = 0;
    this.qid_version = 0;
    this.qid_path_lo = 0;
    this.qid_path_hi = 0;
    this.iounit = 0;
    this.name = '';
    this.mode = 0;
    this.gid = 0;
    this.dfid = 0;
    this.symtgt = '';
    this.major = 0;
    this.minor = 0;
    this.target = '';
    this.request_mask = 0;
    this.valid = 0;
    this.uid = 0;
    this.nlink = 0;
    this.rdev = 0;
    this.size = 0;
    this.blksize = 0;
    this.atime_sec = 0;
    this.atime_nsec = 0;
    this.mtime_sec = 0;
    this.mtime_nsec = 0;
    this.ctime_sec = 0;
    this.ctime_nsec = 0;
    this.btime_sec = 0;
    this.btime_nsec = 0;
    this.gen = 0;
    this.data_version = 0;
    this.newfid = 0;
    this.attr_size = 0;
    this.cookie_lo = 0;
    this.cookie_hi = 0;
    this.count = 0;
    this.data_offset = 0;
    this.datasync = 0;
    this.ltype = 0;
    this.start = 0;
    this.length = 0;
    this.proc_id = 0;
    this.client_id = '';
    this.status = 0;
    this.olddirfid = 0;
    this.oldname = '';
    this.newdirfid = 0;
    this.newname = '';
    this.msize = 0;
    this.version = '';
    this.afid = 0xffff_ffff;
    this.uname = '';
    this.aname = '';
    this.n_uname = 0xffff_ffff;
    this.oldtag = 0;
    this.nwname = 0;
    this.wname = new Array<string>(16).fill('');
    this.nwqid = 0;
    this.wqid_type = new Uint8Array(16);
    this.wqid_version = new Uint32Array(16);
    this.wqid_path_lo = new Uint32Array(16);
    this.wqid_path_hi = new Uint32Array(16);
    this.offset = 0;
  }
}

/** An entry in the data of Rreaddir.`cookie_*` is the position after it, `dtype` a DT_ number. */
export class WireDirent {
  qid_type: number;
  qid_version: number;
  qid_path_lo: number;
  qid_path_hi: number;
  cookie_lo: number;
  cookie_hi: number;
  dtype: number;
  name: string;

  constructor() {
    this.qid_type = 0;
    this.qid_version = 0;
    this.qid_path_lo = 0;
    this.qid_path_hi = 0;
    this.cookie_lo = 0;
    this.cookie_hi = 0;
    this.dtype = 0;
    this.name = '';
  }
}

/** Each message's number by its name. */
export enum TYPE {
  Rlerror = 7,
  Tstatfs = 8,
  Rstatfs = 9,
  Tlopen = 12,
  Rlopen = 13,
  Tlcreate = 14,
  Rlcreate = 15,
  Tsymlink = 16,
  Rsymlink = 17,
  Tmknod = 18,
  Rmknod = 19,
  Trename = 20,
  Rrename = 21,
  Treadlink = 22,
  Rreadlink = 23,
  Tgetattr = 24,
  Rgetattr = 25,
  Tsetattr = 26,
  Rsetattr = 27,
  Txattrwalk = 30,
  Rxattrwalk = 31,
  Txattrcreate = 32,
  Rxattrcreate = 33,
  Treaddir = 40,
  Rreaddir = 41,
  Tfsync = 50,
  Rfsync = 51,
  Tlock = 52,
  Rlock = 53,
  Tgetlock = 54,
  Rgetlock = 55,
  Tlink = 70,
  Rlink = 71,
  Tmkdir = 72,
  Rmkdir = 73,
  Trenameat = 74,
  Rrenameat = 75,
  Tunlinkat = 76,
  Runlinkat = 77,
  Tversion = 100,
  Rversion = 101,
  Tauth = 102,
  Rauth = 103,
  Tattach = 104,
  Rattach = 105,
  Tflush = 108,
  Rflush = 109,
  Twalk = 110,
  Rwalk = 111,
  Tread = 116,
  Rread = 117,
  Twrite = 118,
  Rwrite = 119,
  Tclunk = 120,
  Rclunk = 121,
  Tremove = 122,
  Rremove = 123,
}

/** Each message's name by its number; '' for a number that is none. */
export const NAMES: readonly string[] = /* @__PURE__ */ Array.from(
  { length: 256 },
  (_, type) => (TYPE as Record<number, string>)[type] ?? '',
);

/**
 * Writes the message at the start of the packet. Returns the bytes written, or -errno:
 * -EINVAL for an unknown type, over 16 names or qids, a string over 65535 bytes, an [8] that is not an integer of its
 * range; -EILSEQ for a string that has no bytes (lib/utf8.ts); -EMSGSIZE when the message, its payload included, is longer
 * than `limit` (msize, up to 2^32 - 1), or its encoded part longer than the packet.
 *
* A message that ends in a payload is written without it: the size field counts `count` bytes more, which the
 * transport places. Other numbers are cut to the width of their field, so that -1 may stand for NOFID.
 */
export function encode(m: Message, p: Packet, limit: number): number {
  const type = m.type;
  const least = LEAST[type];
  if (!least) return -EINVAL;
  const length = p.u8.length;
  const end = limit < length ? limit : length;
  if (end < Math.abs(least)) return -EMSGSIZE;
  fault = 0;
  const view = p.view;
  const written = ENCODERS[type](m, view, end, p);
  const size = least < 0 ? written + (m.count >>> 0) : written;
  if (fault !== 0) return -fault;
  if (size > limit) return -EMSGSIZE;
  view.setUint32(0, size, true);
  view.setUint8(4, type);
  view.setUint16(5, m.tag, true);
  return written;
}

/**
 * Reads the message at the start of the packet, of which `end` bytes are there. Returns 0 or an errno:
 * EINVAL for a malformed message (a size field that differs from `end`, a string or list past the end,
 * bytes left over, over 16 names, an [8] with bit 63 set); EOVERFLOW for an [8] above 2^53 - 1; ENOTSUP for an
 * unknown type. Bytes of a string that are not UTF-8 are lone surrogates (lib/utf8.ts). `type` and `tag` are set
 * whenever `end` is at least 7, so that a server can answer; after an error the other fields mean nothing.
 *
 * A payload may be in the packet (`end` is the size field) or elsewhere (`end` is the header's length, 0 left over).
 */
export function decode(m: Message, p: Packet, end: number): number {
  if (end < 7 || end > p.u8.length) return EINVAL;
  const view = p.view;
  const type = p.u8[4];
  m.type = type;
  m.tag = view.getUint16(5, true);
  const least = LEAST[type];
  if (least === 0) return E.ENOTSUP;
  if (end < Math.abs(least)) return EINVAL;
  fault = 0;
  const at = DECODERS[type](m, view, end, p);
  if (fault !== 0) return fault;
  const size = view.getUint32(0, true);
  if (least > 0) return at === end && size === end ? 0 : EINVAL;
  m.data_offset = at;
  return size === at + m.count && (end === size || end === at) ? 0 : EINVAL;
}

/** True if a number is the type of a request. */
export function isT(type: number): boolean {
  return (type & 1) === 0 && NAMES[type] !== undefined && NAMES[type] !== '';
}

/**
 * Writes a directory entry into the packet at `start`, not beyond `end`. Returns the position after it, or -EMSGSIZE
 * when it does not fit, -EINVAL and -EILSEQ as `encode`.
 */
export function encodeDirent(m: WireDirent, p: Packet, start: number, end: number): number {
  if (end < start + 24) return -EMSGSIZE;
  const view = p.view;
  view.setUint8(start, m.qid_type);
  view.setUint32(start + 1, m.qid_version, true);
  view.setUint32(start + 5, m.qid_path_lo, true);
  view.setUint32(start + 9, m.qid_path_hi, true);
  view.setUint32(start + 13, m.cookie_lo, true);
  view.setUint32(start + 17, m.cookie_hi, true);
  view.setUint8(start + 21, m.dtype);
  return putString(p, start + 22, m.name, end);
}

/**
 * Reads the directory entry at `start`, not beyond `end`. Returns the position after it, or -EINVAL when it is not
 * whole.
 */
export function decodeDirent(m: WireDirent, p: Packet, start: number, end: number): number {
  if (end > p.u8.length || end < start + 24) return -EINVAL;
  fault = 0;
  const view = p.view;
  m.qid_type = view.getUint8(start);
  m.qid_version = view.getUint32(start + 1, true);
  m.qid_path_lo = view.getUint32(start + 5, true);
  m.qid_path_hi = view.getUint32(start + 9, true);
  m.cookie_lo = view.getUint32(start + 13, true);
  m.cookie_hi = view.getUint32(start + 17, true);
  m.dtype = view.getUint8(start + 21);
  const at = get(p, start + 22, m.name, end);
  m.name = string;
  return fault === 0 ? at : -fault;
}

// The errno of the first error in the message, checked at the end.
let fault = 0;

/** The upper half of a number that has more than 32 bits; a fault if it is not an integer of at least `least`. */
function highOf(n: number, least: number): number {
  if (!(n >= least && n <= MAX_SAFE && Math.floor(n) === n)) fault ||= EINVAL;
  return Math.floor(n / TWO_32);
}

/** Writes a number as an [8]. */
function putLong(view: DataView, at: number, n: number, least: number): void {
  // It takes a number modulo 2^32 and drops its fraction, so that n needs no splitting. Nearly all fit in 32 bits.
  view.setUint32(at, n, true);
  view.setUint32(at + 4, n >>> 0 === n ? 0 : highOf(n, least), true);
}

/** Reads an [8] whose upper half is at least `least`; one out of range is 0, and a fault if `holds` is not 0. */
function getLong(view: DataView, at: number, holds: number, least: number): number {
  const low = view.getUint32(at, true);
  const high = view.getInt32(at + 4, true);
  return high === 0 ? low : wide(high, low, holds, least);
}

function wide(high: number, low: number, holds: number, least: number): number {
  if (high <= MAX_HIGH && high >= least) return high * TWO_32 + low;
  if (holds !== 0) fault ||= high < 0 && least === 0 ? EINVAL : E.EOVERFLOW;
  return 0;
}

/** Writes length[2] and the bytes: the position behind it, which is `stop` after a fault, so that the rest still fits. */
function put(p: Packet, at: number, text: string, stop: number): number {
  const after = putString(p, at, text, stop);
  if (after >= 0) return after;
  fault ||= -after;
  return stop;
}

// The string that get has read.
let string = '';

/** Reads length[2] and the bytes at `at`, not beyond `stop`: the position behind it, `stop` after a fault. */
function get(p: Packet, at: number, guess: string, stop: number): number {
  const from = at + 2;
  const end = from > stop ? from : from + p.view.getUint16(at, true);
  const found = end > stop ? EINVAL : internString(p.u8, from, end, guess);
  if (typeof found === 'number') {
    fault ||= found;
    return stop;
  }
  string = found;
  return end;
}

function putQid(m: Message, view: DataView, at: number): void {
  view.setUint8(at, m.qid_type);
  view.setUint32(at + 1, m.qid_version, true);
  view.setUint32(at + 5, m.qid_path_lo, true);
  view.setUint32(at + 9, m.qid_path_hi, true);
}

function getQid(m: Message, view: DataView, at: number): void {
  m.qid_type = view.getUint8(at);
  m.qid_version = view.getUint32(at + 1, true);
  m.qid_path_lo = view.getUint32(at + 5, true);
  m.qid_path_hi = view.getUint32(at + 9, true);
}

function encodeRlerror(m: Message, view: DataView): number {
  view.setUint32(7, m.ecode, true);
  return 11;
}

function encodeTstatfs(m: Message, view: DataView): number {
  view.setUint32(7, m.fid, true);
  return 11;
}

function encodeTlopen(m: Message, view: DataView): number {
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.flags, true);
  return 15;
}

function encodeRlopen(m: Message, view: DataView): number {
  putQid(m, view, 7);
  view.setUint32(20, m.iounit, true);
  return 24;
}

function encodeTlcreate(m: Message, view: DataView, end: number, p: Packet): number {
  view.setUint32(7, m.fid, true);
  const at = put(p, 11, m.name, end - 12);
  view.setUint32(at, m.flags, true);
  view.setUint32(at + 4, m.mode, true);
  view.setUint32(at + 8, m.gid, true);
  return at + 12;
}

function encodeTsymlink(m: Message, view: DataView, end: number, p: Packet): number {
  view.setUint32(7, m.dfid, true);
  let at = put(p, 11, m.name, end - 6);
  at = put(p, at, m.symtgt, end - 4);
  view.setUint32(at, m.gid, true);
  return at + 4;
}

function encodeRsymlink(m: Message, view: DataView): number {
  putQid(m, view, 7);
  return 20;
}

function encodeRrename(): number {
  return 7;
}

function encodeRreadlink(m: Message, view: DataView, end: number, p: Packet): number {
  const at = put(p, 7, m.target, end);
  return at;
}

function encodeTgetattr(m: Message, view: DataView): number {
  view.setUint32(7, m.fid, true);
  putLong(view, 11, m.request_mask, 0);
  return 19;
}

function encodeRgetattr(m: Message, view: DataView): number {
  putLong(view, 7, m.valid, 0);
  putQid(m, view, 15);
  view.setUint32(28, m.mode, true);
  view.setUint32(32, m.uid, true);
  view.setUint32(36, m.gid, true);
  putLong(view, 40, m.nlink, 0);
  if ((m.valid & 16) === 0) {
    view.setFloat64(48, 0);
  } else {
    putLong(view, 48, m.rdev, 0);
  }
  putLong(view, 56, m.size, 0);
  if ((m.valid & 1024) === 0) {
    view.setFloat64(64, 0);
    view.setFloat64(72, 0);
  } else {
    putLong(view, 64, m.blksize, 0);
    putLong(view, 72, m.blocks, 0);
  }
  putLong(view, 80, m.atime_sec, MIN_SAFE);
  putLong(view, 88, m.atime_nsec, 0);
  putLong(view, 96, m.mtime_sec, MIN_SAFE);
  putLong(view, 104, m.mtime_nsec, 0);
  putLong(view, 112, m.ctime_sec, MIN_SAFE);
  putLong(view, 120, m.ctime_nsec, 0);
  if ((m.valid & 14336) === 0) {
    view.setFloat64(128, 0);
    view.setFloat64(136, 0);
    view.setFloat64(144, 0);
    view.setFloat64(152, 0);
  } else {
    putLong(view, 128, m.btime_sec, MIN_SAFE);
    putLong(view, 136, m.btime_nsec, 0);
    putLong(view, 144, m.gen, 0);
    putLong(view, 152, m.data_version, 0);
  }
  return 160;
}

function encodeTsetattr(m: Message, view: DataView): number {
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.valid, true);
  view.setUint32(15, m.mode, true);
  view.setUint32(19, m.uid, true);
  view.setUint32(23, m.gid, true);
  putLong(view, 27, m.size, 0);
  putLong(view, 35, m.atime_sec, MIN_SAFE);
  putLong(view, 43, m.atime_nsec, 0);
  putLong(view, 51, m.mtime_sec, MIN_SAFE);
  putLong(view, 59, m.mtime_nsec, 0);
  return 67;
}

function encodeTreaddir(m: Message, view: DataView): number {
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.cookie_lo, true);
  view.setUint32(15, m.cookie_hi, true);
  view.setUint32(19, m.count, true);
  return 23;
}

function encodeRreaddir(m: Message, view: DataView): number {
  view.setUint32(7, m.count, true);
  return 11;
}

function encodeTfsync(m: Message, view: DataView): number {
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.datasync, true);
  return 15;
}

function encodeTlink(m: Message, view: DataView, end: number, p: Packet): number {
  view.setUint32(7, m.dfid, true);
  view.setUint32(11, m.fid, true);
  const at = put(p, 15, m.name, end);
  return at;
}

function encodeTmkdir(m: Message, view: DataView, end: number, p: Packet): number {
  view.setUint32(7, m.dfid, true);
  const at = put(p, 11, m.name, end - 8);
  view.setUint32(at, m.mode, true);
  view.setUint32(at + 4, m.gid, true);
  return at + 8;
}

function encodeTrenameat(m: Message, view: DataView, end: number, p: Packet): number {
  view.setUint32(7, m.olddirfid, true);
  let at = put(p, 11, m.oldname, end - 6);
  view.setUint32(at, m.newdirfid, true);
  at = put(p, at + 4, m.newname, end);
  return at;
}

function encodeTunlinkat(m: Message, view: DataView, end: number, p: Packet): number {
  view.setUint32(7, m.dfid, true);
  const at = put(p, 11, m.name, end - 4);
  view.setUint32(at, m.flags, true);
  return at + 4;
}

function encodeTwalk(m: Message, view: DataView, end: number, p: Packet): number {
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.newfid, true);
  view.setUint16(15, m.nwname, true);
  const count = m.nwname >>> 0;
  if (count > 16 || count > m.wname.length) fault = EINVAL;
  if (fault !== 0) return 0;
  let at = 17;
  for (let i = 0; i < count; i++) {
    at = put(p, at, m.wname[i], end);
  }
  return at;
}

function encodeRwalk(m: Message, view: DataView, end: number): number {
  view.setUint16(7, m.nwqid, true);
  const count = m.nwqid >>> 0;
  if (count > 16) fault = EINVAL;
  else if (9 + 13 * count > end) fault = EMSGSIZE;
  if (fault !== 0) return 0;
  let at = 9;
  for (let i = 0; i < count; i++) {
    view.setUint8(at, m.wqid_type[i]);
    view.setUint32(at + 1, m.wqid_version[i], true);
    view.setUint32(at + 5, m.wqid_path_lo[i], true);
    view.setUint32(at + 9, m.wqid_path_hi[i], true);
    at += 13;
  }
  return at;
}

function encodeTread(m: Message, view: DataView): number {
  view.setUint32(7, m.fid, true);
  putLong(view, 11, m.offset, 0);
  view.setUint32(19, m.count, true);
  return 23;
}

function decodeRlerror(m: Message, view: DataView): number {
  m.ecode = view.getUint32(7, true);
  return 11;
}

function decodeTstatfs(m: Message, view: DataView): number {
  m.fid = view.getUint32(7, true);
  return 11;
}

function decodeTlopen(m: Message, view: DataView): number {
  m.fid = view.getUint32(7, true);
  m.flags = view.getUint32(11, true);
  return 15;
}

function decodeRlopen(m: Message, view: DataView): number {
  getQid(m, view, 7);
  m.iounit = view.getUint32(20, true);
  return 24;
}

function decodeTlcreate(m: Message, view: DataView, end: number, p: Packet): number {
  m.fid = view.getUint32(7, true);
  const at = get(p, 11, m.name, end - 12);
  m.name = string;
  m.flags = view.getUint32(at, true);
  m.mode = view.getUint32(at + 4, true);
  m.gid = view.getUint32(at + 8, true);
  return at + 12;
}

function decodeTsymlink(m: Message, view: DataView, end: number, p: Packet): number {
  m.dfid = view.getUint32(7, true);
  let at = get(p, 11, m.name, end - 6);
  m.name = string;
  at = get(p, at, m.symtgt, end - 4);
  m.symtgt = string;
  m.gid = view.getUint32(at, true);
  return at + 4;
}

function decodeRsymlink(m: Message, view: DataView): number {
  getQid(m, view, 7);
  return 20;
}

function decodeRrename(): number {
  return 7;
}

function decodeRreadlink(m: Message, view: DataView, end: number, p: Packet): number {
  const at = get(p, 7, m.target, end);
  m.target = string;
  return at;
}

function decodeTgetattr(m: Message, view: DataView): number {
  m.fid = view.getUint32(7, true);
  m.request_mask = getLong(view, 11, 1, 0);
  return 19;
}

function decodeRgetattr(m: Message, view: DataView): number {
  m.valid = getLong(view, 7, 1, 0);
  getQid(m, view, 15);
  m.mode = view.getUint32(28, true);
  m.uid = view.getUint32(32, true);
  m.gid = view.getUint32(36, true);
  m.nlink = getLong(view, 40, m.valid & 2, 0);
  if ((m.valid & 16) === 0) {
    m.rdev = 0;
  } else {
    m.rdev = getLong(view, 48, m.valid & 16, 0);
  }
  m.size = getLong(view, 56, m.valid & 512, 0);
  if ((m.valid & 1024) === 0) {
    m.blksize = m.blocks = 0;
  } else {
    m.blksize = getLong(view, 64, m.valid & 1024, 0);
    m.blocks = getLong(view, 72, m.valid & 1024, 0);
  }
  m.atime_sec = getLong(view, 80, m.valid & 32, MIN_HIGH);
  m.atime_nsec = getLong(view, 88, m.valid & 32, 0);
  m.mtime_sec = getLong(view, 96, m.valid & 64, MIN_HIGH);
  m.mtime_nsec = getLong(view, 104, m.valid & 64, 0);
  m.ctime_sec = getLong(view, 112, m.valid & 128, MIN_HIGH);
  m.ctime_nsec = getLong(view, 120, m.valid & 128, 0);
  if ((m.valid & 14336) === 0) {
    m.btime_sec = m.btime_nsec = m.gen = m.data_version = 0;
  } else {
    m.btime_sec = getLong(view, 128, m.valid & 2048, MIN_HIGH);
    m.btime_nsec = getLong(view, 136, m.valid & 2048, 0);
    m.gen = getLong(view, 144, m.valid & 4096, 0);
    m.data_version = getLong(view, 152, m.valid & 8192, 0);
  }
  return 160;
}

function decodeTsetattr(m: Message, view: DataView): number {
  m.fid = view.getUint32(7, true);
  m.valid = view.getUint32(11, true);
  m.mode = view.getUint32(15, true);
  m.uid = view.getUint32(19, true);
  m.gid = view.getUint32(23, true);
  m.size = getLong(view, 27, m.valid & 8, 0);
  m.atime_sec = getLong(view, 35, m.valid & 128, MIN_HIGH);
  m.atime_nsec = getLong(view, 43, m.valid & 128, 0);
  m.mtime_sec = getLong(view, 51, m.valid & 256, MIN_HIGH);
  m.mtime_nsec = getLong(view, 59, m.valid & 256, 0);
  return 67;
}

function decodeTreaddir(m: Message, view: DataView): number {
  m.fid = view.getUint32(7, true);
  m.cookie_lo = view.getUint32(11, true);
  m.cookie_hi = view.getUint32(15, true);
  m.count = view.getUint32(19, true);
  return 23;
}

function decodeRreaddir(m: Message, view: DataView): number {
  m.count = view.getUint32(7, true);
  return 11;
}

function decodeTfsync(m: Message, view: DataView): number {
  m.fid = view.getUint32(7, true);
  m.datasync = view.getUint32(11, true);
  return 15;
}

function decodeTlink(m: Message, view: DataView, end: number, p: Packet): number {
  m.dfid = view.getUint32(7, true);
  m.fid = view.getUint32(11, true);
  const at = get(p, 15, m.name, end);
  m.name = string;
  return at;
}

function decodeTmkdir(m: Message, view: DataView, end: number, p: Packet): number {
  m.dfid = view.getUint32(7, true);
  const at = get(p, 11, m.name, end - 8);
  m.name = string;
  m.mode = view.getUint32(at, true);
  m.gid = view.getUint32(at + 4, true);
  return at + 8;
}

function decodeTrenameat(m: Message, view: DataView, end: number, p: Packet): number {
  m.olddirfid = view.getUint32(7, true);
  let at = get(p, 11, m.oldname, end - 6);
  m.oldname = string;
  m.newdirfid = view.getUint32(at, true);
  at = get(p, at + 4, m.newname, end);
  m.newname = string;
  return at;
}

function decodeTunlinkat(m: Message, view: DataView, end: number, p: Packet): number {
  m.dfid = view.getUint32(7, true);
  const at = get(p, 11, m.name, end - 4);
  m.name = string;
  m.flags = view.getUint32(at, true);
  return at + 4;
}

function decodeTwalk(m: Message, view: DataView, end: number, p: Packet): number {
  m.fid = view.getUint32(7, true);
  m.newfid = view.getUint32(11, true);
  m.nwname = view.getUint16(15, true);
  const count = m.nwname;
  if (count > 16) return 0;
  let at = 17;
  for (let i = 0; i < count; i++) {
    at = get(p, at, m.wname[i], end);
    m.wname[i] = string;
  }
  return at;
}

function decodeRwalk(m: Message, view: DataView, end: number): number {
  m.nwqid = view.getUint16(7, true);
  const count = m.nwqid;
  if (count > 16 || 9 + 13 * count > end) return 0;
  let at = 9;
  for (let i = 0; i < count; i++) {
    m.wqid_type[i] = view.getUint8(at);
    m.wqid_version[i] = view.getUint32(at + 1, true);
    m.wqid_path_lo[i] = view.getUint32(at + 5, true);
    m.wqid_path_hi[i] = view.getUint32(at + 9, true);
    at += 13;
  }
  return at;
}

function decodeTread(m: Message, view: DataView): number {
  m.fid = view.getUint32(7, true);
  m.offset = getLong(view, 11, 1, 0);
  m.count = view.getUint32(19, true);
  return 23;
}

/** `end` is where the packet ends or the longest message does, whichever is first. Gives the position behind it. */
type Coder = (m: Message, view: DataView, end: number, p: Packet) => number;

/** The coders of a rare message, from its fields and their widths in bytes; 0 is a string. */
function byRow(row: string): Coder[] {
  let parsed: [field: 'fid', width: number][] | undefined;
  return [false, true].map((reads) => (m, view, end, p) => {
    const fields = (parsed ??= row.split(' ').map((text) => [text.slice(0, -1) as 'fid', +text.slice(-1)]));
    let at = 7;
    // The end of a string: the fields behind it need room.
    let stop = fields.reduce((left, [, width]) => left - (width || 2), end);
    for (const [field, width] of fields) {
      stop += width || 2;
      const bits = (8 * width) as 32;
      const value = m[field];
      if (width === 0) {
        at = (reads ? get : put)(p, at, value as never, stop);
        if (reads) m[field] = string as never;
      } else if (width === 8) {
        if (reads) m[field] = getLong(view, at, 1, 0);
        else putLong(view, at, value, 0);
      } else if (reads) m[field] = view[`getUint${bits}`](at, true);
      else view[`setUint${bits}`](at, value, true);
      at += width;
    }
    return at;
  });
}

const ENCODERS: Coder[] = [];
const DECODERS: Coder[] = [];
/** The least bytes of each message; negative with a payload, 0 for no message. */
const LEAST = new Int16Array(256);

/** For each message from number `type` on, a request and its answer: the least bytes, the encoder, the decoder. */
function rows(type: number, ...columns: (number | Coder)[]): void {
  for (let i = 0; i < columns.length; i += 3) {
    LEAST[type] = columns[i] as number;
    ENCODERS[type] = columns[i + 1] as Coder;
    DECODERS[type++] = columns[i + 2] as Coder;
  }
}

rows(7, 11, encodeRlerror, decodeRlerror);
rows(8, 11, encodeTstatfs, decodeTstatfs, 67, ...byRow('fstype4 bsize4 blocks8 bfree8 bavail8 files8 ffree8 fsid_lo4 fsid_hi4 namelen4'));
rows(12, 15, encodeTlopen, decodeTlopen, 24, encodeRlopen, decodeRlopen);
rows(14, 25, encodeTlcreate, decodeTlcreate, 24, encodeRlopen, decodeRlopen);
rows(16, 19, encodeTsymlink, decodeTsymlink, 20, encodeRsymlink, decodeRsymlink);
rows(18, 29, ...byRow('dfid4 name0 mode4 major4 minor4 gid4'), 20, encodeRsymlink, decodeRsymlink);
rows(20, 17, ...byRow('fid4 dfid4 name0'), 7, encodeRrename, decodeRrename);
rows(22, 11, encodeTstatfs, decodeTstatfs, 9, encodeRreadlink, decodeRreadlink);
rows(24, 19, encodeTgetattr, decodeTgetattr, 160, encodeRgetattr, decodeRgetattr);
rows(26, 67, encodeTsetattr, decodeTsetattr, 7, encodeRrename, decodeRrename);
rows(30, 17, ...byRow('fid4 newfid4 name0'), 15, ...byRow('size8'));
rows(32, 25, ...byRow('fid4 name0 attr_size8 flags4'), 7, encodeRrename, decodeRrename);
rows(40, 23, encodeTreaddir, decodeTreaddir, -11, encodeRreaddir, decodeRreaddir);
rows(50, 15, encodeTfsync, decodeTfsync, 7, encodeRrename, decodeRrename);
rows(52, 38, ...byRow('fid4 ltype1 flags4 start8 length8 proc_id4 client_id0'), 8, ...byRow('status1'));
rows(54, 34, ...byRow('fid4 ltype1 start8 length8 proc_id4 client_id0'), 30, ...byRow('ltype1 start8 length8 proc_id4 client_id0'));
rows(70, 17, encodeTlink, decodeTlink, 7, encodeRrename, decodeRrename);
rows(72, 21, encodeTmkdir, decodeTmkdir, 20, encodeRsymlink, decodeRsymlink);
rows(74, 19, encodeTrenameat, decodeTrenameat, 7, encodeRrename, decodeRrename);
rows(76, 17, encodeTunlinkat, decodeTunlinkat, 7, encodeRrename, decodeRrename);
rows(100, 13, ...byRow('msize4 version0'), 13, ...byRow('msize4 version0'));
rows(102, 19, ...byRow('afid4 uname0 aname0 n_uname4'), 20, encodeRsymlink, decodeRsymlink);
rows(104, 23, ...byRow('fid4 afid4 uname0 aname0 n_uname4'), 20, encodeRsymlink, decodeRsymlink);
rows(108, 9, ...byRow('oldtag2'), 7, encodeRrename, decodeRrename);
rows(110, 17, encodeTwalk, decodeTwalk, 9, encodeRwalk, decodeRwalk);
rows(116, 23, encodeTread, decodeTread, -11, encodeRreaddir, decodeRreaddir);
rows(118, -23, encodeTread, decodeTread, 11, encodeRreaddir, decodeRreaddir);
rows(120, 11, encodeTstatfs, decodeTstatfs, 7, encodeRrename, decodeRrename);
rows(122, 11, encodeTstatfs, decodeTstatfs, 7, encodeRrename, decodeRrename);
