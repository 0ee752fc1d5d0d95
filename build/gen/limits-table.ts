// Every resource that a guest, a client or an archive can make grow, and its limit. The numbers are the code's own
// constants, so that docs/security.md, which is generated from this table, agrees with the code.
import { IOV_MAX, MAXSYMLINKS, NAME_MAX, PATH_MAX, RW_MAX } from '../../vfs/linux/limits.ts';
import { FRAMES_MAX, FRAME_MAX } from '../../cli/commands/program/start.ts';
import { SENTENCE_MAX } from '../../cli/lib/text.ts';
import { COMPLAINTS } from '../../cli/commands/tool.ts';
import { FD_MAX } from '../../shim/preview1/descriptors/fd-table.ts';
import { DENSE_MAX } from '../../shim/foreign/descriptor.ts';
import { LINE_MAX } from '../../shim/preview1/descriptors/stream.ts';
import { MAX_DESCRIPTORS } from '../../vfs/backends/hostdir/options.ts';
import { LINGER } from '../../vfs/backends/hostdir/tree/descriptors/descriptors.ts';
import { MOST } from '../../vfs/backends/hostdir/node/given.ts';
import { OPEN } from '../../vfs/backends/hostdir/tree/listings/listings.ts';
import { WATCHES } from '../../vfs/backends/hostdir/tree/lookups/watches.ts';
import { MAX_EVENTS } from '../../vfs/fs/watch/fs-watcher.ts';
import { FILE_MAX as MEMFS_FILE_MAX } from '../../vfs/backends/memfs/data.ts';
import { MEMFS_COST } from '../../vfs/backends/memfs/space.ts';
import { FILE_MAX } from '../../vfs/backends/ram/data.ts';
import { OUTPUT_MAX } from '../../runner/output.ts';
import { COST, HEAP_FULL, HEAP_SHARE, MEMORY_SHARE } from '../../vfs/backend/space.ts';
import { Limits } from '../../vfs/backends/tar/format/limits.ts';
import { CACHE, MAX_KEPT } from '../../vfs/client/at/resolve/path.ts';
import { MAX_STEPS } from '../../vfs/client/at/resolve/walker.ts';
import { XATTR_LIST_MAX } from '../../vfs/backend/xattrs.ts';
import { MAX_AHEAD, MAX_LISTED } from '../../vfs/server/fids/dir-stream.ts';
import { MAX_LISTING } from '../../vfs/server/handlers/io.ts';
import { XATTRS_MAX } from '../../vfs/server/handlers/xattr.ts';
import { MAX_SESSION_WAITING, MAX_WAITING } from '../../vfs/server/locks/wait.ts';
import { MAX_LOCKS, MAX_SESSION_LOCKS } from '../../vfs/server/locks/locks.ts';
import { MAX_FIDS, MSIZE } from '../../vfs/server/server.ts';
import { XATTR_SIZE_MAX } from '../../vfs/server/fids/xattr-io.ts';

/** One resource. */
export interface LimitRow {
  resource: string;
  /** The parties that can make it grow. */
  who: string;
  limit: string;
  /** The answer beyond the limit. */
  answer: string;
  /** The option that sets it. */
  by?: string;
  /** The test's file and name; absent without a limit. */
  test?: readonly [file: string, title: string];
}

/** `131072` → `131,072`. */
function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `8388608` → `8 MiB`, of a power of two or a multiple of one. */
function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  for (; value % 1024 === 0 && unit < units.length - 1; unit++) value /= 1024;
  return `${count(value)} ${units[unit]}`;
}

function costs({ inode, directory, name, xattr, letter }: Record<keyof typeof COST, number>): string {
  return (
    `${inode} bytes an inode${directory > 0 ? ` and ${directory} more a directory` : ''}, ${name} a name, ${xattr} an ` +
    `extended attribute, ${letter} each UTF-16 unit of a name, a target, an attribute’s name`
  );
}

const tar = new Limits();
const GUEST = 'guest';
const CLIENT = 'guest, 9P client';
const WIRE = '9P client over a wire';
const TAR_LIMITS = 'vfs/backends/tar/format/limits.test.ts';
const TAR_ANSWER = 'a sentence that names the option';
const FULL = 'vfs/backend/no-space.test.ts';

