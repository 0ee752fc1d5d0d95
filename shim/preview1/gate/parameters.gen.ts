// Generated from ../abi/signatures.ts by build/gen/parameters.ts. Do not edit it: change the table and generate it anew.

/** The parameters of each function, in the order of their names: \x7f is an i32 and \x7e an i64, as in wasm. */
export const PARAMETERS = '\x7f\x7f,\x7f\x7f,\x7f\x7f,\x7f\x7e\x7f,\x7f\x7f,\x7f\x7f,\x7f\x7e\x7e\x7f,\x7f\x7e\x7e,\x7f,\x7f,\x7f\x7f,\x7f\x7f,\x7f\x7e\x7e,\x7f\x7f,\x7f\x7e,\x7f\x7e\x7e\x7f,\x7f\x7f\x7f\x7e\x7f,\x7f\x7f\x7f,\x7f\x7f,\x7f\x7f\x7f\x7e\x7f,\x7f\x7f\x7f\x7f,\x7f\x7f\x7f\x7e\x7f,\x7f\x7f,\x7f\x7e\x7f\x7f,\x7f,\x7f\x7f,\x7f\x7f\x7f\x7f,\x7f\x7f\x7f,\x7f\x7f\x7f\x7f\x7f,\x7f\x7f\x7f\x7f\x7e\x7e\x7f,\x7f\x7f\x7f\x7f\x7f\x7f\x7f,\x7f\x7f\x7f\x7f\x7f\x7e\x7e\x7f\x7f,\x7f\x7f\x7f\x7f\x7f\x7f,\x7f\x7f\x7f,\x7f\x7f\x7f\x7f\x7f\x7f,\x7f\x7f\x7f\x7f\x7f,\x7f\x7f\x7f,\x7f\x7f\x7f\x7f,\x7f,\x7f,\x7f\x7f,,\x7f\x7f\x7f,\x7f\x7f\x7f\x7f\x7f\x7f,\x7f\x7f\x7f\x7f\x7f,\x7f\x7f';

/** These functions as the guest calls them. */
export type LongCalls = {
  clock_time_get(
    id: number,
    precision: bigint,
    time: number,
  ): number;
  fd_advise(
    fd: number,
    offset: bigint,
    len: bigint,
    advice: number,
  ): number;
  fd_allocate(
    fd: number,
    offset: bigint,
    len: bigint,
  ): number;
  fd_fdstat_set_rights(
    fd: number,
    fs_rights_base: bigint,
    fs_rights_inheriting: bigint,
  ): number;
  fd_filestat_set_size(
    fd: number,
    size: bigint,
  ): number;
  fd_filestat_set_times(
    fd: number,
    atim: bigint,
    mtim: bigint,
    fst_flags: number,
  ): number;
  fd_pread(
    fd: number,
    iovs: number,
    iovs_len: number,
    offset: bigint,
    nread: number,
  ): number;
  fd_pwrite(
    fd: number,
    iovs: number,
    iovs_len: number,
    offset: bigint,
    nwritten: number,
  ): number;
  fd_readdir(
    fd: number,
    buf: number,
    buf_len: number,
    cookie: bigint,
    bufused: number,
  ): number;
  fd_seek(
    fd: number,
    offset: bigint,
    whence: number,
    newoffset: number,
  ): number;
  path_filestat_set_times(
    fd: number,
    flags: number,
    path: number,
    path_len: number,
    atim: bigint,
    mtim: bigint,
    fst_flags: number,
  ): number;
  path_open(
    fd: number,
    dirflags: number,
    path: number,
    path_len: number,
    oflags: number,
    fs_rights_base: bigint,
    fs_rights_inheriting: bigint,
    fdflags: number,
    opened_fd: number,
  ): number;
};
