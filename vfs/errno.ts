/**
 * The one errno table. Everything that names, numbers or prints an error derives from it:
 * the Linux number (used inside, and on the wire in Rlerror), the WASI preview1 number (used
 * only in shim/) and the name (which is also Node's `code` string). The messages of strerror(3), which a browser has no
 * use for, are beside it in errno-text.ts: one for each name, or it does not compile.
 *
 * ENOTCAPABLE has no Linux number: only the shim issues it.
 */
const TABLE = [
  ['EPERM', 1, 63],
  ['ENOENT', 2, 44],
  ['ESRCH', 3, 71],
  ['EINTR', 4, 27],
  ['EIO', 5, 29],
  ['ENXIO', 6, 60],
  ['E2BIG', 7, 1],
  ['ENOEXEC', 8, 45],
  ['EBADF', 9, 8],
  ['ECHILD', 10, 12],
  ['EAGAIN', 11, 6],
  ['ENOMEM', 12, 48],
  ['EACCES', 13, 2],
  ['EFAULT', 14, 21],
  ['EBUSY', 16, 10],
  ['EEXIST', 17, 20],
  ['EXDEV', 18, 75],
  ['ENODEV', 19, 43],
  ['ENOTDIR', 20, 54],
  ['EISDIR', 21, 31],
  ['EINVAL', 22, 28],
  ['ENFILE', 23, 41],
  ['EMFILE', 24, 33],
  ['ENOTTY', 25, 59],
  ['ETXTBSY', 26, 74],
  ['EFBIG', 27, 22],
  ['ENOSPC', 28, 51],
  ['ESPIPE', 29, 70],
  ['EROFS', 30, 69],
  ['EMLINK', 31, 34],
  ['EPIPE', 32, 64],
  ['EDOM', 33, 18],
  ['ERANGE', 34, 68],
  ['EDEADLK', 35, 16],
  ['ENAMETOOLONG', 36, 37],
  ['ENOLCK', 37, 46],
  ['ENOSYS', 38, 52],
  ['ENOTEMPTY', 39, 55],
  ['ELOOP', 40, 32],
  ['ENOMSG', 42, 49],
  ['EIDRM', 43, 24],
  // No WASI number: the guest has no extended attributes.
  ['ENODATA', 61, 29],
  ['ENOLINK', 67, 47],
  ['EPROTO', 71, 65],
  ['EMULTIHOP', 72, 36],
  ['EBADMSG', 74, 9],
  ['EOVERFLOW', 75, 61],
  ['EILSEQ', 84, 25],
  ['ENOTSOCK', 88, 57],
  ['EDESTADDRREQ', 89, 17],
  ['EMSGSIZE', 90, 35],
  ['EPROTOTYPE', 91, 67],
  ['ENOPROTOOPT', 92, 50],
  ['EPROTONOSUPPORT', 93, 66],
  ['ENOTSUP', 95, 58],
  ['EAFNOSUPPORT', 97, 5],
  ['EADDRINUSE', 98, 3],
  ['EADDRNOTAVAIL', 99, 4],
  ['ENETDOWN', 100, 38],
  ['ENETUNREACH', 101, 40],
  ['ENETRESET', 102, 39],
  ['ECONNABORTED', 103, 13],
  ['ECONNRESET', 104, 15],
  ['ENOBUFS', 105, 42],
  ['EISCONN', 106, 30],
  ['ENOTCONN', 107, 53],
  ['ETIMEDOUT', 110, 73],
  ['ECONNREFUSED', 111, 14],
  ['EHOSTUNREACH', 113, 23],
  ['EALREADY', 114, 7],
  ['EINPROGRESS', 115, 26],
  ['ESTALE', 116, 72],
  ['EDQUOT', 122, 19],
  ['ECANCELED', 125, 11],
  ['EOWNERDEAD', 130, 62],
  ['ENOTRECOVERABLE', 131, 56],
  ['ENOTCAPABLE', 0, 76],
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
