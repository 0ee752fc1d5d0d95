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
  declare type: number;
  declare tag: number;
  declare ecode: number;
  declare fid: number;
  declare fstype: number;
  declare bsize: number;
  declare blocks: number;
  declare bfree: number;
  declare bavail: number;
  declare files: number;
  declare ffree: number;
  declare fsid: number;
  declare namelen: number;
  declare flags: number;
  declare qid_type: number;
  declare qid_version: number;
  declare qid_path_lo: number;
  declare qid_path_hi: number;
  declare iounit: number;
  declare name: string;
  declare mode: number;
  declare gid: number;
  declare dfid: number;
  declare symtgt: string;
  declare major: number;
  declare minor: number;
  declare target: string;
  declare request_mask: number;
  declare valid: number;
  declare uid: number;
  declare nlink: number;
  declare rdev: number;
  declare size: number;
  declare blksize: number;
  declare atime_sec: number;
  declare atime_nsec: number;
  declare mtime_sec: number;
  declare mtime_nsec: number;
  declare ctime_sec: number;
  declare ctime_nsec: number;
  declare btime_sec: number;
  declare btime_nsec: number;
  declare gen: number;
  declare data_version: number;
  declare newfid: number;
  declare attr_size: number;
  declare cookie_lo: number;
  declare cookie_hi: number;
  declare count: number;
  declare data_offset: number;
  declare datasync: number;
  declare ltype: number;
  declare start: number;
  declare length: number;
  declare proc_id: number;
  declare client_id: string;
  declare status: number;
  declare olddirfid: number;
  declare oldname: string;
  declare newdirfid: number;
  declare newname: string;
  declare msize: number;
  declare version: string;
  declare afid: number;
  declare uname: string;
  declare aname: string;
  declare n_uname: number;
  declare oldtag: number;
  declare nwname: number;
  declare wname: string[];
  declare nwqid: number;
  declare wqid_type: Uint8Array;
  declare wqid_version: Uint32Array;
  declare wqid_path_lo: Uint32Array;
  declare wqid_path_hi: Uint32Array;
  declare offset: number;

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
    this.afid = 0;
    this.uname = '';
    this.aname = '';
    this.n_uname = 0;
    this.oldtag = 0;
    this.nwname = 0;
    this.wname = Array.from({ length: 16 }, () => '');
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
  declare qid_type: number;
  declare qid_version: number;
  declare qid_path_lo: number;
  declare qid_path_hi: number;
  declare cookie_lo: number;
  declare cookie_hi: number;
  declare dtype: number;
  declare name: string;

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
  return type === (type & 255) ? ENCODERS[type](m, p, limit) : -EINVAL;
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
  return DECODERS[type](m, p, end, p.view.getUint32(0, true));
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
  let at = putString(p, start + 22, m.name, end);
  if (at < 0) return at;
  return at;
}

/**
 * Reads the directory entry at `start`, not beyond `end`. Returns the position after it, or -EINVAL when it is not
 * whole, -EILSEQ when its name is not UTF-8.
 */
export function decodeDirent(m: Dirent, p: Packet, start: number, end: number): number {
  if (end > p.u8.length || end < start + 24) return -EINVAL;
  const view = p.view;
  let s: string | number;
  m.qid_type = view.getUint8(start);
  m.qid_version = view.getUint32(start + 1, true);
  m.qid_path_lo = view.getUint32(start + 5, true);
  m.qid_path_hi = view.getUint32(start + 9, true);
  m.cookie_lo = view.getUint32(start + 13, true);
  m.cookie_hi = view.getUint32(start + 17, true);
  m.dtype = view.getUint8(start + 21);
  const from = start + 24;
  const at = from + view.getUint16(start + 22, true);
  if (at > end) return -EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return -s;
  m.name = s;
  return at;
}

function tooLarge(high: number): number {
  return high > 0x7fffffff ? EINVAL : EOVERFLOW;
}

function room(p: Packet, limit: number): number {
  const length = p.u8.length;
  return limit < length ? limit : length;
}

function head(p: Packet, m: Message, size: number): number {
  const view = p.view;
  view.setUint32(0, size, true);
  view.setUint8(4, m.type);
  view.setUint16(5, m.tag, true);
  return size;
}

// The errno of a number that is out of range, of a message with many of them.
let fault = 0;

/** Writes a signed number: false when it is no whole number that is exact. Nearly all fit in 32 bits. */
function putSeconds(view: DataView, at: number, n: number): boolean {
  if (n >>> 0 === n) {
    view.setUint32(at, n, true);
    view.setUint32(at + 4, 0, true);
    return true;
  }
  return putLong(view, at, n);
}

function putLong(view: DataView, at: number, n: number): boolean {
  view.setUint32(at, n, true);
  view.setUint32(at + 4, Math.floor(n / TWO_32), true);
  return n >= MIN_SAFE && n <= MAX_SAFE && Math.floor(n) === n;
}

/** Writes a checked number, likewise. */
function putSize(view: DataView, at: number, n: number): boolean {
  return putSeconds(view, at, n) && n >= 0;
}

