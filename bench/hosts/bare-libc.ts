// Child process of the benchmark: the fewest calls of the kernel that do a workload in a directory that is not to be left,
// through libc, without a guest, a server and a cache. What is beyond that in the other columns is our own.
import * as fs from 'node:fs';
import { libc, type Libc } from '../../vfs/backends/hostdir/libc/libc.ts';
import { openBeneath } from '../../vfs/backends/hostdir/libc/openat2.ts';
import { BLOCK, DEEP, runBare } from './lib/bare.ts';

const O_PATH = 0o10000000;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
const AT_REMOVEDIR = 0x200;
const STATX_MASK = 0xfff;

const encoder = new TextEncoder();

runBare(({ top, fd }) => {
  const own = libc() as Libc;
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_DIRECTORY } = fs.constants;
  const dir = fs.openSync(top, O_PATH | O_DIRECTORY);
  const name = (text: string): { bytes: Uint8Array; at: number } => {
    const bytes = encoder.encode(`${text}\0`);
    return { bytes, at: own.address(bytes) };
  };
  const names = Object.fromEntries(
    ['', 'file', 'other', 'new', 'dir', 'link', 'absent', `${DEEP}/file`].map((text) => [text, name(text)]),
  );
  const { file, other, link, absent } = names as Record<string, { bytes: Uint8Array; at: number }>;
  const empty = names['']!;
  const made = names['new']!;
  const sub = names['dir']!;
  const deep = names[`${DEEP}/file`]!;
  const out = new Uint8Array(4096);
  const outAt = own.address(out);
  const blockAt = own.address(BLOCK);
  let isMoved = false;
  const make = (): void => {
    const opened = own.openat(dir, made.at, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
    own.pwrite(opened, blockAt, 100, 0);
    own.close(opened);
  };
  return {
    fstat: () => void own.statx(fd, empty.at, AT_EMPTY_PATH, STATX_MASK, outAt),
    pread1: () => void own.pread(fd, blockAt, 1, 0),
    pwrite1: () => void own.pwrite(fd, blockAt, 1, 0),
    stat1: () => void own.statx(dir, file!.at, AT_SYMLINK_NOFOLLOW, STATX_MASK, outAt),
    stat8() {
      const opened = openBeneath(own, dir, deep.bytes, O_PATH | O_NOFOLLOW);
      own.statx(opened, empty.at, AT_EMPTY_PATH, STATX_MASK, outAt);
      own.close(opened);
    },
    statabsent: () => void own.statx(dir, absent!.at, AT_SYMLINK_NOFOLLOW, STATX_MASK, outAt),
    openclose: () => void own.close(own.openat(dir, file!.at, O_NOFOLLOW, 0)),
    createunlink() {
      make();
      own.unlinkat(dir, made.bytes, 0);
    },
    mkdirrmdir() {
      own.mkdirat(dir, sub.bytes, 0o755);
      own.unlinkat(dir, sub.bytes, AT_REMOVEDIR);
    },
    rename() {
      own.renameat(dir, (isMoved ? other : file)!.bytes, dir, (isMoved ? file : other)!.bytes);
      isMoved = !isMoved;
    },
    renameover() {
      make();
      own.renameat(dir, made.bytes, dir, file!.bytes);
    },
    link() {
      own.linkat(dir, file!.bytes, dir, other!.bytes, 0);
      own.unlinkat(dir, other!.bytes, 0);
    },
    symlink() {
      own.symlinkat(file!.bytes, dir, link!.bytes);
      own.readlinkat(dir, link!.bytes, out, 4096);
      own.unlinkat(dir, link!.bytes, 0);
    },
  };
});
