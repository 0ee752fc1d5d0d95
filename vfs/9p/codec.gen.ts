// Generated from messages.ts by gen.ts. Do not edit it: change the table and generate it anew.
import { E } from '../errno.ts';
import { internString } from '../intern.ts';
import { type Packet, putString } from './packet.ts';

const EINVAL = E.EINVAL;
const EMSGSIZE = E.EMSGSIZE;
const EOVERFLOW = E.EOVERFLOW;
const ENOTSUP = E.ENOTSUP;
const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const MIN_SAFE = -MAX_SAFE - 1;
const TWO_32 = 0x100000000;
// The upper half of MAX_SAFE.
const MAX_HIGH = 0x1fffff;

/**
 * Any message: `type` tells which, and so which of the fields hold. All of them exist from the start, so that all
 * messages have one shape. A qid is `qid_*`, the qids of Rwalk are `wqid_*`, an opaque u64 is `_lo` and `_hi`.
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
  fsid: number;
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
    this.fsid = 0;
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

/** An entry in the data of Rreaddir. `cookie_*` is where to go on after it, `dtype` a DT_ number. */
export class Dirent {
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
 * -EINVAL for an unknown type, over 16 names or qids, a string over 65535 bytes, an [8] that is no whole number it can
 * hold; -EILSEQ for a string with half a surrogate pair; -EMSGSIZE when the message, its payload included, is longer
 * than `limit` (msize, up to 2^32 - 1), or what is written of it longer than the packet.
 *
 * Of a message that ends in a payload only the header is written: the size field counts `count` bytes more, which the
 * transport places. Other numbers are cut to the width of their field, so that -1 may stand for NOFID.
 */
export function encode(m: Message, p: Packet, limit: number): number {
  const type = m.type;
  if (type !== (type & 255)) return -EINVAL;
  const length = p.u8.length;
  const end = limit < length ? limit : length;
  if (end < Math.abs(LENGTHS[type])) return -EMSGSIZE;
  fault = 0;
  const written = ENCODERS[type](m, p, end, limit);
  if (written < 0) return written;
  if (fault !== 0) return -EINVAL;
  const view = p.view;
  view.setUint32(0, LENGTHS[type] === 0 ? written + m.count : written, true);
  view.setUint8(4, type);
  view.setUint16(5, m.tag, true);
  return written;
}

/**
 * Reads the message at the start of the packet, of which `end` bytes are there. Returns 0 or an errno:
 * EINVAL for bytes that are no such message (a size field that differs from `end`, a string or list past the end,
 * bytes left over, over 16 names, an [8] with bit 63 set); EOVERFLOW for an [8] above 2^53 - 1; EILSEQ for a string
 * that is not UTF-8; ENOTSUP for an unknown type. `type` and `tag` are set whenever `end` is at least 7, so that a
 * server can answer; after an error the other fields mean nothing.
 *
 * A payload may be in the packet (`end` is the size field) or elsewhere (`end` is the header's length, 0 left over).
 */
export function decode(m: Message, p: Packet, end: number): number {
  if (end < 7 || end > p.u8.length) return EINVAL;
  const type = p.u8[4];
  m.type = type;
  m.tag = p.view.getUint16(5, true);
  const size = p.view.getUint32(0, true);
  const length = LENGTHS[type];
  if (length > 0 ? size !== end || end !== length : length < 0 && (size !== end || end < -length)) return EINVAL;
  fault = 0;
  return DECODERS[type](m, p, end, size) || fault;
}

/** Whether a number is that of a request. */
export function isT(type: number): boolean {
  return (type & 1) === 0 && NAMES[type] !== undefined && NAMES[type] !== '';
}

/**
 * Writes a directory entry into the packet at `start`, not beyond `end`. Returns the position after it, or -EMSGSIZE
 * when it does not fit, -EINVAL and -EILSEQ as `encode`.
 */
export function encodeDirent(m: Dirent, p: Packet, start: number, end: number): number {
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
 * whole, -EILSEQ when its name is not UTF-8.
 */
export function decodeDirent(m: Dirent, p: Packet, start: number, end: number): number {
  if (end > p.u8.length || end < start + 24) return -EINVAL;
  const view = p.view;
  m.qid_type = view.getUint8(start);
  m.qid_version = view.getUint32(start + 1, true);
  m.qid_path_lo = view.getUint32(start + 5, true);
  m.qid_path_hi = view.getUint32(start + 9, true);
  m.cookie_lo = view.getUint32(start + 13, true);
  m.cookie_hi = view.getUint32(start + 17, true);
  m.dtype = view.getUint8(start + 21);
  const at = getString(p, start + 22, end, m.name);
  if (at < 0) return at;
  m.name = string;
  return at;
}

function tooLarge(high: number): number {
  return high > 0x7fffffff ? EINVAL : EOVERFLOW;
}

// The errno of a number of the message that is out of range.
let fault = 0;

/** The upper half of a number that has more than 32 bits; a fault when it is no whole number from `least` on. */
function highOf(n: number, least = 0): number {
  if (!(n >= least && n <= MAX_SAFE && Math.floor(n) === n)) fault = EINVAL;
  return Math.floor(n / TWO_32);
}

/** Writes a number as an [8]. */
function putLong(view: DataView, at: number, n: number, least = 0): void {
  view.setUint32(at, n, true);
  view.setUint32(at + 4, n >>> 0 === n ? 0 : highOf(n, least), true);
}

/** The upper half of one that may be rounded, but not be negative. */
function roundedHigh(n: number): number {
  if (!(n >= 0)) fault = EINVAL;
  return n / TWO_32;
}

// What getString has read.
let string = '';

/** Reads length[2] and UTF-8 at `at`, not beyond `stop`: the position behind it, or -EINVAL, -EILSEQ. */
function getString(p: Packet, at: number, stop: number, guess: string): number {
  const from = at + 2;
  if (from > stop) return -EINVAL;
  const end = from + p.view.getUint16(at, true);
  if (end > stop) return -EINVAL;
  const found = internString(p.u8, from, end, guess);
  if (typeof found === 'number') return -found;
  string = found;
  return end;
}

/** A checked number by its halves; one that is out of range is 0, and a fault if the message says that it holds. */
function longSize(high: number, low: number, holds = 1): number {
  if (high <= MAX_HIGH) return high * TWO_32 + low;
  if (holds !== 0) fault = tooLarge(high);
  return 0;
}

/** A signed number, likewise. */
function longSeconds(high: number, low: number, holds = 1): number {
  if (high <= MAX_HIGH && high >= ~MAX_HIGH) return high * TWO_32 + low;
  if (holds !== 0) fault = EOVERFLOW;
  return 0;
}

/** Reads an [8] as a checked number. */
function getSize(view: DataView, at: number, holds = 1): number {
  return longSize(view.getUint32(at + 4, true), view.getUint32(at, true), holds);
}

/** Reads an [8] as a signed number. */
function getSeconds(view: DataView, at: number, holds = 1): number {
  return longSeconds(view.getInt32(at + 4, true), view.getUint32(at, true), holds);
}

function encodeRlerror(m: Message, p: Packet): number {
  p.view.setUint32(7, m.ecode, true);
  return 11;
}

function encodeTstatfs(m: Message, p: Packet): number {
  p.view.setUint32(7, m.fid, true);
  return 11;
}

function encodeRstatfs(m: Message, p: Packet): number {
  const view = p.view;
  let n = 0;
  view.setUint32(7, m.fstype, true);
  view.setUint32(11, m.bsize, true);
  putLong(view, 15, m.blocks);
  putLong(view, 23, m.bfree);
  putLong(view, 31, m.bavail);
  putLong(view, 39, m.files);
  putLong(view, 47, m.ffree);
  n = m.fsid;
  view.setUint32(55, n, true);
  view.setUint32(59, n >>> 0 === n ? 0 : roundedHigh(n), true);
  view.setUint32(63, m.namelen, true);
  return 67;
}

function encodeTlopen(m: Message, p: Packet): number {
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.flags, true);
  return 15;
}

function encodeRlopen(m: Message, p: Packet): number {
  const view = p.view;
  view.setUint8(7, m.qid_type);
  view.setUint32(8, m.qid_version, true);
  view.setUint32(12, m.qid_path_lo, true);
  view.setUint32(16, m.qid_path_hi, true);
  view.setUint32(20, m.iounit, true);
  return 24;
}

function encodeTlcreate(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.fid, true);
  let at = putString(p, 11, m.name, end - 12);
  if (at < 0) return at;
  view.setUint32(at, m.flags, true);
  view.setUint32(at + 4, m.mode, true);
  view.setUint32(at + 8, m.gid, true);
  return at + 12;
}

