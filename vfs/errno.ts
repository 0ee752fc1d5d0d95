/**
 * The one errno table. Everything that names, numbers or prints an error derives from it:
 * the Linux number (used inside, and on the wire in Rlerror), the WASI preview1 number (used
 * only in shim/), the name (which is also Node's `code` string) and the message of strerror(3).
 *
 * ENOTCAPABLE has no Linux number: only the shim issues it.
 */
const TABLE = [
  ['EPERM', 1, 63, 'Operation not permitted'],
  ['ENOENT', 2, 44, 'No such file or directory'],
  ['ESRCH', 3, 71, 'No such process'],
  ['EINTR', 4, 27, 'Interrupted system call'],
  ['EIO', 5, 29, 'Input/output error'],
  ['ENXIO', 6, 60, 'No such device or address'],
  ['E2BIG', 7, 1, 'Argument list too long'],
  ['ENOEXEC', 8, 45, 'Exec format error'],
  ['EBADF', 9, 8, 'Bad file descriptor'],
  ['ECHILD', 10, 12, 'No child processes'],
  ['EAGAIN', 11, 6, 'Resource temporarily unavailable'],
  ['ENOMEM', 12, 48, 'Cannot allocate memory'],
  ['EACCES', 13, 2, 'Permission denied'],
  ['EFAULT', 14, 21, 'Bad address'],
  ['EBUSY', 16, 10, 'Device or resource busy'],
  ['EEXIST', 17, 20, 'File exists'],
  ['EXDEV', 18, 75, 'Invalid cross-device link'],
  ['ENODEV', 19, 43, 'No such device'],
  ['ENOTDIR', 20, 54, 'Not a directory'],
  ['EISDIR', 21, 31, 'Is a directory'],
  ['EINVAL', 22, 28, 'Invalid argument'],
  ['ENFILE', 23, 41, 'Too many open files in system'],
  ['EMFILE', 24, 33, 'Too many open files'],
  ['ENOTTY', 25, 59, 'Inappropriate ioctl for device'],
  ['ETXTBSY', 26, 74, 'Text file busy'],
  ['EFBIG', 27, 22, 'File too large'],
  ['ENOSPC', 28, 51, 'No space left on device'],
  ['ESPIPE', 29, 70, 'Illegal seek'],
  ['EROFS', 30, 69, 'Read-only file system'],
  ['EMLINK', 31, 34, 'Too many links'],
  ['EPIPE', 32, 64, 'Broken pipe'],
  ['EDOM', 33, 18, 'Numerical argument out of domain'],
  ['ERANGE', 34, 68, 'Numerical result out of range'],
  ['EDEADLK', 35, 16, 'Resource deadlock avoided'],
  ['ENAMETOOLONG', 36, 37, 'File name too long'],
  ['ENOLCK', 37, 46, 'No locks available'],
  ['ENOSYS', 38, 52, 'Function not implemented'],
  ['ENOTEMPTY', 39, 55, 'Directory not empty'],
  ['ELOOP', 40, 32, 'Too many levels of symbolic links'],
  ['ENOMSG', 42, 49, 'No message of desired type'],
  ['EIDRM', 43, 24, 'Identifier removed'],
  // No WASI number: the guest has no extended attributes.
  ['ENODATA', 61, 29, 'No data available'],
  ['ENOLINK', 67, 47, 'Link has been severed'],
  ['EPROTO', 71, 65, 'Protocol error'],
  ['EMULTIHOP', 72, 36, 'Multihop attempted'],
  ['EBADMSG', 74, 9, 'Bad message'],
  ['EOVERFLOW', 75, 61, 'Value too large for defined data type'],
  ['EILSEQ', 84, 25, 'Invalid or incomplete multibyte or wide character'],
  ['ENOTSOCK', 88, 57, 'Socket operation on non-socket'],
  ['EDESTADDRREQ', 89, 17, 'Destination address required'],
  ['EMSGSIZE', 90, 35, 'Message too long'],
  ['EPROTOTYPE', 91, 67, 'Protocol wrong type for socket'],
  ['ENOPROTOOPT', 92, 50, 'Protocol not available'],
  ['EPROTONOSUPPORT', 93, 66, 'Protocol not supported'],
  ['ENOTSUP', 95, 58, 'Operation not supported'],
  ['EAFNOSUPPORT', 97, 5, 'Address family not supported by protocol'],
  ['EADDRINUSE', 98, 3, 'Address already in use'],
  ['EADDRNOTAVAIL', 99, 4, 'Cannot assign requested address'],
  ['ENETDOWN', 100, 38, 'Network is down'],
  ['ENETUNREACH', 101, 40, 'Network is unreachable'],
  ['ENETRESET', 102, 39, 'Network dropped connection on reset'],
  ['ECONNABORTED', 103, 13, 'Software caused connection abort'],
  ['ECONNRESET', 104, 15, 'Connection reset by peer'],
  ['ENOBUFS', 105, 42, 'No buffer space available'],
  ['EISCONN', 106, 30, 'Transport endpoint is already connected'],
  ['ENOTCONN', 107, 53, 'Transport endpoint is not connected'],
  ['ETIMEDOUT', 110, 73, 'Connection timed out'],
  ['ECONNREFUSED', 111, 14, 'Connection refused'],
  ['EHOSTUNREACH', 113, 23, 'No route to host'],
  ['EALREADY', 114, 7, 'Operation already in progress'],
  ['EINPROGRESS', 115, 26, 'Operation now in progress'],
  ['ESTALE', 116, 72, 'Stale file handle'],
  ['EDQUOT', 122, 19, 'Disk quota exceeded'],
  ['ECANCELED', 125, 11, 'Operation canceled'],
  ['EOWNERDEAD', 130, 62, 'Owner died'],
  ['ENOTRECOVERABLE', 131, 56, 'State not recoverable'],
  ['ENOTCAPABLE', 0, 76, 'Capabilities insufficient'],
] as const;

