// The message table of 9P2000.L: the types, the codec, the trace and docs/protocol.md are generated from it.
import * as P9 from '../constants.ts';

const TIMES =
  'atime_sec[8] atime_nsec[8] mtime_sec[8] mtime_nsec[8] ctime_sec[8] ctime_nsec[8] btime_sec[8] btime_nsec[8]';
const REST = `${TIMES} gen[8] data_version[8]` as const;

/**
 * The one declaration of 9P2000.L. A row is a message: its number, its fields in the manual's notation without the
 * `size[4] type[1] tag[2]` every message starts with, and what it does with where that is written down. Types, codec,
 * interpreter, trace printer and docs/protocol.md all derive from these rows.
 *
 * Sources: (5) is section 5 of the Plan 9 manual, .u the 9P2000.u draft, .L diod's protocol.md and the Linux client.
 *
 * All messages share one flat class, so one name means one thing. Where the manual uses a name twice, ours differs:
 * a lock's type is `ltype`, statfs's type is `fstype`, readdir's offset is `cookie`, and the directory of Tsymlink and
 * Tunlinkat is `dfid` like everywhere else.
 */
export const MESSAGES = {
  Rlerror: [7, 'ecode[4]', 'the answer to any request that failed: a Linux errno (.L lerror)'],
  Tstatfs: [8, 'fid[4]', 'asks about the file system that holds fid (.L statfs, statfs(2))'],
  Rstatfs: [
    9,
    'fstype[4] bsize[4] blocks[8] bfree[8] bavail[8] files[8] ffree[8] fsid[8] namelen[4]',
    'its magic number, block size, space and inodes in all and free, and longest name (.L statfs)',
  ],
  Tlopen: [12, 'fid[4] flags[4]', 'opens fid with the flags of Linux open(2) (.L lopen)'],
  Rlopen: [13, 'qid[13] iounit[4]', 'the opened file, and the largest atomic transfer or 0 (.L lopen)'],
  Tlcreate: [
    14,
    'fid[4] name[s] flags[4] mode[4] gid[4]',
    'makes the regular file name in the directory fid and opens it; fid then is the file (.L lcreate)',
  ],
  Rlcreate: [15, 'qid[13] iounit[4]', 'the new file, and the largest atomic transfer or 0 (.L lcreate)'],
  Tsymlink: [16, 'dfid[4] name[s] symtgt[s] gid[4]', 'makes the symbolic link name to symtgt (.L symlink)'],
  Rsymlink: [17, 'qid[13]', 'the new link (.L symlink)'],
  Tmknod: [
    18,
    'dfid[4] name[s] mode[4] major[4] minor[4] gid[4]',
    'makes the device, FIFO, socket or empty file name (.L mknod, mknod(2))',
  ],
  Rmknod: [19, 'qid[13]', 'the new node (.L mknod)'],
  Trename: [20, 'fid[4] dfid[4] name[s]', 'moves the file of fid to name in the directory dfid (.L rename)'],
  Rrename: [21, '', 'done (.L rename)'],
  Treadlink: [22, 'fid[4]', 'asks where a symbolic link points (.L readlink)'],
  Rreadlink: [23, 'target[s]', 'the text of the link (.L readlink)'],
  Tgetattr: [24, 'fid[4] request_mask[8]', 'asks for the attributes named by GETATTR_ bits (.L getattr)'],
  Rgetattr: [
    25,
    `valid[8] qid[13] mode[4] uid[4] gid[4] nlink[8] rdev[8] size[8] blksize[8] blocks[8] ${REST}`,
    'the attributes of stat(2); the bits of valid name the valid ones (.L getattr)',
  ],
  Tsetattr: [
    26,
    'fid[4] valid[4] mode[4] uid[4] gid[4] size[8] atime_sec[8] atime_nsec[8] mtime_sec[8] mtime_nsec[8]',
    'sets the attributes named by SETATTR_ bits; a time without its _SET bit becomes now (.L setattr)',
  ],
  Rsetattr: [27, '', 'done (.L setattr)'],
  Txattrwalk: [
    30,
    'fid[4] newfid[4] name[s]',
    'makes newfid read the extended attribute name, or the list of names when name is empty (.L xattrwalk)',
  ],
  Rxattrwalk: [31, 'size[8]', 'the bytes newfid will read (.L xattrwalk)'],
  Txattrcreate: [
    32,
    'fid[4] name[s] attr_size[8] flags[4]',
    'makes fid write the extended attribute name; it is set when fid is clunked (.L xattrcreate, setxattr(2))',
  ],
  Rxattrcreate: [33, '', 'done (.L xattrcreate)'],
  Treaddir: [40, 'fid[4] cookie[8] count[4]', 'reads directory entries from cookie on, 0 at first (.L readdir)'],
  Rreaddir: [41, 'count[4] data[count]', 'whole entries; none at the end of the directory (.L readdir)'],
  Tfsync: [50, 'fid[4] datasync[4]', 'writes back the file, only its data when datasync is not 0 (.L fsync)'],
  Rfsync: [51, '', 'done (.L fsync)'],
  Tlock: [
    52,
    'fid[4] ltype[1] flags[4] start[8] length[8] proc_id[4] client_id[s]',
    'takes or drops a POSIX record lock; length 0 reaches to the end (.L lock, fcntl(2) F_SETLK)',
  ],
  Rlock: [53, 'status[1]', 'granted, blocked, refused or in grace (.L lock)'],
  Tgetlock: [
    54,
    'fid[4] ltype[1] start[8] length[8] proc_id[4] client_id[s]',
    'asks for a lock that conflicts with this one (.L getlock, fcntl(2) F_GETLK)',
  ],
  Rgetlock: [
    55,
    'ltype[1] start[8] length[8] proc_id[4] client_id[s]',
    'that lock, or the request with ltype UNLCK when it would be granted (.L getlock)',
  ],
  Tlink: [70, 'dfid[4] fid[4] name[s]', 'makes the hard link name in dfid to the file of fid (.L link)'],
  Rlink: [71, '', 'done (.L link)'],
  Tmkdir: [72, 'dfid[4] name[s] mode[4] gid[4]', 'makes the directory name in dfid (.L mkdir)'],
  Rmkdir: [73, 'qid[13]', 'the new directory (.L mkdir)'],
  Trenameat: [
    74,
    'olddirfid[4] oldname[s] newdirfid[4] newname[s]',
    'moves oldname in one directory to newname in another (.L renameat)',
  ],
  Rrenameat: [75, '', 'done (.L renameat)'],
  Tunlinkat: [
    76,
    'dfid[4] name[s] flags[4]',
    'removes name from dfid, a directory if flags has AT_REMOVEDIR; fids on it live on (.L unlinkat)',
  ],
  Runlinkat: [77, '', 'done (.L unlinkat)'],
  Tversion: [
    100,
    'msize[4] version[s]',
    'starts the session anew, proposing the longest message in bytes and the protocol (version(5))',
  ],
  Rversion: [101, 'msize[4] version[s]', 'the size and protocol agreed on, or unknown (version(5))'],
  Tauth: [
    102,
    'afid[4] uname[s] aname[s] n_uname[4]',
    'begins an authentication on afid; an error when none is needed (.u auth, attach(5))',
  ],
  Rauth: [103, 'aqid[13]', 'the file to authenticate through (.u auth)'],
  Tattach: [
    104,
    'fid[4] afid[4] uname[s] aname[s] n_uname[4]',
    'makes fid the root of the tree aname for a user; afid is NOFID without authentication (.u attach)',
  ],
  Rattach: [105, 'qid[13]', 'the root (.u attach)'],
  Tflush: [108, 'oldtag[2]', 'gives up the request oldtag (flush(5))'],
  Rflush: [109, '', 'from now on oldtag will not be answered (flush(5))'],
  Twalk: [
    110,
    'fid[4] newfid[4] nwname[2] nwname*(wname[s])',
    'makes newfid what a walk of up to 16 names from fid arrives at; no names clone fid (walk(5))',
  ],
  Rwalk: [
    111,
    'nwqid[2] nwqid*(wqid[13])',
    'what each name led to; fewer than asked when a later name failed, newfid then is unset (walk(5))',
  ],
  Tread: [116, 'fid[4] offset[8] count[4]', 'reads up to count bytes from offset (read(5))'],
  Rread: [117, 'count[4] data[count]', 'the bytes; none at the end of the file (read(5))'],
  Twrite: [118, 'fid[4] offset[8] count[4] data[count]', 'writes at offset (read(5))'],
  Rwrite: [119, 'count[4]', 'the bytes written (read(5))'],
  Tclunk: [120, 'fid[4]', 'forgets fid (clunk(5))'],
  Rclunk: [121, '', 'done (clunk(5))'],
  Tremove: [122, 'fid[4]', 'removes the file of fid, and forgets fid even when that fails (remove(5))'],
  Rremove: [123, '', 'done (remove(5))'],
} as const satisfies Record<string, readonly [number, string, string]>;

