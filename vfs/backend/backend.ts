// The contract of a store: what vfs/server calls, and what the stores in vfs/backends implement. Types only.
/// <reference lib="esnext.disposable" preserve="true" />
import type { Attr, SetAttr, StatFs } from './attr.ts';
import type { Capabilities, Changes, Hidden, RecordLocks } from './capabilities.ts';
import type { Inode } from './inode.ts';

export type { Attr, SetAttr, StatFs } from './attr.ts';
export type { Capabilities, Hidden } from './capabilities.ts';

/**
 * A directory listing in progress, without `.` and `..`. Any other call may come between two calls of `next`. An entry
 * that is removed meanwhile is no longer returned, an entry that stays is returned once, an entry that is added may or
 * may not be returned (readdir(3)). Of a directory that never changes, EntryCursor (entry-cursor.ts) is one.
 */
export interface DirCursor {
  /**
   * Moves to the next entry and fills `name`, `ino` and `kind`; false at the end. It may be called again after the end.
   * May throw, as the methods of Backend; a later call goes on.
   */
  next(): boolean;
  /**
   * Called at the beginning of each request that lists entries, after `nlink` of the directory: until the next such call
   * no other request comes, so that entries may be read ahead. A caller without requests does not call it.
   */
  begin?(): void;
  name: string;
  ino: number;
  /** S_IFMT bits. */
  kind: number;
  /**
   * The name of the entry that `next` returned as number `index` (0, 1, …), or the empty string if the directory no
   * longer has that entry. A cursor without this method makes the server keep the names.
   */
  nameAt?(index: number): string;
  /** Frees the cursor, at the end of the listing or before it. No other call follows. */
  close(): void;
}

/**
 * A store of inodes, addressed by object and never by path. BackendBase (base.ts) has defaults for all that a store may
 * lack; examples/json-backend.mjs is a whole store of seven methods. The server checks names, kinds and the rules of rename(2)
 * and unlink(2), counts the fids on an inode, and decides when its data is freed; a backend carries the calls out. It
 * keeps an inode's data, size, times and attributes after the last name is gone, until `reclaim` (an orphan: a file
 * that was unlinked while open).
 *
 * **Results.** A method returns 0 or a positive Linux errno; one that returns a count, an offset or a handle returns it
 * or −errno; one that returns an object returns it or a positive errno. A method may also throw: the server maps the
 * error's `code` (`'ENOENT'`) to the errno, a RangeError to ENOMEM and anything else to EIO (errnoOf, vfs/linux). A
 * call that fails changes nothing, unless its own comment says otherwise. The errnos of a method are listed in the
 * order in which they are checked; those of the host and EIO may come from any method.
 *
 * **Preconditions.** The server has checked for every method:
 * - Every inode came from this backend and is LIVE (inode.ts draws its life), possibly an orphan. A QUEUED one is given
 *   to `nlink`, `size`, `reclaim`, and as `dir` to `lookup` and `parent` only; a RECLAIMED one never.
 * - `dir` is of kind S_IFDIR. It may have been removed (`nlink` is 0), except for `create`, `symlink`, `link`, and the
 *   new directory of `rename`.
 * - A name has 1 to 255 bytes, without `/` and NUL, and is not `.` or `..`. A byte that is not UTF-8 is a lone
 *   surrogate, its number plus 0xdc00, as with Python's surrogateescape: names are equal if their texts are.
 * - Offsets and sizes are integers from 0 to 2^53 − 1; so is the end of a write. An intent of `lookup` other than
 *   INTENT_FIND waives what lookup-intent.ts says.
 *
 * **Interleaving.** Calls are synchronous and never nested: a backend does not call a server. All calls of one request
 * run without another request between them, so that the answer of `lookup` still holds for the `unlink` that follows.
 * Between two requests any other call may come, by any session of any server on the backend; and of a store that others
 * can change (a directory of the host, a memfs volume), such a change may come at any time.
 *
 * **Several servers.** Servers of one JavaScript realm may share a backend: references are counted on the inode, not in
 * the server, so that an orphan lives until the last fid of any server is gone. An overlay counts as one more user of
 * its layers; no other code may change its upper layer. Two backends over one
 * store are to each other as other processes are: of a directory of the host that works; `memfs` makes one backend for
 * each volume.
 */
