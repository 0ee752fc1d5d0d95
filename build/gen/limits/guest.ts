// Limits of a guest: descriptors, ranges of a call, and output.
import { IOV_MAX, RW_MAX } from '../../../vfs/linux/limits.ts';
import { FD_MAX } from '../../../shim/preview1/descriptors/fd-table.ts';
import { LINE_MAX } from '../../../shim/preview1/descriptors/stream.ts';
import { OUTPUT_MAX } from '../../../runner/output.ts';
import { MEMORY_SHARE } from '../../../vfs/backend/space.ts';
import { GUEST, count, type LimitRow } from './row.ts';

export const GUEST_LIMITS: readonly LimitRow[] = [
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
];