/** A checked number; one that is out of range is 0, and a fault if the message says that the field holds. */
function longSize(view: DataView, at: number, holds: number): number {
  const high = view.getUint32(at + 4, true);
  if (high === 0) return view.getUint32(at, true);
  if (high <= MAX_HIGH) return high * TWO_32 + view.getUint32(at, true);
  if (holds !== 0) fault = tooLarge(high);
  return 0;
}

/** A signed number, likewise. */
function longSeconds(view: DataView, at: number, holds: number): number {
  const high = view.getInt32(at + 4, true);
  if (high === 0) return view.getUint32(at, true);
  if (high <= MAX_HIGH && high >= ~MAX_HIGH) return high * TWO_32 + view.getUint32(at, true);
  if (holds !== 0) fault = EOVERFLOW;
  return 0;
}

function encodeRlerror(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 11) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.ecode, true);
  return head(p, m, 11);
}

function encodeTstatfs(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 11) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.fid, true);
  return head(p, m, 11);
}

function encodeRstatfs(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 67) return -EMSGSIZE;
  const view = p.view;
  let n = 0;
  view.setUint32(7, m.fstype, true);
  view.setUint32(11, m.bsize, true);
  if (!putSize(view, 15, m.blocks)) return -EINVAL;
  if (!putSize(view, 23, m.bfree)) return -EINVAL;
  if (!putSize(view, 31, m.bavail)) return -EINVAL;
  if (!putSize(view, 39, m.files)) return -EINVAL;
  if (!putSize(view, 47, m.ffree)) return -EINVAL;
  n = m.fsid;
  if (!(n >= 0)) return -EINVAL;
  view.setUint32(55, n, true);
  view.setUint32(59, n / TWO_32, true);
  view.setUint32(63, m.namelen, true);
  return head(p, m, 67);
}

function encodeTlopen(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 15) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.flags, true);
  return head(p, m, 15);
}

function encodeRlopen(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 24) return -EMSGSIZE;
  const view = p.view;
  view.setUint8(7, m.qid_type);
  view.setUint32(8, m.qid_version, true);
  view.setUint32(12, m.qid_path_lo, true);
  view.setUint32(16, m.qid_path_hi, true);
  view.setUint32(20, m.iounit, true);
  return head(p, m, 24);
}

function encodeTlcreate(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 25) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.fid, true);
  let at = putString(p, 11, m.name, end - 12);
  if (at < 0) return at;
  view.setUint32(at, m.flags, true);
  view.setUint32(at + 4, m.mode, true);
  view.setUint32(at + 8, m.gid, true);
  return head(p, m, at + 12);
}

function encodeTsymlink(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 19) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.dfid, true);
  let at = putString(p, 11, m.name, end - 6);
  if (at < 0) return at;
  at = putString(p, at, m.symtgt, end - 4);
  if (at < 0) return at;
  view.setUint32(at, m.gid, true);
  return head(p, m, at + 4);
}

function encodeRsymlink(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 20) return -EMSGSIZE;
  const view = p.view;
  view.setUint8(7, m.qid_type);
  view.setUint32(8, m.qid_version, true);
  view.setUint32(12, m.qid_path_lo, true);
  view.setUint32(16, m.qid_path_hi, true);
  return head(p, m, 20);
}

function encodeTmknod(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 29) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.dfid, true);
  let at = putString(p, 11, m.name, end - 16);
  if (at < 0) return at;
  view.setUint32(at, m.mode, true);
  view.setUint32(at + 4, m.major, true);
  view.setUint32(at + 8, m.minor, true);
  view.setUint32(at + 12, m.gid, true);
  return head(p, m, at + 16);
}

function encodeTrename(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 17) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.dfid, true);
  let at = putString(p, 15, m.name, end);
  if (at < 0) return at;
  return head(p, m, at);
}

function encodeRrename(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 7) return -EMSGSIZE;
  return head(p, m, 7);
}

function encodeRreadlink(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 9) return -EMSGSIZE;
  let at = putString(p, 7, m.target, end);
  if (at < 0) return at;
  return head(p, m, at);
}

function encodeTgetattr(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 19) return -EMSGSIZE;
  const view = p.view;
  let n = 0;
  view.setUint32(7, m.fid, true);
  n = m.request_mask;
  if (!(n >= 0 && n <= MAX_SAFE && Math.floor(n) === n)) return -EINVAL;
  view.setUint32(11, n, true);
  view.setUint32(15, n / TWO_32, true);
  return head(p, m, 19);
}

function encodeRgetattr(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 160) return -EMSGSIZE;
  const view = p.view;
  if (!putSize(view, 7, m.valid)) return -EINVAL;
  view.setUint8(15, m.qid_type);
  view.setUint32(16, m.qid_version, true);
  view.setUint32(20, m.qid_path_lo, true);
  view.setUint32(24, m.qid_path_hi, true);
  view.setUint32(28, m.mode, true);
  view.setUint32(32, m.uid, true);
  view.setUint32(36, m.gid, true);
  if (!putSize(view, 40, m.nlink)) return -EINVAL;
  if (!putSize(view, 48, m.rdev)) return -EINVAL;
  if (!putSize(view, 56, m.size)) return -EINVAL;
  if (!putSize(view, 64, m.blksize)) return -EINVAL;
  if (!putSize(view, 72, m.blocks)) return -EINVAL;
  if (!putSeconds(view, 80, m.atime_sec)) return -EINVAL;
  if (!putSize(view, 88, m.atime_nsec)) return -EINVAL;
  if (!putSeconds(view, 96, m.mtime_sec)) return -EINVAL;
  if (!putSize(view, 104, m.mtime_nsec)) return -EINVAL;
  if (!putSeconds(view, 112, m.ctime_sec)) return -EINVAL;
  if (!putSize(view, 120, m.ctime_nsec)) return -EINVAL;
  if (!putSeconds(view, 128, m.btime_sec)) return -EINVAL;
  if (!putSize(view, 136, m.btime_nsec)) return -EINVAL;
  if (!putSize(view, 144, m.gen)) return -EINVAL;
  if (!putSize(view, 152, m.data_version)) return -EINVAL;
  return head(p, m, 160);
}

