// Files by the calls of WASI, as AssemblyScript's shim for WASI declares them; the first preopen is the directory.
import {
  errno,
  fd_close,
  fd_filestat_get,
  fd_pread,
  fd_read,
  fd_readdir,
  fd_write,
  filestat,
  oflags,
  path_create_directory,
  path_open,
  path_remove_directory,
  path_rename,
  path_unlink_file,
} from '@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1';

const DIR: u32 = 3;
const FILE_RIGHTS: u64 = 0x28c001ff;
const DIR_RIGHTS: u64 = 0x4000;
const out = memory.data(64);

/** Opens a file, or throws with the errno. */
export function open(path: string, flags: u16, rights: u64 = FILE_RIGHTS): u32 {
  const name = String.UTF8.encode(path);
  const error = path_open(DIR, 1, changetype<usize>(name), name.byteLength, flags, rights, 0, 0, out);
  if (error) throw new Error('errno ' + error.toString());
  return load<u32>(out);
}

/** The errno of an attempt to open. */
export function openErrno(path: string, flags: u16): errno {
  const name = String.UTF8.encode(path);
  const error = path_open(DIR, 1, changetype<usize>(name), name.byteLength, flags, FILE_RIGHTS, 0, 0, out);
  if (!error) fd_close(load<u32>(out));
  return error;
}

export function write(fd: u32, text: string): u32 {
  const data = String.UTF8.encode(text);
  store<usize>(out, changetype<usize>(data));
  store<usize>(out, data.byteLength, 4);
  assert(fd_write(fd, out, 1, out + 8) == 0);
  return load<u32>(out, 8);
}

export function readAt(fd: u32, offset: u64, length: i32): string {
  const buffer = new ArrayBuffer(length);
  store<usize>(out, changetype<usize>(buffer));
  store<usize>(out, length, 4);
  assert(fd_pread(fd, out, 1, offset, out + 8) == 0);
  return String.UTF8.decode(buffer.slice(0, load<u32>(out, 8)));
}

export function read(fd: u32, length: i32): string {
  const buffer = new ArrayBuffer(length);
  store<usize>(out, changetype<usize>(buffer));
  store<usize>(out, length, 4);
  assert(fd_read(fd, out, 1, out + 8) == 0);
  return String.UTF8.decode(buffer.slice(0, load<u32>(out, 8)));
}

export function size(fd: u32): u64 {
  assert(fd_filestat_get(fd, changetype<filestat>(out)) == 0);
  return load<u64>(out, 32);
}

export function close(fd: u32): errno {
  return fd_close(fd);
}

export function makeDir(path: string): errno {
  const name = String.UTF8.encode(path);
  return path_create_directory(DIR, changetype<usize>(name), name.byteLength);
}

export function removeDir(path: string): errno {
  const name = String.UTF8.encode(path);
  return path_remove_directory(DIR, changetype<usize>(name), name.byteLength);
}

export function unlink(path: string): errno {
  const name = String.UTF8.encode(path);
  return path_unlink_file(DIR, changetype<usize>(name), name.byteLength);
}

export function rename(from: string, to: string): errno {
  const a = String.UTF8.encode(from);
  const b = String.UTF8.encode(to);
  return path_rename(DIR, changetype<usize>(a), a.byteLength, DIR, changetype<usize>(b), b.byteLength);
}

/** The names in a directory, sorted. */
export function list(path: string): string[] {
  const fd = open(path, oflags.DIRECTORY, DIR_RIGHTS);
  const buffer = new ArrayBuffer(4096);
  assert(fd_readdir(fd, changetype<usize>(buffer), buffer.byteLength, 0, out) == 0);
  const used = load<u32>(out);
  const names: string[] = [];
  for (let at: usize = 0; at < used;) {
    const entry = changetype<usize>(buffer) + at;
    const length = load<u32>(entry, 16);
    names.push(String.UTF8.decodeUnsafe(entry + 24, length));
    at += 24 + length;
  }
  fd_close(fd);
  names.sort();
  return names;
}
