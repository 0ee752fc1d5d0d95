// Lookup intents: the purpose of a Backend.lookup. Imports nothing.

/**
 * A backend whose own calls check a name, as those of a kernel do, may answer without a lookup for every intent but
 * INTENT_FIND. That saves up to three system calls each time. The short answer that each intent permits, and the errnos
 * that the following call must then return itself, stand beside it.
 */

/** Find the inode. No short answer. */
export const INTENT_FIND = 0;
/**
 * Find the inode in a directory that the lookup before it has answered, in the same request. No short answer; but a
 * backend that asked for news of changes at that lookup need not ask again.
 */
export const INTENT_FURTHER = 6;
/**
 * A bit beside INTENT_FIND or INTENT_FURTHER: the attributes of the inode are asked next, or the target of a symlink, and
 * then the inode is released. A backend need not hold it, as long as these answers are of the file that had the name.
 */
export const INTENT_BRIEF = 8;
/** Make the name: 0, if `create`, `symlink` and `link` return EEXIST, and ENOENT in a removed directory. */
export const INTENT_CREATE = 1;
/** Remove a file: an inode of kind 0, if no fid is on the file and `unlink` returns ENOENT and EISDIR. */
export const INTENT_UNLINK = 2;
/** Remove a directory: an inode of kind S_IFDIR without entries, if `unlink` returns ENOENT, ENOTDIR and ENOTEMPTY. */
export const INTENT_RMDIR = 3;
/** Rename it: an inode of kind 0, if no fid is on the file and `rename` checks all that rename(2) does. */
export const INTENT_RENAME = 4;
/** Replace it by a rename: ENOENT, if no fid is on the present file and `rename` checks all that rename(2) does. */
export const INTENT_REPLACE = 5;
