// Signatures of the 46 functions, as a table: traces, the gate and the tests with hostile arguments derive from it.

/**
 * The parameters of the 46 functions of wasi_snapshot_preview1, in the witx order: `name:type`. A pointer and a length
 * (two wasm parameters) are one parameter here. `*` marks an out-pointer, to which the function writes.
 *
 * - i32: fd, u32, flags by their name (oflags, fdflags, lookupflags, fstflags, sdflags, riflags, siflags,
 *   subclockflags), whence, advice, clockid, signal
 * - i64: size (filesize), delta (filedelta), time (timestamp), rights, cookie
 * - pointer and length: path, iovs, ciovs, buf (written by the function)
 * - pointer: *TYPE
 */
export const SIGNATURES = {
  args_get: 'argv:*pointers argv_buf:*bytes',
  args_sizes_get: 'argc:*u32 argv_buf_size:*u32',
  environ_get: 'environ:*pointers environ_buf:*bytes',
  environ_sizes_get: 'count:*u32 size:*u32',
  clock_res_get: 'id:clockid resolution:*time',
  clock_time_get: 'id:clockid precision:time time:*time',
  fd_advise: 'fd:fd offset:size len:size advice:advice',
  fd_allocate: 'fd:fd offset:size len:size',
  fd_close: 'fd:fd',
  fd_datasync: 'fd:fd',
  fd_fdstat_get: 'fd:fd stat:*fdstat',
  fd_fdstat_set_flags: 'fd:fd flags:fdflags',
  fd_fdstat_set_rights: 'fd:fd fs_rights_base:rights fs_rights_inheriting:rights',
  fd_filestat_get: 'fd:fd stat:*filestat',
  fd_filestat_set_size: 'fd:fd size:size',
  fd_filestat_set_times: 'fd:fd atim:time mtim:time fst_flags:fstflags',
  fd_pread: 'fd:fd iovs:iovs offset:size nread:*u32',
  fd_prestat_get: 'fd:fd prestat:*prestat',
  fd_prestat_dir_name: 'fd:fd path:buf',
  fd_pwrite: 'fd:fd iovs:ciovs offset:size nwritten:*u32',
  fd_read: 'fd:fd iovs:iovs nread:*u32',
  fd_readdir: 'fd:fd buf:buf cookie:cookie bufused:*u32',
  fd_renumber: 'fd:fd to:fd',
  fd_seek: 'fd:fd offset:delta whence:whence newoffset:*size',
  fd_sync: 'fd:fd',
  fd_tell: 'fd:fd offset:*size',
  fd_write: 'fd:fd iovs:ciovs nwritten:*u32',
  path_create_directory: 'fd:fd path:path',
  path_filestat_get: 'fd:fd flags:lookupflags path:path stat:*filestat',
  path_filestat_set_times: 'fd:fd flags:lookupflags path:path atim:time mtim:time fst_flags:fstflags',
  path_link: 'old_fd:fd old_flags:lookupflags old_path:path new_fd:fd new_path:path',
  path_open:
    'fd:fd dirflags:lookupflags path:path oflags:oflags fs_rights_base:rights fs_rights_inheriting:rights ' +
    'fdflags:fdflags opened_fd:*fd',
  path_readlink: 'fd:fd path:path buf:buf bufused:*u32',
  path_remove_directory: 'fd:fd path:path',
  path_rename: 'fd:fd old_path:path new_fd:fd new_path:path',
  path_symlink: 'old_path:path fd:fd new_path:path',
  path_unlink_file: 'fd:fd path:path',
  poll_oneoff: 'in:*subscriptions out:*events nsubscriptions:u32 nevents:*u32',
  proc_exit: 'rval:u32',
  proc_raise: 'sig:signal',
  random_get: 'buf:buf',
  sched_yield: '',
  sock_accept: 'fd:fd flags:fdflags result:*fd',
  sock_recv: 'fd:fd ri_data:iovs ri_flags:riflags ro_datalen:*u32 ro_flags:*u16',
  sock_send: 'fd:fd si_data:ciovs si_flags:siflags so_datalen:*u32',
  sock_shutdown: 'fd:fd how:sdflags',
} as const;

/** The name of one of the 46 functions. */
export type CallName = keyof typeof SIGNATURES;

/** One parameter of a signature. */
export interface Parameter {
  readonly name: string;
  /** The type without its `*`. */
  readonly type: string;
  /** True for an out-pointer. */
  readonly out: boolean;
  /** The index of its (first) wasm parameter. */
  readonly index: number;
}

const PAIRS = new Set(['path', 'iovs', 'ciovs', 'buf']);
const LONG = new Set(['size', 'delta', 'time', 'rights', 'cookie']);

/** Returns the wasm types of a parameter: two for a pointer and a length, otherwise one. */
export function wasmTypesOf({ type, out }: Pick<Parameter, 'type' | 'out'>): ('i32' | 'i64')[] {
  if (PAIRS.has(type)) return ['i32', 'i32'];
  return [LONG.has(type) && !out ? 'i64' : 'i32'];
}

/** Parses the signature of a function. */
export function parametersOf(call: CallName): Parameter[] {
  let index = 0;
  return SIGNATURES[call]
    .split(' ')
    .filter((text) => text !== '')
    .map((text) => {
      const [name = '', kind = ''] = text.split(':');
      const out = kind.startsWith('*');
      const parameter = { name, type: out ? kind.slice(1) : kind, out, index };
      index += wasmTypesOf(parameter).length;
      return parameter;
    });
}