function encodeTsetattr(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 67) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.valid, true);
  view.setUint32(15, m.mode, true);
  view.setUint32(19, m.uid, true);
  view.setUint32(23, m.gid, true);
  if (!putSize(view, 27, m.size)) return -EINVAL;
  if (!putSeconds(view, 35, m.atime_sec)) return -EINVAL;
  if (!putSize(view, 43, m.atime_nsec)) return -EINVAL;
  if (!putSeconds(view, 51, m.mtime_sec)) return -EINVAL;
  if (!putSize(view, 59, m.mtime_nsec)) return -EINVAL;
  return head(p, m, 67);
}

function encodeTxattrwalk(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 17) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.newfid, true);
  let at = putString(p, 15, m.name, end);
  if (at < 0) return at;
  return head(p, m, at);
}

function encodeRxattrwalk(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 15) return -EMSGSIZE;
  const view = p.view;
  let n = 0;
  n = m.size;
  if (!(n >= 0 && n <= MAX_SAFE && Math.floor(n) === n)) return -EINVAL;
  view.setUint32(7, n, true);
  view.setUint32(11, n / TWO_32, true);
  return head(p, m, 15);
}

function encodeTxattrcreate(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 25) return -EMSGSIZE;
  const view = p.view;
  let n = 0;
  view.setUint32(7, m.fid, true);
  let at = putString(p, 11, m.name, end - 12);
  if (at < 0) return at;
  n = m.attr_size;
  if (!(n >= 0 && n <= MAX_SAFE && Math.floor(n) === n)) return -EINVAL;
  view.setUint32(at, n, true);
  view.setUint32(at + 4, n / TWO_32, true);
  view.setUint32(at + 8, m.flags, true);
  return head(p, m, at + 12);
}

function encodeTreaddir(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 23) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.cookie_lo, true);
  view.setUint32(15, m.cookie_hi, true);
  view.setUint32(19, m.count, true);
  return head(p, m, 23);
}

function encodeRreaddir(m: Message, p: Packet, limit: number): number {
  const size = 11 + (m.count >>> 0);
  if (size > limit || p.u8.length < 11) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.count, true);
  head(p, m, size);
  return 11;
}

function encodeTfsync(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 15) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.datasync, true);
  return head(p, m, 15);
}

function encodeTlock(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 38) return -EMSGSIZE;
  const view = p.view;
  let n = 0;
  view.setUint32(7, m.fid, true);
  view.setUint8(11, m.ltype);
  view.setUint32(12, m.flags, true);
  n = m.start;
  if (!(n >= 0 && n <= MAX_SAFE && Math.floor(n) === n)) return -EINVAL;
  view.setUint32(16, n, true);
  view.setUint32(20, n / TWO_32, true);
  n = m.length;
  if (!(n >= 0 && n <= MAX_SAFE && Math.floor(n) === n)) return -EINVAL;
  view.setUint32(24, n, true);
  view.setUint32(28, n / TWO_32, true);
  view.setUint32(32, m.proc_id, true);
  let at = putString(p, 36, m.client_id, end);
  if (at < 0) return at;
  return head(p, m, at);
}

function encodeRlock(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 8) return -EMSGSIZE;
  const view = p.view;
  view.setUint8(7, m.status);
  return head(p, m, 8);
}

function encodeTgetlock(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 34) return -EMSGSIZE;
  const view = p.view;
  let n = 0;
  view.setUint32(7, m.fid, true);
  view.setUint8(11, m.ltype);
  n = m.start;
  if (!(n >= 0 && n <= MAX_SAFE && Math.floor(n) === n)) return -EINVAL;
  view.setUint32(12, n, true);
  view.setUint32(16, n / TWO_32, true);
  n = m.length;
  if (!(n >= 0 && n <= MAX_SAFE && Math.floor(n) === n)) return -EINVAL;
  view.setUint32(20, n, true);
  view.setUint32(24, n / TWO_32, true);
  view.setUint32(28, m.proc_id, true);
  let at = putString(p, 32, m.client_id, end);
  if (at < 0) return at;
  return head(p, m, at);
}