function encodeTsymlink(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.dfid, true);
  let at = putString(p, 11, m.name, end - 6);
  if (at < 0) return at;
  at = putString(p, at, m.symtgt, end - 4);
  if (at < 0) return at;
  view.setUint32(at, m.gid, true);
  return at + 4;
}

function encodeRsymlink(m: Message, p: Packet): number {
  const view = p.view;
  view.setUint8(7, m.qid_type);
  view.setUint32(8, m.qid_version, true);
  view.setUint32(12, m.qid_path_lo, true);
  view.setUint32(16, m.qid_path_hi, true);
  return 20;
}

function encodeTmknod(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.dfid, true);
  let at = putString(p, 11, m.name, end - 16);
  if (at < 0) return at;
  view.setUint32(at, m.mode, true);
  view.setUint32(at + 4, m.major, true);
  view.setUint32(at + 8, m.minor, true);
  view.setUint32(at + 12, m.gid, true);
  return at + 16;
}

function encodeTrename(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.dfid, true);
  return putString(p, 15, m.name, end);
}

function encodeRrename(m: Message, p: Packet): number {
  return 7;
}

function encodeRreadlink(m: Message, p: Packet, end: number): number {
  return putString(p, 7, m.target, end);
}

function encodeTgetattr(m: Message, p: Packet): number {
  const view = p.view;
  let n = 0;
  view.setUint32(7, m.fid, true);
  n = m.request_mask;
  view.setUint32(11, n, true);
  view.setUint32(15, n >>> 0 === n ? 0 : highOf(n), true);
  return 19;
}

