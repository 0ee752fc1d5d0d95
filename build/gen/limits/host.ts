// Limits of directories of the host: descriptors, watches and listings.
import { MAX_DESCRIPTORS } from '../../../vfs/backends/hostdir/options.ts';
import { LINGER } from '../../../vfs/backends/hostdir/tree/descriptors/descriptors.ts';
import { MOST } from '../../../vfs/backends/hostdir/node/given.ts';
import { OPEN } from '../../../vfs/backends/hostdir/tree/listings/listings.ts';
import { WATCHES } from '../../../vfs/backends/hostdir/tree/lookups/watches.ts';
import { MAX_EVENTS } from '../../../vfs/fs/watch/fs-watcher.ts';
import { CLIENT, count, type LimitRow } from './row.ts';

export const HOST_LIMITS: readonly LimitRow[] = [
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
];
