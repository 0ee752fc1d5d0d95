/**
 * What the server looks a name up for (Backend.lookup). A backend whose own calls answer for a name, as those of a
 * kernel do, may leave out the look for all but INTENT_FIND: it saves a system call or three each time.
 */

/** To know what it stands for. */
export const INTENT_FIND = 0;
/** To make it: 0 will do, if `create`, `symlink` and `link` say EEXIST, and ENOENT in a directory that was removed. */
export const INTENT_CREATE = 1;
/** To remove what is no directory: an inode of kind 0 will do, if no fid is on it and `unlink` says ENOENT and EISDIR. */
export const INTENT_UNLINK = 2;
/** To remove a directory: one of kind S_IFDIR without entries will do, if `unlink` says ENOENT, ENOTDIR, ENOTEMPTY. */
export const INTENT_RMDIR = 3;
/** To move it away: one of kind 0 will do, if no fid is on it and `rename` checks all that rename(2) does. */
export const INTENT_RENAME = 4;
/** To put another one in its place: ENOENT will do, if no fid is on what is there and `rename` checks as well. */
export const INTENT_REPLACE = 5;
