// Draws random sequences of calls: few names, so that calls collide, and every form of a path.
import fc from 'fast-check';
import {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../../vfs/linux/constants.ts';
import type { Call, SetTime } from './model.ts';

/** 255 bytes, the longest name that there is; and one more. */
const LONGEST = [`${'é'.repeat(127)}n`, 'n'.repeat(255)];
const TOO_LONG = ['é'.repeat(128), 'n'.repeat(256)];

const anyName = weighted([4, 'a'], [4, 'b'], [3, 'c'], [2, 'd'], [1, 'é']);
const anyComponent = fc.oneof(
  { weight: 18, arbitrary: anyName },
  { weight: 2, arbitrary: anyName.map((name) => `${name}/..`) },
  { weight: 1, arbitrary: fc.constant('..') },
  { weight: 1, arbitrary: fc.constant('.') },
  { weight: 1, arbitrary: fc.constant('') },
);
const anyTail = weighted([14, ''], [2, '/'], [1, '/.'], [1, '/..'], [1, '//']);
const anyPlainPath = fc
  .tuple(
    weighted([40, ''], [2, './'], [1, '../'], [1, '/']),
    weighted([3, 1], [4, 2], [2, 3], [1, 4]).chain((count) =>
      fc.tuple(...Array<typeof anyComponent>(count).fill(anyComponent)),
    ),
    anyTail,
  )
  .map(([head, names, tail]) => head + names.join('/') + tail);
const anyOddPath = fc.constantFrom(
  '.',
  '..',
  '/',
  '',
  './/.',
  'a/.',
  'a/..',
  'a/../b',
  'b/../a/../b/../a',
  ...LONGEST,
  ...TOO_LONG,
  ...TOO_LONG.map((name) => `a/${name}/b`),
  ...TOO_LONG.map((name) => `${name}/`),
  // More names than one Twalk takes.
  `${'a/../'.repeat(12)}b`,
  `${'./'.repeat(30)}a/${'../a/'.repeat(9)}b`,
  `${'a/'.repeat(20)}b`,
  // As many symlinks as may be followed, and one more, where `d` leads to its own directory.
  `${'d/'.repeat(40)}a`,
  `${'d/'.repeat(41)}a`,
  // PATH_MAX is 4096 with its NUL.
  `${'./'.repeat(2047)}a`,
  `${'./'.repeat(2047)}a/`,
  `${'./'.repeat(2047)}ab/c`,
  'é'.repeat(2100),
);
const anyPath = fc.oneof(
  { weight: 5, arbitrary: anyName },
  { weight: 9, arbitrary: anyPlainPath },
  { weight: 1, arbitrary: anyOddPath },
);
const anyTarget = fc.oneof(
  { weight: 8, arbitrary: anyPath },
  { weight: 3, arbitrary: anyComponent },
  {
    weight: 1,
    arbitrary: fc.constantFrom('../outside', '../outside/f', '/outside/f', 'x'.repeat(4095), 'x/'.repeat(2048)),
  },
);

const anyDir = weighted([6, 0], [2, 1], [1, 2], [1, 3]);
const anyFd = fc.nat(7);
const anySize = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 64, 4095, 4096, 4097, 10_000) },
);
/** node:fs makes no call for a read of nothing. */
const anyCount = anySize.map((size) => size || 1);
const anyOffset = fc.oneof(
  { weight: 4, arbitrary: fc.nat(60) },
  { weight: 1, arbitrary: fc.constantFrom(0, 4095, 4096, 8191, 30_000) },
);
/** Any offset: a read allocates nothing for the bytes before it. */
const anyReadOffset = fc.oneof(
  { weight: 8, arbitrary: anyOffset },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER - 20_000) },
);
/** Within the day after which Linux moves an atime whatever the other times are (relatime). */
const TWO_HOURS_AGO = Math.floor(Date.now() / 1000) - 7200;
/** Long past and far future, each exact in a double. */
const anyTime: fc.Arbitrary<SetTime> = weighted<SetTime>(
  [2, 'now'],
  [2, 'omit'],
  [1, TWO_HOURS_AGO],
  [1, 0],
  [2, 1_000_000_000.5],
  [2, 1_100_000_000.25],
  [2, 5_000_000_000],
  [1, 6_000_000_000.75],
);

