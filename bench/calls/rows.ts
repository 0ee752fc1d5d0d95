// The rows of the table: workloads of program/workloads.c with their sizes.

/** A row of the table: a workload of program/workloads.c. */
export interface Row {
  workload: string;
  label: string;
  /** A size other than the workload's own: bytes of its file or entries of its directory. */
  size?: number;
}

const LABELS: Record<string, string> = {
  fdstat: 'fcntl(F_GETFL): fd_fdstat_get',
  lseek: 'lseek',
  tell: 'tell',
  fstat: 'fstat',
  pread1: 'pread 1 B',
  pwrite1: 'pwrite 1 B',
  seqwrite4k: 'write 4 KiB, growing to 64 MiB',
  seqread4k: 'read 4 KiB, 64 MiB in sequence',
  pread4k: 'pread 4 KiB at random in 64 MiB',
  pwrite4k: 'pwrite 4 KiB at random in 64 MiB',
  write1m: 'write 1 MiB, growing to 64 MiB',
  read1m: 'read 1 MiB, 64 MiB in sequence',
  readv16: 'readv, 16 pieces of 256 B',
  writev16: 'writev, 16 pieces of 256 B',
  append100: 'append 100 B, to 3.1 MiB',
  ftruncate: 'ftruncate to 1 MiB, to 4 KiB',
  stat1: 'stat, depth 1',
  stat8: 'stat, depth 8',
  statabsent: 'stat, absent',
  openclose: 'open + close',
  createunlink: 'create + write + close + unlink',
  orphan: 'create + write + unlink + write + read + close',
  readdir1k: 'readdir of 1,000, an entry',
  readdir10k: 'readdir of 10,000, an entry',
  mkdirrmdir: 'mkdir + rmdir',
  rename: 'rename',
  renameover: 'create + write + close + rename over',
  link: 'link + unlink',
  symlink: 'symlink + readlink + unlink',
  clock: 'clock_gettime',
  treemake: 'tree: make, a file',
  treewalk: 'tree: walk + lstat, a file',
  treeread: 'tree: walk + lstat + read, a file',
};

export const ROWS: readonly Row[] = Object.entries(LABELS).map(([workload, label]) => ({ workload, label }));
