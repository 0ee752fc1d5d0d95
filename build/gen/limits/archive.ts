// Limits of an archive: bytes, members, names and pieces.
import { Limits } from '../../../vfs/backends/tar/format/limits.ts';
import { count, size, type LimitRow } from './row.ts';

const TAR_LIMITS = 'vfs/backends/tar/format/limits.test.ts';
const TAR_ANSWER = 'a sentence that names the option';
const tar = new Limits();

export const ARCHIVE_LIMITS: readonly LimitRow[] = [
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
];
