// The attributes of a file, as records that the client's calls fill. Imports the 9P message alone.
import { Message } from '../9p/codec.gen.ts';

/**
 * The attributes of a file (stat(2)), as numbers; those that the request did not ask for are 0. The message of an
 * Rgetattr satisfies it: the decoder fills the caller's record, and nothing is copied.
 *
 * `qid_path_lo` and `qid_path_hi` are the halves of the inode number; `size` is in bytes, `blocks` in units of 512
 * bytes; each time is in seconds since 1970, which may be negative, and nanoseconds.
 */
export type FileAttributes = Readonly<
  Pick<
    Message,
    | 'qid_path_lo'
    | 'qid_path_hi'
    | 'mode'
    | 'nlink'
    | 'uid'
    | 'gid'
    | 'rdev'
    | 'size'
    | 'blksize'
    | 'blocks'
    | 'atime_sec'
    | 'atime_nsec'
    | 'mtime_sec'
    | 'mtime_nsec'
    | 'ctime_sec'
    | 'ctime_nsec'
    | 'btime_sec'
    | 'btime_nsec'
  >
>;

/**
 * The result of a stat call, as `struct stat` in C: the caller makes one and passes it to each call. It is valid until
 * the caller passes it to another one; after an error its values are undefined.
 */
export class FileStatus {
  /** st_dev. */
  device = 0;
  readonly attributes = new Message();
}