function encodeRgetlock(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 30) return -EMSGSIZE;
  const view = p.view;
  let n = 0;
  view.setUint8(7, m.ltype);
  n = m.start;
  if (!(n >= 0 && n <= MAX_SAFE && Math.floor(n) === n)) return -EINVAL;
  view.setUint32(8, n, true);
  view.setUint32(12, n / TWO_32, true);
  n = m.length;
  if (!(n >= 0 && n <= MAX_SAFE && Math.floor(n) === n)) return -EINVAL;
  view.setUint32(16, n, true);
  view.setUint32(20, n / TWO_32, true);
  view.setUint32(24, m.proc_id, true);
  let at = putString(p, 28, m.client_id, end);
  if (at < 0) return at;
  return head(p, m, at);
}

function encodeTlink(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 17) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.dfid, true);
  view.setUint32(11, m.fid, true);
  let at = putString(p, 15, m.name, end);
  if (at < 0) return at;
  return head(p, m, at);
}

function encodeTmkdir(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 21) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.dfid, true);
  let at = putString(p, 11, m.name, end - 8);
  if (at < 0) return at;
  view.setUint32(at, m.mode, true);
  view.setUint32(at + 4, m.gid, true);
  return head(p, m, at + 8);
}

function encodeTrenameat(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 19) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.olddirfid, true);
  let at = putString(p, 11, m.oldname, end - 6);
  if (at < 0) return at;
  view.setUint32(at, m.newdirfid, true);
  at = putString(p, at + 4, m.newname, end);
  if (at < 0) return at;
  return head(p, m, at);
}

function encodeTunlinkat(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 17) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.dfid, true);
  let at = putString(p, 11, m.name, end - 4);
  if (at < 0) return at;
  view.setUint32(at, m.flags, true);
  return head(p, m, at + 4);
}

function encodeTversion(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 13) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.msize, true);
  let at = putString(p, 11, m.version, end);
  if (at < 0) return at;
  return head(p, m, at);
}

function encodeTauth(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 19) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.afid, true);
  let at = putString(p, 11, m.uname, end - 6);
  if (at < 0) return at;
  at = putString(p, at, m.aname, end - 4);
  if (at < 0) return at;
  view.setUint32(at, m.n_uname, true);
  return head(p, m, at + 4);
}

function encodeRauth(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 20) return -EMSGSIZE;
  const view = p.view;
  view.setUint8(7, m.qid_type);
  view.setUint32(8, m.qid_version, true);
  view.setUint32(12, m.qid_path_lo, true);
  view.setUint32(16, m.qid_path_hi, true);
  return head(p, m, 20);
}

function encodeTattach(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 23) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.fid, true);
  view.setUint32(11, m.afid, true);
  let at = putString(p, 15, m.uname, end - 6);
  if (at < 0) return at;
  at = putString(p, at, m.aname, end - 4);
  if (at < 0) return at;
  view.setUint32(at, m.n_uname, true);
  return head(p, m, at + 4);
}

function encodeTflush(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 9) return -EMSGSIZE;
  const view = p.view;
  view.setUint16(7, m.oldtag, true);
  return head(p, m, 9);
}

function encodeTwalk(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 17) return -EMSGSIZE;
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
  return head(p, m, at);
}

function encodeRwalk(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 9) return -EMSGSIZE;
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
  return head(p, m, at);
}

function encodeTread(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 23) return -EMSGSIZE;
  const view = p.view;
  let n = 0;
  view.setUint32(7, m.fid, true);
  n = m.offset;
  if (!(n >= 0 && n <= MAX_SAFE && Math.floor(n) === n)) return -EINVAL;
  view.setUint32(11, n, true);
  view.setUint32(15, n / TWO_32, true);
  view.setUint32(19, m.count, true);
  return head(p, m, 23);
}

function encodeTwrite(m: Message, p: Packet, limit: number): number {
  const size = 23 + (m.count >>> 0);
  if (size > limit || p.u8.length < 23) return -EMSGSIZE;
  const view = p.view;
  let n = 0;
  view.setUint32(7, m.fid, true);
  n = m.offset;
  if (!(n >= 0 && n <= MAX_SAFE && Math.floor(n) === n)) return -EINVAL;
  view.setUint32(11, n, true);
  view.setUint32(15, n / TWO_32, true);
  view.setUint32(19, m.count, true);
  head(p, m, size);
  return 23;
}

function encodeRwrite(m: Message, p: Packet, limit: number): number {
  const end = room(p, limit);
  if (end < 11) return -EMSGSIZE;
  const view = p.view;
  view.setUint32(7, m.count, true);
  return head(p, m, 11);
}

function decodeRlerror(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 11) return EINVAL;
  const view = p.view;
  m.ecode = view.getUint32(7, true);
  return 0;
}

function decodeTstatfs(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 11) return EINVAL;
  const view = p.view;
  m.fid = view.getUint32(7, true);
  return 0;
}

function decodeRstatfs(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 67) return EINVAL;
  const view = p.view;
  fault = 0;
  m.fstype = view.getUint32(7, true);
  m.bsize = view.getUint32(11, true);
  m.blocks = longSize(view, 15, 1);
  m.bfree = longSize(view, 23, 1);
  m.bavail = longSize(view, 31, 1);
  m.files = longSize(view, 39, 1);
  m.ffree = longSize(view, 47, 1);
  m.fsid = view.getUint32(59, true) * TWO_32 + view.getUint32(55, true);
  m.namelen = view.getUint32(63, true);
  return fault;
}

