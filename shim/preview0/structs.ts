// The structs and enums in which snapshot 0 (wasi_unstable) differs from preview1, each declared once.

// Offsets are bytes from the start of the struct; all numbers are little-endian. Source: the witx files of
// WebAssembly/WASI, legacy/preview0. All that is not here is as in preview1, the signatures of the functions included.

/** The structs by their witx names: the size, and the offset and type of each field. */
export const STRUCTS_0 = {
  /** Its nlink is a u32. */
  filestat: {
    size: 56,
    fields: {
      dev: [0, 'u64'],
      ino: [8, 'u64'],
      filetype: [16, 'u8'],
      nlink: [20, 'u32'],
      size: [24, 'u64'],
      atim: [32, 'u64'],
      mtim: [40, 'u64'],
      ctim: [48, 'u64'],
    },
  },
  /** A clock has an identifier before its id, which no implementation reads. */
  subscription: {
    size: 56,
    fields: {
      userdata: [0, 'u64'],
      tag: [8, 'u8'],
      fd: [16, 'u32'],
      identifier: [16, 'u64'],
      clock_id: [24, 'u32'],
      timeout: [32, 'u64'],
      precision: [40, 'u64'],
      flags: [48, 'u16'],
    },
  },
} as const;

/** $whence */
export enum WHENCE_0 {
  CUR = 0,
  END = 1,
  SET = 2,
}
