// WASI filetypes from the S_IFMT bits of a mode, and back.

/**
 * The WASI filetypes by the S_IFMT bits, shifted right by 12 (the DT_* numbers of readdir(3)). UNKNOWN: a fifo, which
 * WASI lacks. Linux has no type 13: it stands for SOCKET_DGRAM, which a mode cannot express (S_IFSOCK is
 * SOCKET_STREAM).
 */
const FILETYPES = [0, 0, 2, 0, 3, 0, 1, 0, 4, 0, 7, 0, 6, 5, 0, 0];

/** Returns the WASI filetype of a mode's S_IFMT bits. */
export function filetypeOf(mode: number): number {
  return FILETYPES[(mode >>> 12) & 15]!;
}

/** Returns S_IFMT bits of which `filetypeOf` makes the WASI filetype; 0 for UNKNOWN. */
export function kindOfFiletype(filetype: number): number {
  return Math.max(0, FILETYPES.indexOf(filetype)) << 12;
}