function encodeRgetattr(m: Message, p: Packet): number {
  const view = p.view;
  let n = 0;
  n = m.valid;
  view.setUint32(7, n, true);
  view.setUint32(11, n >>> 0 === n ? 0 : highOf(n), true);
  view.setUint8(15, m.qid_type);
  view.setUint32(16, m.qid_version, true);
  view.setUint32(20, m.qid_path_lo, true);
  view.setUint32(24, m.qid_path_hi, true);
  view.setUint32(28, m.mode, true);
  view.setUint32(32, m.uid, true);
  view.setUint32(36, m.gid, true);
  n = m.nlink;
  view.setUint32(40, n, true);
  view.setUint32(44, n >>> 0 === n ? 0 : highOf(n), true);
  if ((m.valid & 16) === 0) {
    view.setFloat64(48, 0);
  } else {
    n = m.rdev;
    view.setUint32(48, n, true);
    view.setUint32(52, n >>> 0 === n ? 0 : highOf(n), true);
  }
  n = m.size;
  view.setUint32(56, n, true);
  view.setUint32(60, n >>> 0 === n ? 0 : highOf(n), true);
  if ((m.valid & 1024) === 0) {
    view.setFloat64(64, 0);
    view.setFloat64(72, 0);
  } else {
    n = m.blksize;
    view.setUint32(64, n, true);
    view.setUint32(68, n >>> 0 === n ? 0 : highOf(n), true);
    n = m.blocks;
    view.setUint32(72, n, true);
    view.setUint32(76, n >>> 0 === n ? 0 : highOf(n), true);
  }
  n = m.atime_sec;
  view.setUint32(80, n, true);
  view.setUint32(84, n >>> 0 === n ? 0 : highOf(n, MIN_SAFE), true);
  n = m.atime_nsec;
  view.setUint32(88, n, true);
  view.setUint32(92, n >>> 0 === n ? 0 : highOf(n), true);
  n = m.mtime_sec;
  view.setUint32(96, n, true);
  view.setUint32(100, n >>> 0 === n ? 0 : highOf(n, MIN_SAFE), true);
  n = m.mtime_nsec;
  view.setUint32(104, n, true);
  view.setUint32(108, n >>> 0 === n ? 0 : highOf(n), true);
  n = m.ctime_sec;
  view.setUint32(112, n, true);
  view.setUint32(116, n >>> 0 === n ? 0 : highOf(n, MIN_SAFE), true);
  n = m.ctime_nsec;
  view.setUint32(120, n, true);
  view.setUint32(124, n >>> 0 === n ? 0 : highOf(n), true);
  if ((m.valid & 14336) === 0) {
    view.setFloat64(128, 0);
    view.setFloat64(136, 0);
    view.setFloat64(144, 0);
    view.setFloat64(152, 0);
  } else {
    n = m.btime_sec;
    view.setUint32(128, n, true);
    view.setUint32(132, n >>> 0 === n ? 0 : highOf(n, MIN_SAFE), true);
    n = m.btime_nsec;
    view.setUint32(136, n, true);
    view.setUint32(140, n >>> 0 === n ? 0 : highOf(n), true);
    n = m.gen;
    view.setUint32(144, n, true);
    view.setUint32(148, n >>> 0 === n ? 0 : highOf(n), true);
    n = m.data_version;
    view.setUint32(152, n, true);
    view.setUint32(156, n >>> 0 === n ? 0 : highOf(n), true);
  }
  return 160;
}

function encodeTsetattr(m: Message, p: Packet): number {
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.valid, true);
  view.setUint32(15, m.mode, true);
  view.setUint32(19, m.uid, true);
  view.setUint32(23, m.gid, true);
  putLong(view, 27, m.size);
  putLong(view, 35, m.atime_sec, MIN_SAFE);
  putLong(view, 43, m.atime_nsec);
  putLong(view, 51, m.mtime_sec, MIN_SAFE);
  putLong(view, 59, m.mtime_nsec);
  return 67;
}

function encodeTxattrwalk(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.newfid, true);
  return putString(p, 15, m.name, end);
}

function encodeRxattrwalk(m: Message, p: Packet): number {
  putLong(p.view, 7, m.size);
  return 15;
}

function encodeTxattrcreate(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.fid, true);
  let at = putString(p, 11, m.name, end - 12);
  if (at < 0) return at;
  putLong(view, at, m.attr_size);
  view.setUint32(at + 8, m.flags, true);
  return at + 12;
}

function encodeTreaddir(m: Message, p: Packet): number {
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.cookie_lo, true);
  view.setUint32(15, m.cookie_hi, true);
  view.setUint32(19, m.count, true);
  return 23;
}

