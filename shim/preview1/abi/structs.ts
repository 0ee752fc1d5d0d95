// Structs, enums and flags of wasi_snapshot_preview1, each declared once. docs/abi.md is generated from this file.

// Offsets are bytes from the start of the struct; all numbers are little-endian. Source: the witx files of
// WebAssembly/WASI, branch wasi-0.1, phases/snapshot.

/** A field: its offset in bytes and its type. */
type Field = readonly [offset: number, type: 'u8' | 'u16' | 'u32' | 'u64'];

interface Struct {
  /** Bytes from one struct to the next in an array. */
  readonly size: number;
  readonly fields: Readonly<Record<string, Field>>;
}

/** The structs by their witx names: the size, and the offset and type of each field. */
export const STRUCTS = {
  iovec: { size: 8, fields: { buf: [0, 'u32'], buf_len: [4, 'u32'] } },
  fdstat: {
    size: 24,
    fields: {
      fs_filetype: [0, 'u8'],
      fs_flags: [2, 'u16'],
      fs_rights_base: [8, 'u64'],
      fs_rights_inheriting: [16, 'u64'],
    },
  },
  filestat: {
    size: 64,
    fields: {
      dev: [0, 'u64'],
      ino: [8, 'u64'],
      filetype: [16, 'u8'],
      nlink: [24, 'u64'],
      size: [32, 'u64'],
      atim: [40, 'u64'],
      mtim: [48, 'u64'],
      ctim: [56, 'u64'],
    },
  },
  /** The entry's name follows it. */
  dirent: {
    size: 24,
    fields: { d_next: [0, 'u64'], d_ino: [8, 'u64'], d_namlen: [16, 'u32'], d_type: [20, 'u8'] },
  },
  prestat: { size: 8, fields: { tag: [0, 'u8'], pr_name_len: [4, 'u32'] } },
  subscription: {
    size: 48,
    fields: {
      userdata: [0, 'u64'],
      tag: [8, 'u8'],
      clock_id: [16, 'u32'],
      fd: [16, 'u32'],
      timeout: [24, 'u64'],
      precision: [32, 'u64'],
      flags: [40, 'u16'],
    },
  },
  event: {
    size: 32,
    fields: {
      userdata: [0, 'u64'],
      error: [8, 'u16'],
      type: [10, 'u8'],
      nbytes: [16, 'u64'],
      flags: [24, 'u16'],
    },
  },
} as const satisfies Record<string, Struct>;

/** $filetype */
export enum FILETYPE {
  UNKNOWN = 0,
  BLOCK_DEVICE = 1,
  CHARACTER_DEVICE = 2,
  DIRECTORY = 3,
  REGULAR_FILE = 4,
  SOCKET_DGRAM = 5,
  SOCKET_STREAM = 6,
  SYMBOLIC_LINK = 7,
}

/** $fdflags */
export enum FDFLAGS {
  APPEND = 1,
  DSYNC = 2,
  NONBLOCK = 4,
  RSYNC = 8,
  SYNC = 16,
}
/** All bits of $fdflags. */
export const FDFLAGS_ALL = 31;
/** $oflags */
export enum OFLAGS {
  CREAT = 1,
  DIRECTORY = 2,
  EXCL = 4,
  TRUNC = 8,
}
/** All bits of $oflags. */
export const OFLAGS_ALL = 15;
/** $fstflags */
export enum FSTFLAGS {
  ATIM = 1,
  ATIM_NOW = 2,
  MTIM = 4,
  MTIM_NOW = 8,
}
/** $lookupflags */
export enum LOOKUPFLAGS {
  SYMLINK_FOLLOW = 1,
}
/** $whence */
export enum WHENCE {
  SET = 0,
  CUR = 1,
  END = 2,
}
/** $clockid */
export enum CLOCKID {
  REALTIME = 0,
  MONOTONIC = 1,
  PROCESS_CPUTIME_ID = 2,
  THREAD_CPUTIME_ID = 3,
}
/** $eventtype */
export enum EVENTTYPE {
  CLOCK = 0,
  FD_READ = 1,
  FD_WRITE = 2,
}
/** $subclockflags */
export enum SUBCLOCKFLAGS {
  ABSTIME = 1,
}
/** $eventrwflags */
export enum EVENTRWFLAGS {
  HANGUP = 1,
}
/** $preopentype */
export const PREOPENTYPE_DIR = 0;
/** The last $advice, NOREUSE. */
export const ADVICE_MAX = 5;
/** The last $signal, SYS. */
export const SIGNAL_MAX = 30;
/** All bits of $sdflags, RD and WR. */
export const SDFLAGS_ALL = 3;
/** All bits of $riflags, RECV_PEEK and RECV_WAITALL. */
export const RIFLAGS_ALL = 3;

/** The names and numbers of one of the enums above, in their order. */
export function enumEntries(numbers: object): [name: string, number: number][] {
  return Object.entries(numbers).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
}