export interface Backend {
  /** The name for messages and traces, such as `memfs`. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /**
   * True if every change is EROFS, the setting of times and O_TRUNC included, and access does not move times. Methods
   * that change something return EROFS before any other errno. The server itself returns it where Linux checks for it
   * before the name (unlink, rename), and where the name does not exist yet (mkdir, mknod, symlink, link).
   */
  readonly readOnly?: boolean;
  /**
   * The backend whose inodes this one shows, for a view of another backend: the servers of both share their sessions,
   * the reclaim queue, the observers and st_dev, since a fid of either keeps an orphan alive.
   */
  readonly viewOf?: Backend;
  /**
   * True if `rename` itself detects that a directory would move into itself (EINVAL) or that the target contains the
   * source (ENOTEMPTY), as a kernel does. Without it, or if there is a target, the server first walks up with `parent`.
   */
  readonly findsRings?: boolean;
  /**
   * The guarantees of this documentation that the backend cannot give on this system, in a sentence or two for the
   * user; empty or absent if it gives them all.
   */
  readonly limits?: string;
  /** In a store that reaches its files in one of several ways: its name, for the user. */
  readonly way?: string;
  /** True if names and attributes are cached without a look at the store: see `uncache`. */
  readonly cached?: boolean;
  /** In a store that keeps the changes to another store apart: lists them and commits them. */
  readonly changes?: Changes;
  /** In a store whose files other processes lock: its record locks. Otherwise they are the server's alone. */
  readonly recordLocks?: RecordLocks | undefined;

  /** The root directory: the same inode for the life of the backend. Throws EIO once the backend is closed. */
  root(): Inode;

  /**
   * The inode of entry `name` of a directory. Errors: ENOENT, also in a removed directory.
   *
   * The same object must come for the same file as long as it is referenced or QUEUED. The server calls `release` if
   * it makes no fid on the result.
   * @param intent Purpose of the lookup, INTENT_* (lookup-intent.ts), INTENT_FIND by default: it permits other answers
   *   that save a system call. A backend may ignore it.
   */
  lookup(dir: Inode, name: string, intent?: number): Inode | number;
  /**
   * The directory that contains `dir`; the root's is the root. Of a removed directory it is the one that contained it,
   * which may be QUEUED, or RECLAIMED (the server then answers ENOENT). Errors: ENOENT if the store does not know it
   * any more.
   * @param intent INTENT_BRIEF if only the number of the directory is asked, for a listing.
   */
  parent(dir: Inode, intent?: number): Inode | number;
  /**
   * The link count (st_nlink): the number of names of a file that is not a directory, and for a directory 2 and one for each
   * subdirectory, or 1 if the store does not count these. 0 once the last name is removed, of a directory too. Called
   * each time an inode may have lost its last name or its last fid; the server then calls `release` or, later,
   * `reclaim`. Also called on a QUEUED inode.
   */
  nlink(inode: Inode): number;
  /**
   * The number of entries of a directory, without `.` and `..`; 0 if it was removed. Counting may stop at `most`, of
   * which rmdir(2) needs 1.
   */
  entries(dir: Inode, most?: number): number;

  /**
   * Fills all fields of `out`, which hold anything before; fillSimpleAttr (attr.ts) does so for a store that keeps few.
   * For an orphan it returns the same as before, with nlink 0. It has no errors but the host's.
   */
  getattr(inode: Inode, out: Attr): number;
  /**
   * Sets the attributes named in `set.valid`, and ctime. The server has checked: no unknown bits; `_nsec` below 10^9; a
   * size only for a regular file, and below 2^53 − 1. Growing leaves a hole, shrinking frees data (truncate(2)), and a
   * size sets mtime, too.
   *
   * Errors: EROFS; ENOTSUP for the mode of a symlink (chmod(2)); for a size EFBIG, ENOSPC. The size is set first; an
   * error of the host in a later step leaves the earlier ones done.
   */
  setattr(inode: Inode, set: SetAttr): number;
  /**
   * The size in bytes, as in `getattr`: where an append begins. Called for each write with O_APPEND, and by `inspect` of
   * the server on orphans and QUEUED inodes. It has no errors: it may throw.
   */
  size(inode: Inode): number;