function encodeRreaddir(m: Message, p: Packet, _end: number, limit: number): number {
  if (11 + (m.count >>> 0) > limit || p.u8.length < 11) return -EMSGSIZE;
  p.view.setUint32(7, m.count, true);
  return 11;
}

function encodeTfsync(m: Message, p: Packet): number {
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.datasync, true);
  return 15;
}

function encodeTlock(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint8(11, m.ltype);
  view.setUint32(12, m.flags, true);
  putLong(view, 16, m.start);
  putLong(view, 24, m.length);
  view.setUint32(32, m.proc_id, true);
  return putString(p, 36, m.client_id, end);
}

function encodeRlock(m: Message, p: Packet): number {
  p.view.setUint8(7, m.status);
  return 8;
}

function encodeTgetlock(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint8(11, m.ltype);
  putLong(view, 12, m.start);
  putLong(view, 20, m.length);
  view.setUint32(28, m.proc_id, true);
  return putString(p, 32, m.client_id, end);
}

function encodeRgetlock(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint8(7, m.ltype);
  putLong(view, 8, m.start);
  putLong(view, 16, m.length);
  view.setUint32(24, m.proc_id, true);
  return putString(p, 28, m.client_id, end);
}

function encodeTlink(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.dfid, true);
  view.setUint32(11, m.fid, true);
  return putString(p, 15, m.name, end);
}

function encodeTmkdir(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.dfid, true);
  let at = putString(p, 11, m.name, end - 8);
  if (at < 0) return at;
  view.setUint32(at, m.mode, true);
  view.setUint32(at + 4, m.gid, true);
  return at + 8;
}

function encodeTrenameat(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.olddirfid, true);
  let at = putString(p, 11, m.oldname, end - 6);
  if (at < 0) return at;
  view.setUint32(at, m.newdirfid, true);
  return putString(p, at + 4, m.newname, end);
}

function encodeTunlinkat(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.dfid, true);
  let at = putString(p, 11, m.name, end - 4);
  if (at < 0) return at;
  view.setUint32(at, m.flags, true);
  return at + 4;
}

function encodeTversion(m: Message, p: Packet, end: number): number {
  p.view.setUint32(7, m.msize, true);
  return putString(p, 11, m.version, end);
}

function encodeTauth(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.afid, true);
  let at = putString(p, 11, m.uname, end - 6);
  if (at < 0) return at;
  at = putString(p, at, m.aname, end - 4);
  if (at < 0) return at;
  view.setUint32(at, m.n_uname, true);
  return at + 4;
}

function encodeRauth(m: Message, p: Packet): number {
  const view = p.view;
  view.setUint8(7, m.qid_type);
  view.setUint32(8, m.qid_version, true);
  view.setUint32(12, m.qid_path_lo, true);
  view.setUint32(16, m.qid_path_hi, true);
  return 20;
}

function encodeTattach(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.afid, true);
  let at = putString(p, 15, m.uname, end - 6);
  if (at < 0) return at;
  at = putString(p, at, m.aname, end - 4);
  if (at < 0) return at;
  view.setUint32(at, m.n_uname, true);
  return at + 4;
}

function encodeTflush(m: Message, p: Packet): number {
  p.view.setUint16(7, m.oldtag, true);
  return 9;
}

function encodeTwalk(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.newfid, true);
  view.setUint16(15, m.nwname, true);
  const count = m.nwname >>> 0;
  if (count > 16 || count > m.wname.length) return -EINVAL;
  let at = 17;
  for (let i = 0; i < count; i++) {
    at = putString(p, at, m.wname[i], end);
    if (at < 0) return at;
  }
  return at;
}

function encodeRwalk(m: Message, p: Packet, end: number): number {
  const view = p.view;
  view.setUint16(7, m.nwqid, true);
  const count = m.nwqid >>> 0;
  if (count > 16) return -EINVAL;
  let at = 9;
  if (at + 13 * count > end) return -EMSGSIZE;
  for (let i = 0; i < count; i++) {
    view.setUint8(at, m.wqid_type[i]);
    view.setUint32(at + 1, m.wqid_version[i], true);
    view.setUint32(at + 5, m.wqid_path_lo[i], true);
    view.setUint32(at + 9, m.wqid_path_hi[i], true);
    at += 13;
  }
  return at;
}

function encodeTread(m: Message, p: Packet): number {
  const view = p.view;
  let n = 0;
  view.setUint32(7, m.fid, true);
  n = m.offset;
  view.setUint32(11, n, true);
  view.setUint32(15, n >>> 0 === n ? 0 : highOf(n), true);
  view.setUint32(19, m.count, true);
  return 23;
}

function encodeTwrite(m: Message, p: Packet, _end: number, limit: number): number {
  if (23 + (m.count >>> 0) > limit || p.u8.length < 23) return -EMSGSIZE;
  const view = p.view;
  let n = 0;
  view.setUint32(7, m.fid, true);
  n = m.offset;
  view.setUint32(11, n, true);
  view.setUint32(15, n >>> 0 === n ? 0 : highOf(n), true);
  view.setUint32(19, m.count, true);
  return 23;
}

