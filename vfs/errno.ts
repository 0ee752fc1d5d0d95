import { E, ROWS, WASI_ERRNO } from './errno.gen.ts';

export { E, WASI_ERRNO } from './errno.gen.ts';

const LAST = 133;
const byLinux: ((typeof ROWS)[number] | undefined)[] = [];
const toWasi = new Uint8Array(LAST + 1).fill(WASI_ERRNO.EIO);
const byName = new Map<string, number>();
toWasi[0] = 0;
for (const row of ROWS) {
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
  return ROWS.find((row) => row[2] === wasiErrno)?.[1] ?? E.EIO;
}

/** `2` → `'ENOENT'`; a number that is not in the table → `'errno 200'`; 0 → `'ok'`. */
export function errnoName(errno: number): string {
  return errno === 0 ? 'ok' : (byLinux[errno]?.[0] ?? `errno ${errno}`);
}

/** A WASI errno's name for a trace: `44` → `'ENOENT'`. */
export function wasiErrnoName(wasiErrno: number): string {
  if (wasiErrno === 0) return 'ok';
  return ROWS.find((row) => row[2] === wasiErrno)?.[0] ?? `wasi errno ${wasiErrno}`;
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