function decodeTlopen(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 15) return EINVAL;
  const view = p.view;
  m.fid = view.getUint32(7, true);
  m.flags = view.getUint32(11, true);
  return 0;
}

function decodeRlopen(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 24) return EINVAL;
  const view = p.view;
  m.qid_type = view.getUint8(7);
  m.qid_version = view.getUint32(8, true);
  m.qid_path_lo = view.getUint32(12, true);
  m.qid_path_hi = view.getUint32(16, true);
  m.iounit = view.getUint32(20, true);
  return 0;
}

function decodeTlcreate(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 25) return EINVAL;
  const view = p.view;
  let s: string | number;
  m.fid = view.getUint32(7, true);
  const from = 13;
  const at = from + view.getUint16(11, true);
  if (at > end - 12) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.name = s;
  m.flags = view.getUint32(at, true);
  m.mode = view.getUint32(at + 4, true);
  m.gid = view.getUint32(at + 8, true);
  return at + 12 === end ? 0 : EINVAL;
}

function decodeTsymlink(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 19) return EINVAL;
  const view = p.view;
  let s: string | number;
  m.dfid = view.getUint32(7, true);
  let from = 13;
  let at = from + view.getUint16(11, true);
  if (at > end - 6) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.name = s;
  from = at + 2;
  at = from + view.getUint16(at, true);
  if (at > end - 4) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.symtgt = s;
  m.gid = view.getUint32(at, true);
  return at + 4 === end ? 0 : EINVAL;
}

function decodeRsymlink(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 20) return EINVAL;
  const view = p.view;
  m.qid_type = view.getUint8(7);
  m.qid_version = view.getUint32(8, true);
  m.qid_path_lo = view.getUint32(12, true);
  m.qid_path_hi = view.getUint32(16, true);
  return 0;
}

function decodeTmknod(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 29) return EINVAL;
  const view = p.view;
  let s: string | number;
  m.dfid = view.getUint32(7, true);
  const from = 13;
  const at = from + view.getUint16(11, true);
  if (at > end - 16) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.name = s;
  m.mode = view.getUint32(at, true);
  m.major = view.getUint32(at + 4, true);
  m.minor = view.getUint32(at + 8, true);
  m.gid = view.getUint32(at + 12, true);
  return at + 16 === end ? 0 : EINVAL;
}

function decodeTrename(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 17) return EINVAL;
  const view = p.view;
  let s: string | number;
  m.fid = view.getUint32(7, true);
  m.dfid = view.getUint32(11, true);
  const from = 17;
  const at = from + view.getUint16(15, true);
  if (at > end) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.name = s;
  return at === end ? 0 : EINVAL;
}

function decodeRrename(_m: Message, _p: Packet, end: number, size: number): number {
  return size === end && end === 7 ? 0 : EINVAL;
}

function decodeRreadlink(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 9) return EINVAL;
  const view = p.view;
  let s: string | number;
  const from = 9;
  const at = from + view.getUint16(7, true);
  if (at > end) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.target = s;
  return at === end ? 0 : EINVAL;
}

function decodeTgetattr(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 19) return EINVAL;
  const view = p.view;
  let n = 0;
  m.fid = view.getUint32(7, true);
  n = view.getUint32(15, true);
  if (n > MAX_HIGH) return tooLarge(n);
  m.request_mask = n * TWO_32 + view.getUint32(11, true);
  return 0;
}

function decodeRgetattr(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 160) return EINVAL;
  const view = p.view;
  fault = 0;
  m.valid = longSize(view, 7, 1);
  m.qid_type = view.getUint8(15);
  m.qid_version = view.getUint32(16, true);
  m.qid_path_lo = view.getUint32(20, true);
  m.qid_path_hi = view.getUint32(24, true);
  m.mode = view.getUint32(28, true);
  m.uid = view.getUint32(32, true);
  m.gid = view.getUint32(36, true);
  m.nlink = longSize(view, 40, m.valid & 2);
  m.rdev = longSize(view, 48, m.valid & 16);
  m.size = longSize(view, 56, m.valid & 512);
  m.blksize = longSize(view, 64, m.valid & 1024);
  m.blocks = longSize(view, 72, m.valid & 1024);
  m.atime_sec = longSeconds(view, 80, m.valid & 32);
  m.atime_nsec = longSize(view, 88, m.valid & 32);
  m.mtime_sec = longSeconds(view, 96, m.valid & 64);
  m.mtime_nsec = longSize(view, 104, m.valid & 64);
  m.ctime_sec = longSeconds(view, 112, m.valid & 128);
  m.ctime_nsec = longSize(view, 120, m.valid & 128);
  m.btime_sec = longSeconds(view, 128, m.valid & 2048);
  m.btime_nsec = longSize(view, 136, m.valid & 2048);
  m.gen = longSize(view, 144, m.valid & 4096);
  m.data_version = longSize(view, 152, m.valid & 8192);
  return fault;
}

function decodeTsetattr(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 67) return EINVAL;
  const view = p.view;
  fault = 0;
  m.fid = view.getUint32(7, true);
  m.valid = view.getUint32(11, true);
  m.mode = view.getUint32(15, true);
  m.uid = view.getUint32(19, true);
  m.gid = view.getUint32(23, true);
  m.size = longSize(view, 27, m.valid & 8);
  m.atime_sec = longSeconds(view, 35, m.valid & 128);
  m.atime_nsec = longSize(view, 43, m.valid & 128);
  m.mtime_sec = longSeconds(view, 51, m.valid & 256);
  m.mtime_nsec = longSize(view, 59, m.valid & 256);
  return fault;
}

