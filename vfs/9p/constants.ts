// The numbers of 9P2000.L with their names. Sources: diod's protocol.md, Linux include/net/9p/9p.h.

export const VERSION = '9P2000.L';

/** No fid: the afid of an attach without authentication. */
export const NOFID = 0xffffffff;
/** The tag of Tversion and Rversion. */
export const NOTAG = 0xffff;
/** n_uname when the user is named by uname alone. */
export const NONUNAME = 0xffffffff;
/** Most bytes of a Tread, Rread or Twrite besides the payload: a payload has at most msize − IOHDRSZ bytes. */
export const IOHDRSZ = 24;
/** Most names of a Twalk, and qids of an Rwalk (walk(5)). */
export const MAXWELEM = 16;
/** The magic number statfs(2) gives for a 9P mount on Linux. */
export const V9FS_MAGIC = 0x01021997;

// qid.type
export const QTDIR = 0x80;
export const QTAPPEND = 0x40;
export const QTEXCL = 0x20;
export const QTMOUNT = 0x10;
export const QTAUTH = 0x08;
export const QTTMP = 0x04;
export const QTSYMLINK = 0x02;
export const QTLINK = 0x01;
export const QTFILE = 0x00;

// request_mask of Tgetattr, valid of Rgetattr
export const GETATTR_MODE = 0x1;
export const GETATTR_NLINK = 0x2;
export const GETATTR_UID = 0x4;
export const GETATTR_GID = 0x8;
export const GETATTR_RDEV = 0x10;
export const GETATTR_ATIME = 0x20;
export const GETATTR_MTIME = 0x40;
export const GETATTR_CTIME = 0x80;
export const GETATTR_INO = 0x100;
export const GETATTR_SIZE = 0x200;
export const GETATTR_BLOCKS = 0x400;
export const GETATTR_BTIME = 0x800;
export const GETATTR_GEN = 0x1000;
export const GETATTR_DATA_VERSION = 0x2000;
/** Everything up to GETATTR_BLOCKS. */
export const GETATTR_BASIC = 0x7ff;
export const GETATTR_ALL = 0x3fff;

// valid of Tsetattr
export const SETATTR_MODE = 0x1;
export const SETATTR_UID = 0x2;
export const SETATTR_GID = 0x4;
export const SETATTR_SIZE = 0x8;
export const SETATTR_ATIME = 0x10;
export const SETATTR_MTIME = 0x20;
export const SETATTR_CTIME = 0x40;
export const SETATTR_ATIME_SET = 0x80;
export const SETATTR_MTIME_SET = 0x100;

// ltype of Tlock, Tgetlock, Rgetlock
export const LOCK_TYPE_RDLCK = 0;
export const LOCK_TYPE_WRLCK = 1;
export const LOCK_TYPE_UNLCK = 2;
// flags of Tlock
export const LOCK_FLAGS_BLOCK = 1;
export const LOCK_FLAGS_RECLAIM = 2;
// status of Rlock
export const LOCK_SUCCESS = 0;
export const LOCK_BLOCKED = 1;
export const LOCK_ERROR = 2;
export const LOCK_GRACE = 3;
