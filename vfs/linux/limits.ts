// Limits of Linux (limits.h, namei.c, read(2), readv(2)), each with its name there. Imports nothing.

/** The longest name of a directory entry, in bytes. */
export const NAME_MAX = 255;
/** The longest path in bytes, its NUL included: a path or a symlink's target of as many bytes is ENAMETOOLONG. */
export const PATH_MAX = 4096;
/** The most symlinks that the resolution of one path follows: one more is ELOOP. */
export const MAXSYMLINKS = 40;
/** The most ranges of one readv(2) or writev(2): more are EINVAL. */
export const IOV_MAX = 1024;
/** The most bytes that one read or write moves (MAX_RW_COUNT): a call that asks for more moves less. */
export const RW_MAX = 0x7fff_f000;