function decodeTxattrwalk(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 17) return EINVAL;
  const view = p.view;
  let s: string | number;
  m.fid = view.getUint32(7, true);
  m.newfid = view.getUint32(11, true);
  const from = 17;
  const at = from + view.getUint16(15, true);
  if (at > end) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.name = s;
  return at === end ? 0 : EINVAL;
}

function decodeRxattrwalk(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 15) return EINVAL;
  const view = p.view;
  let n = 0;
  n = view.getUint32(11, true);
  if (n > MAX_HIGH) return tooLarge(n);
  m.size = n * TWO_32 + view.getUint32(7, true);
  return 0;
}

function decodeTxattrcreate(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 25) return EINVAL;
  const view = p.view;
  let n = 0;
  let s: string | number;
  m.fid = view.getUint32(7, true);
  const from = 13;
  const at = from + view.getUint16(11, true);
  if (at > end - 12) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.name = s;
  n = view.getUint32(at + 4, true);
  if (n > MAX_HIGH) return tooLarge(n);
  m.attr_size = n * TWO_32 + view.getUint32(at, true);
  m.flags = view.getUint32(at + 8, true);
  return at + 12 === end ? 0 : EINVAL;
}

function decodeTreaddir(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 23) return EINVAL;
  const view = p.view;
  m.fid = view.getUint32(7, true);
  m.cookie_lo = view.getUint32(11, true);
  m.cookie_hi = view.getUint32(15, true);
  m.count = view.getUint32(19, true);
  return 0;
}

function decodeRreaddir(m: Message, p: Packet, end: number, size: number): number {
  if (end < 11) return EINVAL;
  const view = p.view;
  m.count = view.getUint32(7, true);
  m.data_offset = 11;
  return size === 11 + m.count && (end === size || end === 11) ? 0 : EINVAL;
}

function decodeTfsync(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 15) return EINVAL;
  const view = p.view;
  m.fid = view.getUint32(7, true);
  m.datasync = view.getUint32(11, true);
  return 0;
}

function decodeTlock(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 38) return EINVAL;
  const view = p.view;
  let n = 0;
  let s: string | number;
  m.fid = view.getUint32(7, true);
  m.ltype = view.getUint8(11);
  m.flags = view.getUint32(12, true);
  n = view.getUint32(20, true);
  if (n > MAX_HIGH) return tooLarge(n);
  m.start = n * TWO_32 + view.getUint32(16, true);
  n = view.getUint32(28, true);
  if (n > MAX_HIGH) return tooLarge(n);
  m.length = n * TWO_32 + view.getUint32(24, true);
  m.proc_id = view.getUint32(32, true);
  const from = 38;
  const at = from + view.getUint16(36, true);
  if (at > end) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.client_id = s;
  return at === end ? 0 : EINVAL;
}

function decodeRlock(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 8) return EINVAL;
  const view = p.view;
  m.status = view.getUint8(7);
  return 0;
}

function decodeTgetlock(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 34) return EINVAL;
  const view = p.view;
  let n = 0;
  let s: string | number;
  m.fid = view.getUint32(7, true);
  m.ltype = view.getUint8(11);
  n = view.getUint32(16, true);
  if (n > MAX_HIGH) return tooLarge(n);
  m.start = n * TWO_32 + view.getUint32(12, true);
  n = view.getUint32(24, true);
  if (n > MAX_HIGH) return tooLarge(n);
  m.length = n * TWO_32 + view.getUint32(20, true);
  m.proc_id = view.getUint32(28, true);
  const from = 34;
  const at = from + view.getUint16(32, true);
  if (at > end) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.client_id = s;
  return at === end ? 0 : EINVAL;
}

function decodeRgetlock(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 30) return EINVAL;
  const view = p.view;
  let n = 0;
  let s: string | number;
  m.ltype = view.getUint8(7);
  n = view.getUint32(12, true);
  if (n > MAX_HIGH) return tooLarge(n);
  m.start = n * TWO_32 + view.getUint32(8, true);
  n = view.getUint32(20, true);
  if (n > MAX_HIGH) return tooLarge(n);
  m.length = n * TWO_32 + view.getUint32(16, true);
  m.proc_id = view.getUint32(24, true);
  const from = 30;
  const at = from + view.getUint16(28, true);
  if (at > end) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.client_id = s;
  return at === end ? 0 : EINVAL;
}

function decodeTlink(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 17) return EINVAL;
  const view = p.view;
  let s: string | number;
  m.dfid = view.getUint32(7, true);
  m.fid = view.getUint32(11, true);
  const from = 17;
  const at = from + view.getUint16(15, true);
  if (at > end) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.name = s;
  return at === end ? 0 : EINVAL;
}