function encodeRwrite(m: Message, p: Packet): number {
  p.view.setUint32(7, m.count, true);
  return 11;
}

function decodeRlerror(m: Message, p: Packet): number {
  m.ecode = p.view.getUint32(7, true);
  return 0;
}

function decodeTstatfs(m: Message, p: Packet): number {
  m.fid = p.view.getUint32(7, true);
  return 0;
}

function decodeRstatfs(m: Message, p: Packet): number {
  const view = p.view;
  m.fstype = view.getUint32(7, true);
  m.bsize = view.getUint32(11, true);
  m.blocks = getSize(view, 15);
  m.bfree = getSize(view, 23);
  m.bavail = getSize(view, 31);
  m.files = getSize(view, 39);
  m.ffree = getSize(view, 47);
  m.fsid = view.getUint32(59, true) * TWO_32 + view.getUint32(55, true);
  m.namelen = view.getUint32(63, true);
  return 0;
}

function decodeTlopen(m: Message, p: Packet): number {
  const view = p.view;
  m.fid = view.getUint32(7, true);
  m.flags = view.getUint32(11, true);
  return 0;
}

function decodeRlopen(m: Message, p: Packet): number {
  const view = p.view;
  m.qid_type = view.getUint8(7);
  m.qid_version = view.getUint32(8, true);
  m.qid_path_lo = view.getUint32(12, true);
  m.qid_path_hi = view.getUint32(16, true);
  m.iounit = view.getUint32(20, true);
  return 0;
}

function decodeTlcreate(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.fid = view.getUint32(7, true);
  const at = getString(p, 11, end - 12, m.name);
  if (at < 0) return -at;
  m.name = string;
  m.flags = view.getUint32(at, true);
  m.mode = view.getUint32(at + 4, true);
  m.gid = view.getUint32(at + 8, true);
  return at + 12 === end ? 0 : EINVAL;
}

function decodeTsymlink(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.dfid = view.getUint32(7, true);
  let at = getString(p, 11, end - 6, m.name);
  if (at < 0) return -at;
  m.name = string;
  at = getString(p, at, end - 4, m.symtgt);
  if (at < 0) return -at;
  m.symtgt = string;
  m.gid = view.getUint32(at, true);
  return at + 4 === end ? 0 : EINVAL;
}

function decodeRsymlink(m: Message, p: Packet): number {
  const view = p.view;
  m.qid_type = view.getUint8(7);
  m.qid_version = view.getUint32(8, true);
  m.qid_path_lo = view.getUint32(12, true);
  m.qid_path_hi = view.getUint32(16, true);
  return 0;
}

function decodeTmknod(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.dfid = view.getUint32(7, true);
  const at = getString(p, 11, end - 16, m.name);
  if (at < 0) return -at;
  m.name = string;
  m.mode = view.getUint32(at, true);
  m.major = view.getUint32(at + 4, true);
  m.minor = view.getUint32(at + 8, true);
  m.gid = view.getUint32(at + 12, true);
  return at + 16 === end ? 0 : EINVAL;
}

function decodeTrename(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.fid = view.getUint32(7, true);
  m.dfid = view.getUint32(11, true);
  const at = getString(p, 15, end, m.name);
  if (at < 0) return -at;
  m.name = string;
  return at === end ? 0 : EINVAL;
}

function decodeRrename(): number {
  return 0;
}

function decodeRreadlink(m: Message, p: Packet, end: number): number {
  const at = getString(p, 7, end, m.target);
  if (at < 0) return -at;
  m.target = string;
  return at === end ? 0 : EINVAL;
}

function decodeTgetattr(m: Message, p: Packet): number {
  const view = p.view;
  let n = 0;
  m.fid = view.getUint32(7, true);
  n = view.getUint32(15, true);
  m.request_mask = n === 0 ? view.getUint32(11, true) : longSize(n, view.getUint32(11, true));
  return 0;
}