/** An entry in the data of Rreaddir. Its offset and type in the manual are cookie and dtype here. */
export const DIRENT = 'qid[13] cookie[8] dtype[1] name[s]';

/** A qid, wherever a row says `[13]`. */
export const QID = 'type[1] version[4] path[8]';

/**
 * The kinds of an `[8]` field that is not a checked number (refused with EINVAL from 2^63 on, with EOVERFLOW above
 * 2^53 - 1):
 * - `opaque`: 64 bits without arithmetic, kept as two u32 fields, `_lo` and `_hi`.
 * - `seconds`: a signed number, two's complement on the wire; EOVERFLOW outside of -2^53 to 2^53 - 1.
 */
export const KINDS = {
  path: 'opaque',
  cookie: 'opaque',
  atime_sec: 'seconds',
  mtime_sec: 'seconds',
  ctime_sec: 'seconds',
  btime_sec: 'seconds',
  fsid: 'opaque',
} as const satisfies Record<string, 'opaque' | 'seconds'>;

/**
 * The bit of `valid` that says whether a field holds. Without it the field may carry anything (a peer can send
 * whatever its stack held), so an [8] that is out of range is then read as 0 instead of refusing the message, and the
 * trace leaves the field out.
 */
export const VALID_BITS: Record<string, Record<string, number>> = {
  Rgetattr: {
    mode: P9.GETATTR_MODE,
    nlink: P9.GETATTR_NLINK,
    uid: P9.GETATTR_UID,
    gid: P9.GETATTR_GID,
    rdev: P9.GETATTR_RDEV,
    atime_sec: P9.GETATTR_ATIME,
    atime_nsec: P9.GETATTR_ATIME,
    mtime_sec: P9.GETATTR_MTIME,
    mtime_nsec: P9.GETATTR_MTIME,
    ctime_sec: P9.GETATTR_CTIME,
    ctime_nsec: P9.GETATTR_CTIME,
    size: P9.GETATTR_SIZE,
    blksize: P9.GETATTR_BLOCKS,
    blocks: P9.GETATTR_BLOCKS,
    btime_sec: P9.GETATTR_BTIME,
    btime_nsec: P9.GETATTR_BTIME,
    gen: P9.GETATTR_GEN,
    data_version: P9.GETATTR_DATA_VERSION,
  },
  Tsetattr: {
    mode: P9.SETATTR_MODE,
    uid: P9.SETATTR_UID,
    gid: P9.SETATTR_GID,
    size: P9.SETATTR_SIZE,
    atime_sec: P9.SETATTR_ATIME_SET,
    atime_nsec: P9.SETATTR_ATIME_SET,
    mtime_sec: P9.SETATTR_MTIME_SET,
    mtime_nsec: P9.SETATTR_MTIME_SET,
  },
};

/**
 * The numbers of a message that follow one another and are written and read as zeros when `valid` names none of them:
 * few ask for these, and a third of the message's time would be theirs.
 */
export const RARE_FIELDS: Record<string, readonly (readonly string[])[]> = {
  Rgetattr: [['rdev'], ['blksize', 'blocks'], ['btime_sec', 'btime_nsec', 'gen', 'data_version']],
};

/**
 * Messages that are coded from their row, field by field, at run time. The others have straight-line code, which is
 * faster and longer: programs send these once a session, or hardly ever.
 */
export const RARE_MESSAGES: ReadonlySet<string> = new Set(
  ['Rstatfs', 'Tmknod', 'Trename', 'Txattrwalk', 'Rxattrwalk', 'Txattrcreate', 'Tlock', 'Rlock', 'Tgetlock'].concat([
    'Rgetlock',
    'Tversion',
    'Rversion',
    'Tauth',
    'Tattach',
    'Tflush',
  ]),
);

/** A message's name. */
export type Name = keyof typeof MESSAGES;