function decodeTmkdir(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 21) return EINVAL;
  const view = p.view;
  let s: string | number;
  m.dfid = view.getUint32(7, true);
  const from = 13;
  const at = from + view.getUint16(11, true);
  if (at > end - 8) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.name = s;
  m.mode = view.getUint32(at, true);
  m.gid = view.getUint32(at + 4, true);
  return at + 8 === end ? 0 : EINVAL;
}

function decodeTrenameat(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 19) return EINVAL;
  const view = p.view;
  let s: string | number;
  m.olddirfid = view.getUint32(7, true);
  let from = 13;
  let at = from + view.getUint16(11, true);
  if (at > end - 6) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.oldname = s;
  m.newdirfid = view.getUint32(at, true);
  from = at + 6;
  at = from + view.getUint16(at + 4, true);
  if (at > end) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.newname = s;
  return at === end ? 0 : EINVAL;
}

function decodeTunlinkat(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 17) return EINVAL;
  const view = p.view;
  let s: string | number;
  m.dfid = view.getUint32(7, true);
  const from = 13;
  const at = from + view.getUint16(11, true);
  if (at > end - 4) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.name = s;
  m.flags = view.getUint32(at, true);
  return at + 4 === end ? 0 : EINVAL;
}

function decodeTversion(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 13) return EINVAL;
  const view = p.view;
  let s: string | number;
  m.msize = view.getUint32(7, true);
  const from = 13;
  const at = from + view.getUint16(11, true);
  if (at > end) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.version = s;
  return at === end ? 0 : EINVAL;
}

function decodeTauth(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 19) return EINVAL;
  const view = p.view;
  let s: string | number;
  m.afid = view.getUint32(7, true);
  let from = 13;
  let at = from + view.getUint16(11, true);
  if (at > end - 6) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.uname = s;
  from = at + 2;
  at = from + view.getUint16(at, true);
  if (at > end - 4) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.aname = s;
  m.n_uname = view.getUint32(at, true);
  return at + 4 === end ? 0 : EINVAL;
}

function decodeRauth(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 20) return EINVAL;
  const view = p.view;
  m.qid_type = view.getUint8(7);
  m.qid_version = view.getUint32(8, true);
  m.qid_path_lo = view.getUint32(12, true);
  m.qid_path_hi = view.getUint32(16, true);
  return 0;
}

function decodeTattach(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 23) return EINVAL;
  const view = p.view;
  let s: string | number;
  m.fid = view.getUint32(7, true);
  m.afid = view.getUint32(11, true);
  let from = 17;
  let at = from + view.getUint16(15, true);
  if (at > end - 6) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.uname = s;
  from = at + 2;
  at = from + view.getUint16(at, true);
  if (at > end - 4) return EINVAL;
  s = internString(p.u8, from, at);
  if (typeof s === 'number') return s;
  m.aname = s;
  m.n_uname = view.getUint32(at, true);
  return at + 4 === end ? 0 : EINVAL;
}

function decodeTflush(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 9) return EINVAL;
  const view = p.view;
  m.oldtag = view.getUint16(7, true);
  return 0;
}

function decodeTwalk(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 17) return EINVAL;
  const view = p.view;
  let s: string | number;
  m.fid = view.getUint32(7, true);
  m.newfid = view.getUint32(11, true);
  m.nwname = view.getUint16(15, true);
  const count = m.nwname;
  if (count > 16) return EINVAL;
  let at = 17;
  for (let i = 0; i < count; i++) {
    if (at + 2 > end) return EINVAL;
    const from = at + 2;
    at = from + view.getUint16(at, true);
    if (at > end) return EINVAL;
    s = internString(p.u8, from, at);
    if (typeof s === 'number') return s;
    m.wname[i] = s;
  }
  return at === end ? 0 : EINVAL;
}

function decodeRwalk(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end < 9) return EINVAL;
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

function decodeTread(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 23) return EINVAL;
  const view = p.view;
  let n = 0;
  m.fid = view.getUint32(7, true);
  n = view.getUint32(15, true);
  if (n > MAX_HIGH) return tooLarge(n);
  m.offset = n * TWO_32 + view.getUint32(11, true);
  m.count = view.getUint32(19, true);
  return 0;
}

function decodeTwrite(m: Message, p: Packet, end: number, size: number): number {
  if (end < 23) return EINVAL;
  const view = p.view;
  let n = 0;
  m.fid = view.getUint32(7, true);
  n = view.getUint32(15, true);
  if (n > MAX_HIGH) return tooLarge(n);
  m.offset = n * TWO_32 + view.getUint32(11, true);
  m.count = view.getUint32(19, true);
  m.data_offset = 23;
  return size === 23 + m.count && (end === size || end === 23) ? 0 : EINVAL;
}

function decodeRwrite(m: Message, p: Packet, end: number, size: number): number {
  if (size !== end || end !== 11) return EINVAL;
  const view = p.view;
  m.count = view.getUint32(7, true);
  return 0;
}

type Encoder = (m: Message, p: Packet, limit: number) => number;
type Decoder = (m: Message, p: Packet, end: number, size: number) => number;