function decodeRgetattr(m: Message, p: Packet): number {
  const view = p.view;
  let n = 0;
  n = view.getUint32(11, true);
  m.valid = n === 0 ? view.getUint32(7, true) : longSize(n, view.getUint32(7, true));
  m.qid_type = view.getUint8(15);
  m.qid_version = view.getUint32(16, true);
  m.qid_path_lo = view.getUint32(20, true);
  m.qid_path_hi = view.getUint32(24, true);
  m.mode = view.getUint32(28, true);
  m.uid = view.getUint32(32, true);
  m.gid = view.getUint32(36, true);
  n = view.getUint32(44, true);
  m.nlink = n === 0 ? view.getUint32(40, true) : longSize(n, view.getUint32(40, true), m.valid & 2);
  if ((m.valid & 16) === 0) {
    m.rdev = 0;
  } else {
    n = view.getUint32(52, true);
    m.rdev = n === 0 ? view.getUint32(48, true) : longSize(n, view.getUint32(48, true), m.valid & 16);
  }
  n = view.getUint32(60, true);
  m.size = n === 0 ? view.getUint32(56, true) : longSize(n, view.getUint32(56, true), m.valid & 512);
  if ((m.valid & 1024) === 0) {
    m.blksize = m.blocks = 0;
  } else {
    n = view.getUint32(68, true);
    m.blksize = n === 0 ? view.getUint32(64, true) : longSize(n, view.getUint32(64, true), m.valid & 1024);
    n = view.getUint32(76, true);
    m.blocks = n === 0 ? view.getUint32(72, true) : longSize(n, view.getUint32(72, true), m.valid & 1024);
  }
  n = view.getInt32(84, true);
  m.atime_sec = n === 0 ? view.getUint32(80, true) : longSeconds(n, view.getUint32(80, true), m.valid & 32);
  n = view.getUint32(92, true);
  m.atime_nsec = n === 0 ? view.getUint32(88, true) : longSize(n, view.getUint32(88, true), m.valid & 32);
  n = view.getInt32(100, true);
  m.mtime_sec = n === 0 ? view.getUint32(96, true) : longSeconds(n, view.getUint32(96, true), m.valid & 64);
  n = view.getUint32(108, true);
  m.mtime_nsec = n === 0 ? view.getUint32(104, true) : longSize(n, view.getUint32(104, true), m.valid & 64);
  n = view.getInt32(116, true);
  m.ctime_sec = n === 0 ? view.getUint32(112, true) : longSeconds(n, view.getUint32(112, true), m.valid & 128);
  n = view.getUint32(124, true);
  m.ctime_nsec = n === 0 ? view.getUint32(120, true) : longSize(n, view.getUint32(120, true), m.valid & 128);
  if ((m.valid & 14336) === 0) {
    m.btime_sec = m.btime_nsec = m.gen = m.data_version = 0;
  } else {
    n = view.getInt32(132, true);
    m.btime_sec = n === 0 ? view.getUint32(128, true) : longSeconds(n, view.getUint32(128, true), m.valid & 2048);
    n = view.getUint32(140, true);
    m.btime_nsec = n === 0 ? view.getUint32(136, true) : longSize(n, view.getUint32(136, true), m.valid & 2048);
    n = view.getUint32(148, true);
    m.gen = n === 0 ? view.getUint32(144, true) : longSize(n, view.getUint32(144, true), m.valid & 4096);
    n = view.getUint32(156, true);
    m.data_version = n === 0 ? view.getUint32(152, true) : longSize(n, view.getUint32(152, true), m.valid & 8192);
  }
  return 0;
}

function decodeTsetattr(m: Message, p: Packet): number {
  const view = p.view;
  m.fid = view.getUint32(7, true);
  m.valid = view.getUint32(11, true);
  m.mode = view.getUint32(15, true);
  m.uid = view.getUint32(19, true);
  m.gid = view.getUint32(23, true);
  m.size = getSize(view, 27, m.valid & 8);
  m.atime_sec = getSeconds(view, 35, m.valid & 128);
  m.atime_nsec = getSize(view, 43, m.valid & 128);
  m.mtime_sec = getSeconds(view, 51, m.valid & 256);
  m.mtime_nsec = getSize(view, 59, m.valid & 256);
  return 0;
}

function decodeTxattrwalk(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.fid = view.getUint32(7, true);
  m.newfid = view.getUint32(11, true);
  const at = getString(p, 15, end, m.name);
  if (at < 0) return -at;
  m.name = string;
  return at === end ? 0 : EINVAL;
}

function decodeRxattrwalk(m: Message, p: Packet): number {
  m.size = getSize(p.view, 7);
  return 0;
}

function decodeTxattrcreate(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.fid = view.getUint32(7, true);
  const at = getString(p, 11, end - 12, m.name);
  if (at < 0) return -at;
  m.name = string;
  m.attr_size = getSize(view, at);
  m.flags = view.getUint32(at + 8, true);
  return at + 12 === end ? 0 : EINVAL;
}

function decodeTreaddir(m: Message, p: Packet): number {
  const view = p.view;
  m.fid = view.getUint32(7, true);
  m.cookie_lo = view.getUint32(11, true);
  m.cookie_hi = view.getUint32(15, true);
  m.count = view.getUint32(19, true);
  return 0;
}

function decodeRreaddir(m: Message, p: Packet, end: number, size: number): number {
  if (end < 11) return EINVAL;
  m.count = p.view.getUint32(7, true);
  m.data_offset = 11;
  return size === 11 + m.count && (end === size || end === 11) ? 0 : EINVAL;
}

function decodeTfsync(m: Message, p: Packet): number {
  const view = p.view;
  m.fid = view.getUint32(7, true);
  m.datasync = view.getUint32(11, true);
  return 0;
}

function decodeTlock(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.fid = view.getUint32(7, true);
  m.ltype = view.getUint8(11);
  m.flags = view.getUint32(12, true);
  m.start = getSize(view, 16);
  m.length = getSize(view, 24);
  m.proc_id = view.getUint32(32, true);
  const at = getString(p, 36, end, m.client_id);
  if (at < 0) return -at;
  m.client_id = string;
  return at === end ? 0 : EINVAL;
}

