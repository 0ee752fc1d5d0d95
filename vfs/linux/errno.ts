// Names of Linux errnos, and their conversion to and from WASI errnos and thrown errors.
import { E, TABLE, WASI_ERRNO } from './errno.gen.ts';

export { E, WASI_ERRNO } from './errno.gen.ts';

/** Names and WASI numbers by Linux number. */
const names: string[] = ['ok'];
const toWasi: number[] = [0];
const byName = new Map<string, number>();
for (const text of TABLE.split(',')) {
  const [, name = '', wasi = WASI_ERRNO.EIO] = /(.+\D)(.+)/.exec(`E${text}`) ?? [];
  if (name !== '') byName.set(name, names.length);
  names.push(name);
  toWasi.push(Number(wasi));
}
// Other names that Node and Linux use for the same numbers.
byName.set('EWOULDBLOCK', E.EAGAIN);
byName.set('EOPNOTSUPP', E.ENOTSUP);

/** The WASI number of a Linux errno; 0 stays 0, a number that is not in the table is EIO. */
export function wasiErrnoOf(errno: number): number {
  return errno && (toWasi[errno] ?? WASI_ERRNO.EIO);
}

/** The Linux number of a WASI errno that a foreign Fd returned; ENOTCAPABLE is EPERM, an unknown one EIO. */
export function errnoOfWasi(wasiErrno: number): number {
  if (wasiErrno === 0) return 0;
  if (wasiErrno === WASI_ERRNO.ENOTCAPABLE) return E.EPERM;
  const errno = toWasi.indexOf(wasiErrno);
  return errno > 0 ? errno : E.EIO;
}

/** `2` → `'ENOENT'`; a number that is not in the table → `'errno 200'`; 0 → `'ok'`. */
export function errnoName(errno: number): string {
  return names[errno] || `errno ${errno}`;
}

/** A WASI errno's name for a trace: `44` → `'ENOENT'`. */
export function wasiErrnoName(wasiErrno: number): string {
  if (wasiErrno === WASI_ERRNO.ENOTCAPABLE) return 'ENOTCAPABLE';
  return names[toWasi.indexOf(wasiErrno)] || `wasi errno ${wasiErrno}`;
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