const ENCODERS: Encoder[] = Array.from({ length: 256 }, () => () => -EINVAL);
ENCODERS[7] = encodeRlerror;
ENCODERS[8] = encodeTstatfs;
ENCODERS[9] = encodeRstatfs;
ENCODERS[12] = encodeTlopen;
ENCODERS[13] = encodeRlopen;
ENCODERS[14] = encodeTlcreate;
ENCODERS[15] = encodeRlopen;
ENCODERS[16] = encodeTsymlink;
ENCODERS[17] = encodeRsymlink;
ENCODERS[18] = encodeTmknod;
ENCODERS[19] = encodeRsymlink;
ENCODERS[20] = encodeTrename;
ENCODERS[21] = encodeRrename;
ENCODERS[22] = encodeTstatfs;
ENCODERS[23] = encodeRreadlink;
ENCODERS[24] = encodeTgetattr;
ENCODERS[25] = encodeRgetattr;
ENCODERS[26] = encodeTsetattr;
ENCODERS[27] = encodeRrename;
ENCODERS[30] = encodeTxattrwalk;
ENCODERS[31] = encodeRxattrwalk;
ENCODERS[32] = encodeTxattrcreate;
ENCODERS[33] = encodeRrename;
ENCODERS[40] = encodeTreaddir;
ENCODERS[41] = encodeRreaddir;
ENCODERS[50] = encodeTfsync;
ENCODERS[51] = encodeRrename;
ENCODERS[52] = encodeTlock;
ENCODERS[53] = encodeRlock;
ENCODERS[54] = encodeTgetlock;
ENCODERS[55] = encodeRgetlock;
ENCODERS[70] = encodeTlink;
ENCODERS[71] = encodeRrename;
ENCODERS[72] = encodeTmkdir;
ENCODERS[73] = encodeRsymlink;
ENCODERS[74] = encodeTrenameat;
ENCODERS[75] = encodeRrename;
ENCODERS[76] = encodeTunlinkat;
ENCODERS[77] = encodeRrename;
ENCODERS[100] = encodeTversion;
ENCODERS[101] = encodeTversion;
ENCODERS[102] = encodeTauth;
ENCODERS[103] = encodeRauth;
ENCODERS[104] = encodeTattach;
ENCODERS[105] = encodeRsymlink;
ENCODERS[108] = encodeTflush;
ENCODERS[109] = encodeRrename;
ENCODERS[110] = encodeTwalk;
ENCODERS[111] = encodeRwalk;
ENCODERS[116] = encodeTread;
ENCODERS[117] = encodeRreaddir;
ENCODERS[118] = encodeTwrite;
ENCODERS[119] = encodeRwrite;
ENCODERS[120] = encodeTstatfs;
ENCODERS[121] = encodeRrename;
ENCODERS[122] = encodeTstatfs;
ENCODERS[123] = encodeRrename;

const DECODERS: Decoder[] = Array.from({ length: 256 }, () => () => ENOTSUP);
DECODERS[7] = decodeRlerror;
DECODERS[8] = decodeTstatfs;
DECODERS[9] = decodeRstatfs;
DECODERS[12] = decodeTlopen;
DECODERS[13] = decodeRlopen;
DECODERS[14] = decodeTlcreate;
DECODERS[15] = decodeRlopen;
DECODERS[16] = decodeTsymlink;
DECODERS[17] = decodeRsymlink;
DECODERS[18] = decodeTmknod;
DECODERS[19] = decodeRsymlink;
DECODERS[20] = decodeTrename;
DECODERS[21] = decodeRrename;
DECODERS[22] = decodeTstatfs;
DECODERS[23] = decodeRreadlink;
DECODERS[24] = decodeTgetattr;
DECODERS[25] = decodeRgetattr;
DECODERS[26] = decodeTsetattr;
DECODERS[27] = decodeRrename;
DECODERS[30] = decodeTxattrwalk;
DECODERS[31] = decodeRxattrwalk;
DECODERS[32] = decodeTxattrcreate;
DECODERS[33] = decodeRrename;
DECODERS[40] = decodeTreaddir;
DECODERS[41] = decodeRreaddir;
DECODERS[50] = decodeTfsync;
DECODERS[51] = decodeRrename;
DECODERS[52] = decodeTlock;
DECODERS[53] = decodeRlock;
DECODERS[54] = decodeTgetlock;
DECODERS[55] = decodeRgetlock;
DECODERS[70] = decodeTlink;
DECODERS[71] = decodeRrename;
DECODERS[72] = decodeTmkdir;
DECODERS[73] = decodeRsymlink;
DECODERS[74] = decodeTrenameat;
DECODERS[75] = decodeRrename;
DECODERS[76] = decodeTunlinkat;
DECODERS[77] = decodeRrename;
DECODERS[100] = decodeTversion;
DECODERS[101] = decodeTversion;
DECODERS[102] = decodeTauth;
DECODERS[103] = decodeRauth;
DECODERS[104] = decodeTattach;
DECODERS[105] = decodeRsymlink;
DECODERS[108] = decodeTflush;
DECODERS[109] = decodeRrename;
DECODERS[110] = decodeTwalk;
DECODERS[111] = decodeRwalk;
DECODERS[116] = decodeTread;
DECODERS[117] = decodeRreaddir;
DECODERS[118] = decodeTwrite;
DECODERS[119] = decodeRwrite;
DECODERS[120] = decodeTstatfs;
DECODERS[121] = decodeRrename;
DECODERS[122] = decodeTstatfs;
DECODERS[123] = decodeRrename;
