// The calls of libc that a host directory makes, each declared once, through the package koffi. koffi is an optional
// peer and is loaded here only, when the first host directory is opened: that takes some 10 ms.
/// <reference types="node" preserve="true" />

/** A name or a path as bytes that end with a NUL, or a buffer to fill. */
type Bytes = Uint8Array;
/** The address of such memory, of `address`: half of the price of passing the object. The caller keeps that alive. */
type Address = number;

/**
 * Calls of libc with their own arguments and results: −1 for an error, whose errno `errno` returns until the next call.
 * Memory that is passed is only used during the call.
 */
export interface Libc {
  openat(dir: number, name: Address, flags: number, mode: number): number;
  close(fd: number): number;
  statx(dir: number, name: Address, flags: number, mask: number, out: Address): number;
  mkdirat(dir: number, name: Bytes, mode: number): number;
  symlinkat(target: Bytes, dir: number, name: Bytes): number;
  unlinkat(dir: number, name: Bytes, flags: number): number;
  renameat(oldDir: number, oldName: Bytes, newDir: number, newName: Bytes): number;
  linkat(oldDir: number, oldName: Bytes, newDir: number, newName: Bytes, flags: number): number;
  readlinkat(dir: number, name: Bytes, out: Bytes, size: number): number;
  chmod(path: Bytes, mode: number): number;
  fchownat(dir: number, name: Bytes, uid: number, gid: number, flags: number): number;
  utimensat(dir: number, name: Bytes, times: Bytes, flags: number): number;
  ftruncate(fd: number, size: number): number;
  fallocate(fd: number, mode: number, offset: number, length: number): number;
  fsync(fd: number): number;
  fdatasync(fd: number): number;
  fstatfs(fd: number, out: Bytes): number;
  pread(fd: number, out: Address, size: number, offset: number): number;
  pwrite(fd: number, bytes: Address, size: number, offset: number): number;
  lseek(fd: number, offset: number, whence: number): number;
  getxattr(path: Bytes, name: Bytes, out: Bytes, size: number): number;
  setxattr(path: Bytes, name: Bytes, value: Bytes, size: number, flags: number): number;
  removexattr(path: Bytes, name: Bytes): number;
  listxattr(path: Bytes, out: Bytes, size: number): number;
  inotify_init1(flags: number): number;
  inotify_add_watch(fd: number, path: Bytes, mask: number): number;
  inotify_rm_watch(fd: number, watch: number): number;
  read(fd: number, out: Bytes, size: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  fcntlLock(fd: number, command: number, lock: Bytes): number;
  mknodat(number: number, dir: number, name: Bytes, mode: number, device: number): number;
  openat2(number: number, dir: number, path: Bytes, how: Bytes, size: number): number;
  getdents64(number: number, fd: number, out: Bytes, size: number): number;
  errno(): number;
  /**
   * The address of the bytes, which never move: valid as long as the object is alive and its memory is not detached. 0 for
   * memory that is detached.
   */
  address(bytes: Uint8Array): Address;
}

/** A declaration in C: symbol, result, arguments. */
type Declaration = readonly [symbol: string, result: string, ...args: string[]];

/**
 * The declarations in C. The last arguments of openat(2), fcntl(2) and syscall(2) are variadic there, which on x64 and
 * arm64 passes integers and pointers in the same registers. `void *` takes the memory of a Uint8Array, and `uintptr_t` an
 * address. pread and pwrite are given at most 2^30 bytes, so that their results are an `int`.
 */
export const DECLARATIONS: Readonly<Record<Exclude<keyof Libc, 'errno' | 'address'>, Declaration>> = {
  openat: ['openat', 'int', 'int', 'uintptr_t', 'int', 'uint'],
  close: ['close', 'int', 'int'],
  statx: ['statx', 'int', 'int', 'uintptr_t', 'int', 'uint', 'uintptr_t'],
  mkdirat: ['mkdirat', 'int', 'int', 'void *', 'uint'],
  symlinkat: ['symlinkat', 'int', 'void *', 'int', 'void *'],
  unlinkat: ['unlinkat', 'int', 'int', 'void *', 'int'],
  renameat: ['renameat', 'int', 'int', 'void *', 'int', 'void *'],
  linkat: ['linkat', 'int', 'int', 'void *', 'int', 'void *', 'int'],
  readlinkat: ['readlinkat', 'int64_t', 'int', 'void *', 'void *', 'size_t'],
  chmod: ['chmod', 'int', 'void *', 'uint'],
  fchownat: ['fchownat', 'int', 'int', 'void *', 'uint', 'uint', 'int'],
  utimensat: ['utimensat', 'int', 'int', 'void *', 'void *', 'int'],
  ftruncate: ['ftruncate', 'int', 'int', 'int64_t'],
  fallocate: ['fallocate', 'int', 'int', 'int', 'int64_t', 'int64_t'],
  fsync: ['fsync', 'int', 'int'],
  fdatasync: ['fdatasync', 'int', 'int'],
  fstatfs: ['fstatfs', 'int', 'int', 'void *'],
  pread: ['pread', 'int', 'int', 'uintptr_t', 'uint', 'int64_t'],
  pwrite: ['pwrite', 'int', 'int', 'uintptr_t', 'uint', 'int64_t'],
  lseek: ['lseek', 'int64_t', 'int', 'int64_t', 'int'],
  getxattr: ['getxattr', 'int64_t', 'void *', 'void *', 'void *', 'size_t'],
  setxattr: ['setxattr', 'int', 'void *', 'void *', 'void *', 'size_t', 'int'],
  removexattr: ['removexattr', 'int', 'void *', 'void *'],
  listxattr: ['listxattr', 'int64_t', 'void *', 'void *', 'size_t'],
  inotify_init1: ['inotify_init1', 'int', 'int'],
  inotify_add_watch: ['inotify_add_watch', 'int', 'int', 'void *', 'uint'],
  inotify_rm_watch: ['inotify_rm_watch', 'int', 'int', 'int'],
  read: ['read', 'int64_t', 'int', 'void *', 'size_t'],
  fcntl: ['fcntl', 'int', 'int', 'int', 'int'],
  fcntlLock: ['fcntl', 'int', 'int', 'int', 'void *'],
  mknodat: ['syscall', 'long', 'long', 'int', 'void *', 'uint', 'uint'],
  openat2: ['syscall', 'long', 'long', 'int', 'void *', 'void *', 'size_t'],
  getdents64: ['syscall', 'long', 'long', 'int', 'void *', 'size_t'],
};

/** The numbers of system calls that not every libc has a function for, by `process.arch`. */
export const SYSCALLS: Readonly<Record<string, Readonly<Record<'openat2' | 'getdents64' | 'mknodat', number>>>> = {
  x64: { openat2: 437, getdents64: 217, mknodat: 259 },
  arm64: { openat2: 437, getdents64: 61, mknodat: 33 },
};

/** The members of koffi used here. */
interface Koffi {
  load(path: null): { func(name: string, result: string, args: string[]): (...args: unknown[]) => number };
  errno(): number;
  address(bytes: Uint8Array): bigint;
}

let loaded: Libc | Error | undefined;

/**
 * Returns libc; or an Error with the reason if there is none: another platform, no koffi, or a koffi that cannot be
 * loaded. koffi is looked for beside this package only, never in the working directory.
 */
export function libc(): Libc | Error {
  return (loaded ??= load());
}

function load(): Libc | Error {
  if (process.platform !== 'linux' || SYSCALLS[process.arch] === undefined) {
    return new Error(`libc is called on Linux on x64 and arm64, and this is ${process.platform} on ${process.arch}`);
  }
  try {
    return declare(loadKoffi());
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

/**
 * Loads the compiled part of koffi alone, which is a package of its own for each platform: the JavaScript around it, for
 * other platforms and old names, takes longer than the rest. A koffi without that package is loaded as a whole.
 */
function loadKoffi(): Koffi {
  const { createRequire } = process.getBuiltinModule('node:module');
  const here = createRequire(import.meta.url);
  const compiled = `@koromix/koffi-linux-${process.arch}`;
  // npm has it beside koffi, others below koffi. Its own index reads the ELF header of Node to tell glibc from musl.
  const file = isMusl() ? '' : `/linux_${process.arch}/koffi.node`;
  const beside = tryLoad(() => here(compiled + file));
  if (beside !== null) return beside;
  // Throws if there is no koffi at all.
  const below = createRequire(here.resolve('koffi'));
  return tryLoad(() => below(compiled + file)) ?? tryLoad(() => below(compiled)) ?? (here('koffi') as Koffi);
}

/** True if the C library may be musl, by its dynamic linker: a koffi for glibc could be loaded there, but not used. */
function isMusl(): boolean {
  const linker = `/lib/ld-musl-${process.arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`;
  return process.getBuiltinModule('node:fs').existsSync(linker);
}

/** The result of `load` if it has the members that are used; null if there is none, or an older one. */
function tryLoad(load: () => unknown): Koffi | null {
  try {
    const koffi = load() as Partial<Koffi>;
    return koffi.load !== undefined && koffi.address !== undefined && koffi.errno !== undefined
      ? (koffi as Koffi)
      : null;
  } catch {
    return null;
  }
}

/** Declares each function at its first call: most programs make a few of these calls. */
function declare(koffi: Koffi): Libc {
  const own = koffi.load(null);
  const calls: Record<string, unknown> = {
    errno: () => koffi.errno(),
    // The memory of a short array is moved when its buffer is first asked for, so that is done before.
    address: (bytes: Uint8Array) => (bytes.buffer.byteLength === 0 ? 0 : Number(koffi.address(bytes))),
  };
  for (const [name, [symbol, result, ...args]] of Object.entries(DECLARATIONS)) {
    let call: ((...args: unknown[]) => number) | undefined;
    calls[name] = (...given: unknown[]): number => {
      if (call === undefined) {
        call = own.func(symbol, result, args);
        calls[name] = call;
      }
      return call(...given);
    };
  }
  return calls as unknown as Libc;
}