type Row = (typeof TABLE)[number];
/** The name of an errno: `'ENOENT'`. */
export type ErrnoName = Row[0];

/** Linux errno numbers by name: `E.ENOENT === 2` (asm-generic/errno.h). ENOTCAPABLE is absent. */
export const E = Object.fromEntries(TABLE.filter((row) => row[1] !== 0).map((row) => [row[0], row[1]])) as {
  readonly [R in Row as R[1] extends 0 ? never : R[0]]: R[1];
};

/** WASI preview1 errno numbers by name: `WASI_ERRNO.ENOENT === 44` (wasi_snapshot_preview1.witx, `$errno`). */
export const WASI_ERRNO = Object.fromEntries(TABLE.map((row) => [row[0], row[2]])) as {
  readonly [R in Row as R[0]]: R[2];
};

const LAST = 133;
const byLinux: (Row | undefined)[] = [];
const toWasi = new Uint8Array(LAST + 1).fill(WASI_ERRNO.EIO);
const byName = new Map<string, number>();
toWasi[0] = 0;
for (const row of TABLE) {
  if (row[1] === 0) continue;
  byLinux[row[1]] = row;
  toWasi[row[1]] = row[2];
  byName.set(row[0], row[1]);
}
// Other names that Node and Linux use for the same numbers.
byName.set('EWOULDBLOCK', E.EAGAIN);
byName.set('EOPNOTSUPP', E.ENOTSUP);
byName.set('EDEADLOCK', E.EDEADLK);

/** The WASI number of a Linux errno; 0 stays 0, a number that is not in the table is EIO. */
export function wasiErrnoOf(errno: number): number {
  return errno <= LAST ? toWasi[errno]! : WASI_ERRNO.EIO;
}

/** The Linux number of a WASI errno that a foreign Fd returned; ENOTCAPABLE is EPERM, an unknown one EIO. */
export function errnoOfWasi(wasiErrno: number): number {
  if (wasiErrno === 0) return 0;
  if (wasiErrno === WASI_ERRNO.ENOTCAPABLE) return E.EPERM;
  return TABLE.find((row) => row[2] === wasiErrno)?.[1] ?? E.EIO;
}

/** `2` → `'ENOENT'`; a number that is not in the table → `'errno 200'`; 0 → `'ok'`. */
export function errnoName(errno: number): string {
  return errno === 0 ? 'ok' : (byLinux[errno]?.[0] ?? `errno ${errno}`);
}

/** strerror(3) of a Linux errno. */
export function errnoMessage(errno: number): string {
  return byLinux[errno]?.[3] ?? `Unknown error ${errno}`;
}

/** A WASI errno's name for a trace: `44` → `'ENOENT'`. */
export function wasiErrnoName(wasiErrno: number): string {
  if (wasiErrno === 0) return 'ok';
  return TABLE.find((row) => row[2] === wasiErrno)?.[0] ?? `wasi errno ${wasiErrno}`;
}

/**
 * The errno of something a backend threw: by its `code` string, never by its `errno` number,
 * which differs from one platform to the next. A RangeError is a failed allocation (ENOMEM);
 * anything unknown is EIO.
 */
export function errnoOf(thrown: unknown): number {
  if (typeof thrown === 'object' && thrown !== null) {
    const code = (thrown as { code?: unknown }).code;
    if (typeof code === 'string') {
      const errno = byName.get(code);
      if (errno !== undefined) return errno;
    }
    if (thrown instanceof RangeError) return E.ENOMEM;
  }
  return E.EIO;
}

/** All rows, for the documents that are generated from the table. */
export function errnoRows(): readonly Row[] {
  return TABLE;
}
