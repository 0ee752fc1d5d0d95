// openat2(2): opens a path of several names that stays beneath a directory and follows no symlink.
import { O_CLOEXEC } from '../../../linux/constants.ts';
import { OPEN_HOW_SIZE, writeHow } from './layouts.ts';
import { SYSCALLS, type Libc } from './libc.ts';

const RESOLVE_NO_MAGICLINKS = 0x02;
const RESOLVE_NO_SYMLINKS = 0x04;
const RESOLVE_BENEATH = 0x08;

const AT_FDCWD = -100;
const O_PATH = 0o10000000;
const DOT = Uint8Array.of(0x2e, 0);

const how = new Uint8Array(OPEN_HOW_SIZE);
const howU32 = new Uint32Array(how.buffer);

/**
 * Opens a path, for O_PATH and O_NOFOLLOW. A symlink on the way is ELOOP, and a way out of the directory EXDEV; at the
 * end a symlink itself is opened.
 * @returns A descriptor, or −1.
 */
export function openBeneath(libc: Libc, dir: number, path: Uint8Array, flags: number): number {
  writeHow(howU32, flags | O_CLOEXEC, 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
  return libc.openat2(SYSCALLS[process.arch]!.openat2, dir, path, how, OPEN_HOW_SIZE);
}

/** By libc: true if the kernel has openat2, and no filter of system calls refuses it. */
const known = new WeakMap<Libc, boolean>();

/** True if openat2 works here: Linux 5.6, and no container that answers ENOSYS or EPERM. */
export function hasOpenat2(libc: Libc): boolean {
  let has = known.get(libc);
  if (has === undefined) {
    const fd = openBeneath(libc, AT_FDCWD, DOT, O_PATH);
    has = fd >= 0;
    if (has) libc.close(fd);
    known.set(libc, has);
  }
  return has;
}
