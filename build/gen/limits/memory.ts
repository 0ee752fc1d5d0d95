// Limits of memory: file data, inodes and names in the stores, and the memory of a module.
import { DENSE_MAX } from '../../../shim/foreign/descriptor.ts';
import { FILE_MAX as MEMFS_FILE_MAX } from '../../../vfs/backends/memfs/data.ts';
import { MEMFS_COST } from '../../../vfs/backends/memfs/space.ts';
import { FILE_MAX } from '../../../vfs/backends/ram/data.ts';
import { COST, HEAP_FULL, HEAP_SHARE, MEMORY_SHARE } from '../../../vfs/backend/space.ts';
import { CLIENT, GUEST, count, size, type LimitRow } from './row.ts';

const FULL = 'vfs/backend/no-space.test.ts';

function costs({ inode, directory, name, xattr, letter }: Record<keyof typeof COST, number>): string {
  return (
    `${inode} bytes an inode${directory > 0 ? ` and ${directory} more a directory` : ''}, ${name} a name, ${xattr} an ` +
    `extended attribute, ${letter} each UTF-16 unit of a name, a target, an attribute’s name`
  );
}

export const MEMORY_LIMITS: readonly LimitRow[] = [
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
];