function decodeRlock(m: Message, p: Packet): number {
  m.status = p.view.getUint8(7);
  return 0;
}

function decodeTgetlock(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.fid = view.getUint32(7, true);
  m.ltype = view.getUint8(11);
  m.start = getSize(view, 12);
  m.length = getSize(view, 20);
  m.proc_id = view.getUint32(28, true);
  const at = getString(p, 32, end, m.client_id);
  if (at < 0) return -at;
  m.client_id = string;
  return at === end ? 0 : EINVAL;
}

function decodeRgetlock(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.ltype = view.getUint8(7);
  m.start = getSize(view, 8);
  m.length = getSize(view, 16);
  m.proc_id = view.getUint32(24, true);
  const at = getString(p, 28, end, m.client_id);
  if (at < 0) return -at;
  m.client_id = string;
  return at === end ? 0 : EINVAL;
}

function decodeTlink(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.dfid = view.getUint32(7, true);
  m.fid = view.getUint32(11, true);
  const at = getString(p, 15, end, m.name);
  if (at < 0) return -at;
  m.name = string;
  return at === end ? 0 : EINVAL;
}

function decodeTmkdir(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.dfid = view.getUint32(7, true);
  const at = getString(p, 11, end - 8, m.name);
  if (at < 0) return -at;
  m.name = string;
  m.mode = view.getUint32(at, true);
  m.gid = view.getUint32(at + 4, true);
  return at + 8 === end ? 0 : EINVAL;
}

function decodeTrenameat(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.olddirfid = view.getUint32(7, true);
  let at = getString(p, 11, end - 6, m.oldname);
  if (at < 0) return -at;
  m.oldname = string;
  m.newdirfid = view.getUint32(at, true);
  at = getString(p, at + 4, end, m.newname);
  if (at < 0) return -at;
  m.newname = string;
  return at === end ? 0 : EINVAL;
}

function decodeTunlinkat(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.dfid = view.getUint32(7, true);
  const at = getString(p, 11, end - 4, m.name);
  if (at < 0) return -at;
  m.name = string;
  m.flags = view.getUint32(at, true);
  return at + 4 === end ? 0 : EINVAL;
}

function decodeTversion(m: Message, p: Packet, end: number): number {
  m.msize = p.view.getUint32(7, true);
  const at = getString(p, 11, end, m.version);
  if (at < 0) return -at;
  m.version = string;
  return at === end ? 0 : EINVAL;
}

function decodeTauth(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.afid = view.getUint32(7, true);
  let at = getString(p, 11, end - 6, m.uname);
  if (at < 0) return -at;
  m.uname = string;
  at = getString(p, at, end - 4, m.aname);
  if (at < 0) return -at;
  m.aname = string;
  m.n_uname = view.getUint32(at, true);
  return at + 4 === end ? 0 : EINVAL;
}

function decodeRauth(m: Message, p: Packet): number {
  const view = p.view;
  m.qid_type = view.getUint8(7);
  m.qid_version = view.getUint32(8, true);
  m.qid_path_lo = view.getUint32(12, true);
  m.qid_path_hi = view.getUint32(16, true);
  return 0;
}

function decodeTattach(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.fid = view.getUint32(7, true);
  m.afid = view.getUint32(11, true);
  let at = getString(p, 15, end - 6, m.uname);
  if (at < 0) return -at;
  m.uname = string;
  at = getString(p, at, end - 4, m.aname);
  if (at < 0) return -at;
  m.aname = string;
  m.n_uname = view.getUint32(at, true);
  return at + 4 === end ? 0 : EINVAL;
}

function decodeTflush(m: Message, p: Packet): number {
  m.oldtag = p.view.getUint16(7, true);
  return 0;
}

function decodeTwalk(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.fid = view.getUint32(7, true);
  m.newfid = view.getUint32(11, true);
  m.nwname = view.getUint16(15, true);
  const count = m.nwname;
  if (count > 16) return EINVAL;
  let at = 17;
  for (let i = 0; i < count; i++) {
    at = getString(p, at, end, m.wname[i]);
    if (at < 0) return -at;
    m.wname[i] = string;
  }
  return at === end ? 0 : EINVAL;
}

function decodeRwalk(m: Message, p: Packet, end: number): number {
  const view = p.view;
  m.nwqid = view.getUint16(7, true);
  const count = m.nwqid;
  if (count > 16) return EINVAL;
  let at = 9;
  if (at + 13 * count > end) return EINVAL;
  for (let i = 0; i < count; i++) {
    m.wqid_type[i] = view.getUint8(at);
    m.wqid_version[i] = view.getUint32(at + 1, true);
    m.wqid_path_lo[i] = view.getUint32(at + 5, true);
    m.wqid_path_hi[i] = view.getUint32(at + 9, true);
    at += 13;
  }
  return at === end ? 0 : EINVAL;
}

function decodeTread(m: Message, p: Packet): number {
  const view = p.view;
  let n = 0;
  m.fid = view.getUint32(7, true);
  n = view.getUint32(15, true);
  m.offset = n === 0 ? view.getUint32(11, true) : longSize(n, view.getUint32(11, true));
  m.count = view.getUint32(19, true);
  return 0;
}