  /**
   * Makes a regular file, a directory, a fifo or a socket, empty, and touches mtime and ctime of `dir`. `name` does not
   * exist yet.
   *
   * Errors: EROFS; EPERM for a kind that the store cannot make; ENOSPC. After a lookup with INTENT_CREATE that answered
   * 0 also EEXIST, and ENOENT if `dir` was removed; the store must then be checked and changed in one step (O_EXCL).
   * @param mode S_IFMT bits and permission bits.
   * @param rdev The makedev(3) number of a device, else 0. The server asks for none.
   */
  create(dir: Inode, name: string, mode: number, rdev: number, uid: number, gid: number): Inode | number;
  /**
   * Makes a symlink, as `create`. Errors: EROFS, ENOSPC; EEXIST and ENOENT as there.
   * @param target 1 to 4095 bytes without NUL, as text like a name, kept to the byte and never resolved by the backend.
   */
  symlink(dir: Inode, name: string, target: string, uid: number, gid: number): Inode | number;
  /**
   * Gives `inode` another name (link(2)). It is not a directory and has at least one name.
   * Errors: EROFS, ENOSPC; EEXIST and ENOENT as in `create`.
   */
  link(dir: Inode, name: string, inode: Inode): number;
  /**
   * Removes the entry `name`, which `lookup` has answered with `inode`; a directory is empty and not the root. Touches
   * ctime of the inode, mtime and ctime of `dir`, and lowers `nlink`, of a directory to 0. The inode and its data stay
   * until `reclaim`, also if this was the last name. Errors: EROFS; ENOENT if the name is gone by now; after
   * INTENT_UNLINK and INTENT_RMDIR those of unlink(2) and rmdir(2).
   */
  unlink(dir: Inode, name: string, inode: Inode): number;
  /**
   * Moves the entry `oldName`, which is `inode`, in one step. `target` is the inode that `newName` has, which loses the
   * name as by `unlink`, or null if there is none; it is not `inode`. The server has checked the rules of rename(2):
   * both are directories, or neither is; a directory `target` is empty; without `findsRings` a directory does not move
   * into itself.
   * Errors: EROFS; ENOENT if the old name is gone by now; ENOSPC for a longer name; with `findsRings` EINVAL and
   * ENOTEMPTY; after INTENT_RENAME and INTENT_REPLACE those of rename(2).
   */
  rename(oldDir: Inode, oldName: string, inode: Inode, newDir: Inode, newName: string, target: Inode | null): number;
  /**
   * The target of a symlink. Times are left to `accessed`. Errors: EILSEQ if the target cannot be had as text, as on some
   * hosts.
   */
  readlink(inode: Inode): string | number;

  /**
   * Opens a regular file or a directory. Returns a handle ≥ 0 for `read`, `write`, `fsync` and `closeHandle`; or
   * −errno. A directory is opened with O_RDONLY and without O_TRUNC. Errors: EROFS for writing or O_TRUNC.
   * @param flags Those of Linux open(2). The server carries out O_TRUNC, by a `setattr` that follows, and O_APPEND, by
   *   writing at `size`; O_CREAT and O_EXCL mean nothing here. O_NOATIME is a hint.
   */
  open(inode: Inode, flags: number): number;
  /** Closes a handle, once. Called before `release` or `reclaim` of the inode, also after `close` of the backend. */
  closeHandle(inode: Inode, handle: number): void;
  /**
   * Copies bytes from `offset` into `u8[start, end)`. Returns the number of bytes, less than asked for only at the end
   * of the file, 0 from there on; or −errno. `handle` is open for reading, of a regular file. Times are left to
   * `accessed`. `u8` may be shared memory and must not be kept.
   */
  read(inode: Inode, handle: number, offset: number, u8: Uint8Array, start: number, end: number): number;
  /**
   * Copies `u8[start, end)`, at least one byte, into the file at `offset`; between the old end and `offset` there is a
   * hole of zeros. Returns the number of bytes, which may be fewer when the store becomes full; or −errno when none was
   * written: EFBIG, ENOSPC. `handle` is open for writing, of a regular file. Times are left to `modified`. `u8` may be
   * shared memory and must not be kept.
   */
  write(inode: Inode, handle: number, offset: number, u8: Uint8Array, start: number, end: number): number;
  /**
   * fallocate(2): provides space for the bytes [offset, offset + length), and extends the file to their end. `handle` is
   * open for writing, of a regular file. Errors: ENOTSUP: nothing is provided, and the caller sets the size instead, as
   * with a backend without this method; EFBIG; ENOSPC.
   */
  allocate?(inode: Inode, handle: number, offset: number, length: number): number;
  /**
   * lseek(2) SEEK_DATA: the first offset ≥ `offset` that may hold data; −ENXIO if none follows. A backend that has
   * neither this method nor `seekHole` has data everywhere; callers use extents.ts.
   */
  seekData?(inode: Inode, handle: number, offset: number): number;
  /** lseek(2) SEEK_HOLE: the first offset ≥ `offset` in a hole, or the size; −ENXIO from the size on. */
  seekHole?(inode: Inode, handle: number, offset: number): number;
  /**
   * True if `blocks` of `getattr` counts all data of the file, also data that is not written out yet: a reader that has come
   * upon so many bytes of data can stop. For stores that cannot tell where data is.
   */
  countsBlocks?(inode: Inode): boolean;
  /**
   * Touches atime (relatime is permitted). Called once per message, after its `read`s, a listing or `readlink`.
   */
  accessed(inode: Inode): void;
  /** Touches mtime and ctime. Called once per Twrite, after its `write`s. */
  modified(inode: Inode): void;
  /**
   * Writes back the cached data of an open file or directory (fsync(2)); with `datasync` only its data (fdatasync(2)).
   * `handle` may be open for reading only. Errors: ENOSPC, EIO, of any earlier write of the file, too.
   */
  fsync(inode: Inode, handle: number, datasync: boolean): number;