export const LIMIT_ROWS: readonly LimitRow[] = [
  {
    resource: 'memory: file data in `ram()` and `memfs()`, orphans included (memfs: holes, too)',
    who: CLIENT,
    limit: `1/${MEMORY_SHARE} of the machine’s memory, or the container’s, each store; on the command line all without SIZE together`,
    answer: 'ENOSPC',
    by: '`capacity`, `--mem GUEST=SIZE`',
    test: ['vfs/backend/space.test.ts', 'the default is a quarter of the memory'],
  },
  {
    resource: 'memory: inodes, names, targets of symlinks, extended attributes in ram',
    who: CLIENT,
    limit: `count in \`capacity\`: ${costs(COST)}`,
    answer: 'ENOSPC',
    by: '`capacity`, `--mem GUEST=SIZE`',
    test: [FULL, 'end at the capacity, and are given back'],
  },
  {
    resource: 'the same in memfs, what JavaScript has made included',
    who: CLIENT,
    limit: `count in \`capacity\`: ${costs(MEMFS_COST)}`,
    answer: 'ENOSPC',
    by: '`memfs(volume, { capacity })`',
    test: [
      'vfs/backends/memfs/memfs.test.ts',
      'a limit counts what JavaScript has made, and no more what it has removed',
    ],
  },
  {
    resource: 'the engine’s heap, where inodes and names are',
    who: CLIENT,
    limit: `1/${HEAP_SHARE} of it each store, on the command line all together; nothing once ${HEAP_FULL * 100} % are in use, whoever uses them`,
    answer: 'ENOSPC',
    by: '`node --max-old-space-size`',
    test: ['cli/mounts/mount-memory.test.ts', "end with ENOSPC before V8's heap does"],
  },
  {
    resource:
      'size of a file in ram; the cost of a call grows only with the stored and requested bytes, not with holes',
    who: CLIENT,
    limit: size(FILE_MAX),
    answer: 'EFBIG',
    test: ['vfs/backends/ram/data.test.ts', 'a write far behind the end costs no more than one near it'],
  },
  {
    resource: 'size of a file in memfs',
    who: CLIENT,
    limit: `${count(MEMFS_FILE_MAX)} bytes, and \`capacity\``,
    answer: 'EFBIG, ENOSPC',
    test: ['testing/conformance/files.ts', 'a size that no file can have is EFBIG and changes nothing'],
  },
  {
    resource: 'size of a file of browser_wasi_shim, which is one array',
    who: GUEST,
    limit: size(DENSE_MAX),
    answer: 'EFBIG',
    test: [
      'shim/foreign/files.test.ts',
      'a file of browser_wasi_shim grows to 1 GiB and no further, and a hole costs nothing before',
    ],
  },
  {
    resource: 'memory that a module declares, above the limit of this process',
    who: GUEST,
    limit: 'the host’s',
    answer: 'a sentence, status 1',
    by: '`ulimit -v`',
    test: ['cli/mounts/mount-memory.test.ts', 'a program whose memory cannot be allocated is reported in a sentence'],
  },
  {
    resource: 'descriptors of a guest',
    who: GUEST,
    limit: count(FD_MAX),
    answer: 'EMFILE',
    test: ['shim/preview1/calls/fd.test.ts', 'without a free descriptor no file is created'],
  },
  {
    resource: 'subscriptions of a poll',
    who: GUEST,
    limit: count(FD_MAX),
    answer: 'EINVAL',
    test: ['shim/preview1/calls/poll.test.ts', 'no subscriptions, and unknown ones'],
  },
  {
    resource: 'ranges of a read or a write, and the bytes it moves',
    who: GUEST,
    limit: `${count(IOV_MAX)}; ${count(RW_MAX)} bytes, as on Linux`,
    answer: 'EINVAL; a short count',
    test: ['shim/preview1/calls/io.test.ts', '1,024 ranges and not one more'],
  },
  {
    resource: 'output of a program under `wasi9p test`',
    who: GUEST,
    limit: `${OUTPUT_MAX / 2 ** 20} MiB each stream`,
    answer: 'the test fails',
    test: ['runner/run.test.ts', 'an output without end fails a test, and does not fill the memory'],
  },
  {
    resource: 'files of a program under `wasi9p test`',
    who: GUEST,
    limit: `1/${MEMORY_SHARE} of the machine’s memory for all that run at the same time`,
    answer: 'ENOSPC',
    by: '`--jobs`',
    test: ['runner/files.test.ts', 'the files of all tests that run take no more memory than one store may'],
  },
  {
    resource: 'a line on the console without an end',
    who: GUEST,
    limit: `${count(LINE_MAX)} characters`,
    answer: 'is printed as a line',
    test: [
      'shim/preview1/descriptors/isatty.test.ts',
      'output without an end of line is searched once, and kept to a bound',
    ],
  },
  {
    resource: 'fids of a session',
    who: CLIENT,
    limit: count(MAX_FIDS),
    answer: 'EMFILE',
    by: '`new Server(backend, { maxFids })`',
    test: ['vfs/server/session.test.ts', 'no more fids than a session may have'],
  },
  {
    resource: 'a 9P message',
    who: CLIENT,
    limit: size(MSIZE),
    answer: 'a frame that claims more ends the session',
    by: '`new Server(backend, { msize })`',
    test: ['vfs/server/session.test.ts', 'a frame whose size is a lie closes the connection'],
  },
  {
    resource: 'extended attributes that a session has in hand',
    who: CLIENT,
    limit: count(XATTRS_MAX),
    answer: 'EMFILE',
    test: ['vfs/server/handlers/xattr.test.ts', 'a session has so many in hand and no more'],
  },
  {
    resource: 'a value of an extended attribute',
    who: CLIENT,
    limit: size(XATTR_SIZE_MAX),
    answer: 'E2BIG',
    test: ['vfs/server/handlers/xattr.test.ts', 'limits'],
  },
  {
    resource: 'record locks of a file',
    who: CLIENT,
    limit: `${count(MAX_LOCKS)} pieces`,
    answer: 'ENOLCK',
    test: ['vfs/server/handlers/lock.test.ts', 'a file is locked in so many pieces and no more'],
  },
  {
    resource: 'record locks of a session',
    who: CLIENT,
    limit: `${count(MAX_SESSION_LOCKS)} pieces`,
    answer: 'ENOLCK',
    test: ['vfs/server/handlers/lock.test.ts', 'a session locks no more than 65,536 pieces in all its files'],
  },
  {
    resource: 'requests that wait for a record lock of a file',
    who: WIRE,
    limit: count(MAX_WAITING),
    answer: 'status BLOCKED',
    test: ['vfs/server/locks/wait.test.ts', 'so many requests wait for locks of a file and no more'],
  },
  {
    resource: 'requests of a session that wait for record locks',
    who: WIRE,
    limit: count(MAX_SESSION_WAITING),
    answer: 'status BLOCKED',
    test: ['vfs/server/locks/wait.test.ts', 'so many requests of a session wait and no more'],
  },
  {
    resource: 'names of the extended attributes of a file in ram and memfs, each with a NUL',
    who: CLIENT,
    limit: size(XATTR_LIST_MAX),
    answer: 'ENOSPC',
    test: ['vfs/server/handlers/xattr.test.ts', 'the names of a file have 64 KiB together, so that their list has'],
  },
  {
    resource: 'a listing in one answer',
    who: CLIENT,
    limit: size(MAX_LISTING),
    answer: 'a short answer',
    test: ['vfs/server/fids/dir-stream.test.ts', 'one answer has at most 64 KiB of a listing, whatever was asked for'],
  },
  {
    resource: 'entries that are gone through for a cookie',
    who: CLIENT,
    limit: `${count(MAX_AHEAD)} ahead of what the listing has come upon`,
    answer: 'the end of the listing',
    test: ['vfs/server/fids/dir-stream.test.ts', 'for a cookie that is far ahead nothing is gone through'],
  },
  {
    resource: 'names that the listings of a session keep',
    who: CLIENT,
    limit: count(MAX_LISTED),
    answer: 'ENOMEM',
    test: ['vfs/server/fids/dir-stream.test.ts', 'the listings of a session keep no more than 4,194,304 names'],
  },
  {
    resource: 'time of a look-up by numbers that a client chooses',
    who: '9P client',
    limit: 'as of others',
    answer: '',
    test: ['vfs/server/fids/fid-table.test.ts', 'numbers chosen to collide cost what others do'],
  },
  {
    resource: 'a name',
    who: CLIENT,
    limit: `${NAME_MAX} bytes`,
    answer: 'ENAMETOOLONG',
    test: ['shim/attacks/paths.test.ts', '9: long names and paths'],
  },
  {
    resource: 'a path, the target of a symlink',
    who: CLIENT,
    limit: `${count(PATH_MAX - 1)} bytes`,
    answer: 'ENAMETOOLONG',
    test: ['vfs/client/at/resolve/path.test.ts', 'too long is counted in bytes of UTF-8, from 4096 on'],
  },
  {
    resource: 'symlinks in a path',
    who: GUEST,
    limit: `${MAXSYMLINKS}, of together ${count(MAX_STEPS)} names`,
    answer: 'ELOOP',
    test: ['vfs/client/at/resolve/resolver.test.ts', '40 symlinks are followed, 41 are ELOOP'],
  },
  {
    resource: 'time of `..` in a deep directory',
    who: GUEST,
    limit: 'the same at any depth',
    answer: '',
    test: ['vfs/client/at/resolve/resolver.test.ts', '`..` costs the same at any depth'],
  },
  {
    resource: 'paths that are remembered taken apart',
    who: GUEST,
    limit: `${count(CACHE)}, of together ${count(MAX_KEPT)} characters`,
    answer: 'the oldest are forgotten',
    test: ['vfs/client/at/resolve/path.test.ts', 'long paths are forgotten when there are many'],
  },
  {
    resource: 'descriptors of the host',
    who: CLIENT,
    limit: `one for each inode in use, ${MAX_DESCRIPTORS / 2} more for ${LINGER / 1000} s after, ${MAX_DESCRIPTORS / 2} for directories above, one for each file with record locks; an overlay holds one for each directory of the host that it has changed`,
    answer: 'EMFILE, and that passes',
    by: '`hostDir(path, { maxDescriptors })`, `--max-descriptors`, `ulimit -n`',
    test: ['vfs/backends/hostdir/deep-trees.test.ts', 'a bounded number of directories above open ones is held'],
  },
  {
    resource: 'events that wait for the listener of an `fs.watch`',
    who: 'guest, 9P client',
    limit: count(MAX_EVENTS),
    answer: 'dropped; one event without a name tells so',
    test: ['vfs/fs/watch/watch.test.ts', 'more events than are kept: one without a name tells so'],
  },
  {
    resource: 'watched directories of the host',
    who: CLIENT,
    limit: `${WATCHES}, and one descriptor for all of them`,
    answer: 'the others are looked at each time',
    by: '`fs.inotify.max_user_watches` of the host',
    test: ['vfs/backends/hostdir/tree/lookups/watches.test.ts', 'a limited number of directories is watched'],
  },
  {
    resource: 'listings of a directory of the host',
    who: CLIENT,
    limit: `${OPEN} with a descriptor each, the others are opened again; ${count(MOST)} names are remembered`,
    answer: 'ENOMEM',
    test: [
      'vfs/backends/hostdir/listing.test.ts',
      'the names that listings keep are limited, and freed when they are closed',
    ],
  },
  {
    resource: 'bytes that an archive inflates to',
    who: 'archive',
    limit: size(tar.maxBytes),
    answer: TAR_ANSWER,
    by: '`tar(bytes, { maxBytes })`',
    test: [TAR_LIMITS, 'gzip: what it inflates to is bounded, in pieces, with node:zlib and without'],
  },
  {
    resource: 'members of an archive, levels of directories, bytes of names',
    who: 'archive',
    limit: `${count(tar.maxMembers)}; ${count(tar.maxDepth)}, deeper ones are reported and left out; ${size(tar.maxNames)}`,
    answer: TAR_ANSWER,
    by: '`maxMembers`, `maxDepth`, `maxNames`',
    test: [TAR_LIMITS, 'members, names and levels: bounded'],
  },
  {
    resource: 'directories that exist only in the names of members',
    who: 'archive',
    limit: count(tar.maxImplied),
    answer: TAR_ANSWER,
    by: '`maxImplied`',
    test: [TAR_LIMITS, 'directories that no member is of: bounded'],
  },
  {
    resource: 'records of a pax header',
    who: 'archive',
    limit: count(tar.maxRecords),
    answer: TAR_ANSWER,
    by: '`maxRecords`',
    test: [TAR_LIMITS, 'records for all members: bounded, and one copy serves for all'],
  },
  {
    resource: 'pieces of sparse files in an archive',
    who: 'archive',
    limit: count(tar.maxExtents),
    answer: TAR_ANSWER,
    by: '`maxExtents`',
    test: [TAR_LIMITS, 'pieces of sparse files: bounded, in each way to store a map'],
  },
  {
    resource: 'complaints of `ls`, `cat`, `cp` and `tree`',
    who: 'archive, host',
    limit: `${COMPLAINTS}, of ${count(SENTENCE_MAX)} characters each`,
    answer: 'the rest is counted',
    test: ['cli/commands/ls.test.ts', 'errors are printed up to a hundred times, and then counted'],
  },
  {
    resource: 'printed frames of a trap',
    who: GUEST,
    limit: `${FRAMES_MAX}, of ${FRAME_MAX} characters each`,
    answer: 'the rest is left out',
    test: ['cli/hostile-input.test.ts', 'modules: names of imports, exports and functions'],
  },
  {
    resource: 'levels of directories for `save`, `load`, `cp -r` and `tree`',
    who: 'guest, archive, host',
    limit: 'none',
    answer: '',
    test: [TAR_LIMITS, 'a tree deeper than the stack is loaded and saved'],
  },
  { resource: 'data in a directory of the host', who: CLIENT, limit: 'none', answer: '', by: 'the host’s quotas' },
  { resource: 'time, linear memory', who: GUEST, limit: 'none', answer: '', by: 'whoever runs it' },
];