function decodeTwrite(m: Message, p: Packet, end: number, size: number): number {
  if (end < 23) return EINVAL;
  const view = p.view;
  let n = 0;
  m.fid = view.getUint32(7, true);
  n = view.getUint32(15, true);
  m.offset = n === 0 ? view.getUint32(11, true) : longSize(n, view.getUint32(11, true));
  m.count = view.getUint32(19, true);
  m.data_offset = 23;
  return size === 23 + m.count && (end === size || end === 23) ? 0 : EINVAL;
}

function decodeRwrite(m: Message, p: Packet): number {
  m.count = p.view.getUint32(7, true);
  return 0;
}

/** `end` is where the packet ends or the longest message does, whichever is first. */
type Encoder = (m: Message, p: Packet, end: number, limit: number) => number;
type Decoder = (m: Message, p: Packet, end: number, size: number) => number;

const ENCODERS: Encoder[] = new Array<Encoder>(256).fill(() => -EINVAL);
const DECODERS: Decoder[] = new Array<Decoder>(256).fill(() => ENOTSUP);
/** The length of each message in bytes; the least one, negative, of those that vary; 0 of those with a payload. */
const LENGTHS = new Int16Array(256);

function row(type: number, length: number, encoder: Encoder, decoder: Decoder): void {
  LENGTHS[type] = length;
  ENCODERS[type] = encoder;
  DECODERS[type] = decoder;
}

row(7, 11, encodeRlerror, decodeRlerror);
row(8, 11, encodeTstatfs, decodeTstatfs);
row(9, 67, encodeRstatfs, decodeRstatfs);
row(12, 15, encodeTlopen, decodeTlopen);
row(13, 24, encodeRlopen, decodeRlopen);
row(14, -25, encodeTlcreate, decodeTlcreate);
row(15, 24, encodeRlopen, decodeRlopen);
row(16, -19, encodeTsymlink, decodeTsymlink);
row(17, 20, encodeRsymlink, decodeRsymlink);
row(18, -29, encodeTmknod, decodeTmknod);
row(19, 20, encodeRsymlink, decodeRsymlink);
row(20, -17, encodeTrename, decodeTrename);
row(21, 7, encodeRrename, decodeRrename);
row(22, 11, encodeTstatfs, decodeTstatfs);
row(23, -9, encodeRreadlink, decodeRreadlink);
row(24, 19, encodeTgetattr, decodeTgetattr);
row(25, 160, encodeRgetattr, decodeRgetattr);
row(26, 67, encodeTsetattr, decodeTsetattr);
row(27, 7, encodeRrename, decodeRrename);
row(30, -17, encodeTxattrwalk, decodeTxattrwalk);
row(31, 15, encodeRxattrwalk, decodeRxattrwalk);
row(32, -25, encodeTxattrcreate, decodeTxattrcreate);
row(33, 7, encodeRrename, decodeRrename);
row(40, 23, encodeTreaddir, decodeTreaddir);
row(41, 0, encodeRreaddir, decodeRreaddir);
row(50, 15, encodeTfsync, decodeTfsync);
row(51, 7, encodeRrename, decodeRrename);
row(52, -38, encodeTlock, decodeTlock);
row(53, 8, encodeRlock, decodeRlock);
row(54, -34, encodeTgetlock, decodeTgetlock);
row(55, -30, encodeRgetlock, decodeRgetlock);
row(70, -17, encodeTlink, decodeTlink);
row(71, 7, encodeRrename, decodeRrename);
row(72, -21, encodeTmkdir, decodeTmkdir);
row(73, 20, encodeRsymlink, decodeRsymlink);
row(74, -19, encodeTrenameat, decodeTrenameat);
row(75, 7, encodeRrename, decodeRrename);
row(76, -17, encodeTunlinkat, decodeTunlinkat);
row(77, 7, encodeRrename, decodeRrename);
row(100, -13, encodeTversion, decodeTversion);
row(101, -13, encodeTversion, decodeTversion);
row(102, -19, encodeTauth, decodeTauth);
row(103, 20, encodeRauth, decodeRauth);
row(104, -23, encodeTattach, decodeTattach);
row(105, 20, encodeRsymlink, decodeRsymlink);
row(108, 9, encodeTflush, decodeTflush);
row(109, 7, encodeRrename, decodeRrename);
row(110, -17, encodeTwalk, decodeTwalk);
row(111, -9, encodeRwalk, decodeRwalk);
row(116, 23, encodeTread, decodeTread);
row(117, 0, encodeRreaddir, decodeRreaddir);
row(118, 0, encodeTwrite, decodeTwrite);
row(119, 11, encodeRwrite, decodeRwrite);
row(120, 11, encodeTstatfs, decodeTstatfs);
row(121, 7, encodeRrename, decodeRrename);
row(122, 11, encodeTstatfs, decodeTstatfs);
row(123, 7, encodeRrename, decodeRrename);