  /**
   * Begins a listing, at the first entry. The server has called `open` before, and calls `close` of the cursor later,
   * before `closeHandle`. Several listings of a directory may be in progress. `dir` has a name when it is called, and
   * may lose it before the end.
   */
  list(dir: Inode): DirCursor | number;
  /** The entries that a listing leaves out, for a copier or an archiver that must not drop a file silently. */
  hidden?(dir: Inode): readonly Hidden[];
  /**
   * Fills `out`: blocks are of `bsize` bytes, unlike those of `getattr`. `fstype` and `namelen` are set already. The
   * server has freed all that can be reclaimed; orphans count as used.
   */
  statfs(out: StatFs): number;

  /**
   * A copy of the value of an extended attribute (getxattr(2)). Errors: ENOTSUP if the store keeps none; ENODATA if it
   * is not set. `name` has 1 to 255 bytes in all methods.
   */
  getxattr(inode: Inode, name: string): Uint8Array | number;
  /**
   * Sets an extended attribute (setxattr(2)) and ctime; the backend keeps `value`, of up to 65,536 bytes. An empty
   * value with XATTR_REPLACE removes the attribute, as v9fs sends removexattr(2). Errors: EROFS; ENOTSUP; EEXIST with
   * XATTR_CREATE; ENODATA with XATTR_REPLACE; ENOSPC.
   * @param flags XATTR_CREATE, XATTR_REPLACE or 0.
   */
  setxattr(inode: Inode, name: string, value: Uint8Array, flags: number): number;
  /** The names of all extended attributes, in the order in which they were set, or by name; none is []. Errors: ENOTSUP. */
  listxattr(inode: Inode): string[] | number;

  /**
   * The inode has no reference (any more), but it still has a name: the backend may free what it holds for it, such as
   * a descriptor, and may answer the next `lookup` with another object. May be called again, and for an inode that was
   * only looked up. It has no errors.
   */
  release(inode: Inode): void;
  /**
   * The last name and the last reference are gone: frees the data. The inode is QUEUED; it becomes RECLAIMED after 0,
   * and is not used again. After any other result it stays in the queue and is tried again later: with a later request,
   * at statfs and fsync, when the store is full, and when the last session ends.
   */
  reclaim(inode: Inode): number;

  /**
   * Forgets what is cached of names and attributes, and caches none from now on. Called before a commit of an overlay to
   * its lower layer, which may have changed meanwhile. Absent if nothing is cached.
   */
  uncache?(): void;
  /**
   * Writes back everything that is cached (syncfs(2)). Called by a server when its last session has ended. A failed
   * write is reported by the `fsync` of its file, too, since a server cannot report the errno of this one. Absent
   * if nothing is cached.
   */
  flush?(): number;
  /**
   * Makes a store with the same files, which shares nothing with this one that either could notice; in microseconds,
   * whatever their number and size. The caller closes it. Orphans are not in it. Absent in stores that cannot. Throws
   * EIO once the backend is closed.
   */
  clone?(): OwnedBackend;
  /**
   * Closes the backend: frees what it holds of the host, open handles included. From then on every call is EIO
   * (closed.ts) and handles need not be closed; a second `close` does nothing. Only the creator of a backend closes it,
   * never a server or a wrapper that it was given to. Absent if the backend holds nothing.
   */
  close?(): void;
}

/** A backend as its creator has it, who closes it: `using store = ram()`. */
export interface OwnedBackend extends Backend, Disposable {
  close(): void;
}
