// Every resource that a guest, a client or an archive can make grow, and its limit. The numbers are the code's own
// constants, so that docs/security.md, which is generated from this table, agrees with the code.
import { FRAMES_MAX, FRAME_MAX } from '../../cli/commands/program/start.ts';
import { SENTENCE_MAX } from '../../cli/lib/text.ts';
import { COMPLAINTS } from '../../cli/commands/tool.ts';
import { ARCHIVE_LIMITS } from './limits/archive.ts';
import { GUEST_LIMITS } from './limits/guest.ts';
import { HOST_LIMITS } from './limits/host.ts';
import { MEMORY_LIMITS } from './limits/memory.ts';
import { PATH_LIMITS } from './limits/path.ts';
import { SESSION_LIMITS } from './limits/session.ts';
import { CLIENT, GUEST, count, type LimitRow } from './limits/row.ts';

const TAR_LIMITS = 'vfs/backends/tar/format/limits.test.ts';

export const LIMIT_ROWS: readonly LimitRow[] = [
  ...MEMORY_LIMITS,
  ...GUEST_LIMITS,
  ...SESSION_LIMITS,
  ...PATH_LIMITS,
  ...HOST_LIMITS,
  ...ARCHIVE_LIMITS,
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
    resource: 'levels of directories for `packTar`, `unpackTar`, `cp -r` and `tree`',
    who: 'guest, archive, host',
    limit: 'none',
    answer: '',
    test: [TAR_LIMITS, 'a tree deeper than the stack is loaded and saved'],
  },
  { resource: 'data in a directory of the host', who: CLIENT, limit: 'none', answer: '', by: 'the host’s quotas' },
  { resource: 'time, linear memory', who: GUEST, limit: 'none', answer: '', by: 'whoever runs it' },
];
