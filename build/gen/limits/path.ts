// Limits of names and paths, and of the work to resolve them.
import { MAXSYMLINKS, NAME_MAX, PATH_MAX } from '../../../vfs/linux/limits.ts';
import { CACHE, MAX_KEPT } from '../../../vfs/client/at/resolve/path.ts';
import { MAX_STEPS } from '../../../vfs/client/at/resolve/walker.ts';
import { CLIENT, GUEST, count, type LimitRow } from './row.ts';

export const PATH_LIMITS: readonly LimitRow[] = [
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
];
