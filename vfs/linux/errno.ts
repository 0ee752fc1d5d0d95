// Names of Linux errnos, and their conversion to and from WASI errnos and thrown errors.
import { E, TABLE, WASI_ERRNO } from './errno.gen.ts';

export { E, WASI_ERRNO } from './errno.gen.ts';

/**
 * The path leaves the directory at which it begins, which openat2(2) with RESOLVE_BENEATH reports as EXDEV. It is a
 * number of this project, above Linux's highest errno (MAX_ERRNO, 4095), so that EXDEV means another file system only.
 * The client's path resolution returns it, and wasiErrnoOf makes ENOTCAPABLE of it. No message carries it.
 */
export const OUTSIDE = 4096;

/** Names and WASI numbers by Linux number, filled by `load`. */
const names: string[] = [];
const toWasi: number[] = [];

/** Fills the tables at the first use, rather than at import. */
function load(): void {
  if (toWasi.length > 0) return;
  for (const text of `ok0,${TABLE}`.split(',')) {
    // The number has one or two digits. No expression: to compile one takes longer than all of this.
    const cut = text.length - (text.at(-2)! > '9' ? 1 : 2);
    names.push(text && `E${text.slice(0, cut)}`);
    toWasi.push(+text.slice(cut) || WASI_ERRNO.EIO);
  }
  names[0] = 'ok';
  toWasi[0] = 0;
  names[OUTSIDE] = 'OUTSIDE';
}

/** Linux numbers by name, made at the first use. */
let byName: Map<string, number> | undefined;

function numbers(): Map<string, number> {
  load();
  const found = new Map<string, number>();
  names.forEach((name, errno) => name.startsWith('E') && found.set(name, errno));
  // Other names that Node and Linux use for the same numbers.
  return found.set('EWOULDBLOCK', E.EAGAIN).set('EOPNOTSUPP', E.ENOTSUP);
}

/** Converts a Linux errno to the WASI errno. 0 stays 0; OUTSIDE becomes ENOTCAPABLE, an unknown number EIO. */
export function wasiErrnoOf(errno: number): number {
  if (errno === 0) return 0;
  load();
  return errno === OUTSIDE ? WASI_ERRNO.ENOTCAPABLE : (toWasi[errno] ?? WASI_ERRNO.EIO);
}

/**
 * Converts a WASI errno, as a foreign Fd returns, to the Linux errno. ENOTCAPABLE becomes EPERM, an unknown one EIO.
 */
export function errnoOfWasi(wasiErrno: number): number {
  if (wasiErrno === 0) return 0;
  if (wasiErrno === WASI_ERRNO.ENOTCAPABLE) return E.EPERM;
  load();
  const errno = toWasi.indexOf(wasiErrno);
  return errno > 0 ? errno : E.EIO;
}

/** The name of a Linux errno: `2` → `'ENOENT'`; unknown: `'errno 200'`; 0: `'ok'`. */
export function errnoName(errno: number): string {
  load();
  return names[errno] || `errno ${errno}`;
}

/** The name of a WASI errno: `44` → `'ENOENT'`; unknown: `'wasi errno 200'`. */
export function wasiErrnoName(wasiErrno: number): string {
  if (wasiErrno === WASI_ERRNO.ENOTCAPABLE) return 'ENOTCAPABLE';
  load();
  return names[toWasi.indexOf(wasiErrno)] || `wasi errno ${wasiErrno}`;
}

/**
 * The Linux errno of an error that a backend threw, by its `code` string; its `errno` number differs between platforms.
 * A RangeError without such a code is a failed allocation, ENOMEM. Anything else is EIO.
 */
export function errnoOf(thrown: unknown): number {
  if (typeof thrown === 'object' && thrown !== null) {
    const code = (thrown as { code?: unknown }).code;
    if (typeof code === 'string') {
      const errno = (byName ??= numbers()).get(code);
      if (errno !== undefined) return errno;
    }
    if (thrown instanceof RangeError) return E.ENOMEM;
  }
  return E.EIO;
}