const ACCESS = [O_RDONLY, O_WRONLY, O_RDWR];
const OPTIONS = [O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_DIRECTORY, O_NOFOLLOW];
const anyFlags = fc.oneof(
  {
    weight: 3,
    arbitrary: weighted(
      [3, O_RDONLY],
      [2, O_RDONLY | O_DIRECTORY],
      [3, O_RDWR | O_CREAT],
      [1, O_WRONLY | O_CREAT | O_TRUNC],
      [1, O_WRONLY | O_CREAT | O_EXCL],
      [1, O_RDWR | O_CREAT | O_APPEND],
      [1, O_RDONLY | O_NOFOLLOW],
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...ACCESS), fc.subarray(OPTIONS))
      .map(([access, options]) => options.reduce((all, bit) => all | bit, access)),
  },
);

/** Any call. */
export const anyCall: fc.Arbitrary<Call> = fc.oneof(
  call(18, 'open', { dir: anyDir, path: anyPath, flags: anyFlags }),
  call(1, 'wait', {}),
  call(5, 'close', { any: anyFd }),
  call(4, 'read', { fd: anyFd, count: anyCount }),
  call(3, 'pread', { fd: anyFd, count: anyCount, offset: anyReadOffset }),
  call(5, 'write', { fd: anyFd, size: anySize }),
  call(4, 'pwrite', { fd: anyFd, size: anySize, offset: anyOffset }),
  call(4, 'truncate', { fd: anyFd, size: fc.oneof(anySize, anyOffset) }),
  call(3, 'futimes', { any: anyFd, atime: anyTime, mtime: anyTime }),
  call(3, 'list', { dir: anyDir }),
  call(10, 'mkdir', { dir: anyDir, path: anyPath }),
  call(7, 'rmdir', { dir: anyDir, path: anyPath }),
  call(8, 'unlink', { dir: anyDir, path: anyPath }),
  call(9, 'symlink', { dir: anyDir, path: anyPath, target: anyTarget }),
  call(7, 'link', { dir: anyDir, path: anyPath, newDir: anyDir, newPath: anyPath }),
  call(14, 'rename', { dir: anyDir, path: anyPath, newDir: anyDir, newPath: anyPath }),
  call(4, 'stat', { dir: anyDir, path: anyPath, follow: fc.boolean() }),
  call(3, 'readlink', { dir: anyDir, path: anyPath }),
  call(4, 'utimes', { dir: anyDir, path: anyPath, follow: fc.boolean(), atime: anyTime, mtime: anyTime }),
);

const directory = (path: string): Call => ({ op: 'mkdir', dir: 0, path });
const symlink = (target: string, path: string): Call => ({ op: 'symlink', dir: 0, path, target });
const file = (path: string): Call[] => [
  { op: 'open', dir: 0, path, flags: O_RDWR | O_CREAT | O_EXCL },
  { op: 'write', fd: 0, size: 20 },
  { op: 'close', any: 0 },
];
/** The calls that build the initial trees. */
const STARTS: Call[][] = [
  [],
  [directory('a'), directory('a/b'), ...file('a/c'), ...file('b'), symlink('a', 'c'), directory('d')],
  [
    directory('b'),
    directory('b/a'),
    directory('b/a/c'),
    directory('b/b'),
    ...file('a'),
    ...file('b/a/a'),
    { op: 'link', dir: 0, path: 'a', newDir: 0, newPath: 'b/d' },
    symlink('../b/a', 'b/c'),
    symlink('b/c', 'c'),
    symlink('c/', 'd'),
  ],
  [symlink('.', 'd'), directory('a'), ...file('b')],
  [directory('a'), symlink('a/b', 'b'), symlink('../c', 'a/b'), symlink('b', 'c'), symlink('a/c', 'd')],
];

/** Longest sequence of calls on one file system. */
const LONGEST_SEQUENCE = 120;
/** An initial tree, followed by any sequence. */
export const anySequence = fc.tuple(
  fc.constantFrom(...STARTS),
  fc.array(anyCall, { minLength: 1, maxLength: LONGEST_SEQUENCE, size: 'max' }),
);

function weighted<T>(...choices: [weight: number, value: T][]): fc.Arbitrary<T> {
  return fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));
}

function call<K extends Call['op']>(
  weight: number,
  op: K,
  fields: { [F in Exclude<keyof Extract<Call, { op: K }>, 'op'>]: fc.Arbitrary<Extract<Call, { op: K }>[F]> },
): { weight: number; arbitrary: fc.Arbitrary<Call> } {
  return { weight, arbitrary: fc.record({ op: fc.constant(op), ...fields }) as unknown as fc.Arbitrary<Call> };
}
