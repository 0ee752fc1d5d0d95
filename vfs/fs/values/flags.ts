// The open flags of node:fs (`r+`, `wx`, …) as Linux open(2) flags.
import { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } from '../../linux/constants.ts';
import { badArgument } from './errors.ts';

const WRITE = O_TRUNC | O_CREAT | O_WRONLY;
const WRITE_READ = O_TRUNC | O_CREAT | O_RDWR;
const APPEND = O_APPEND | O_CREAT | O_WRONLY;
const APPEND_READ = O_APPEND | O_CREAT | O_RDWR;

const FLAGS: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  rs: O_RDONLY | O_SYNC,
  'r+': O_RDWR,
  'rs+': O_RDWR | O_SYNC,
  w: WRITE,
  wx: WRITE | O_EXCL,
  'w+': WRITE_READ,
  'wx+': WRITE_READ | O_EXCL,
  a: APPEND,
  ax: APPEND | O_EXCL,
  as: APPEND | O_SYNC,
  'a+': APPEND_READ,
  'ax+': APPEND_READ | O_EXCL,
  'as+': APPEND_READ | O_SYNC,
};
for (const [usual, other] of [
  ['rs', 'sr'],
  ['rs+', 'sr+'],
  ['wx', 'xw'],
  ['wx+', 'xw+'],
  ['ax', 'xa'],
  ['ax+', 'xa+'],
  ['as', 'sa'],
  ['as+', 'sa+'],
] as const) {
  (FLAGS as Record<string, number>)[other] = FLAGS[usual]!;
}

/** Open flags: `r+`, `wx`, …, or O_* of `constants`, with the numbers of x86 Linux on every machine. */
export type Flag = string | number;

/** Linux open(2) flags. @throws TypeError ERR_INVALID_ARG_VALUE. */
export function flagsOf(flag: Flag | null | undefined, fallback: string): number {
  if (typeof flag === 'number') return flag;
  const word = flag ?? fallback;
  const flags = Object.hasOwn(FLAGS, word) ? FLAGS[word] : undefined;
  if (flags === undefined) {
    throw badArgument('ERR_INVALID_ARG_VALUE', `The argument 'flags' is invalid. Received '${flag}'`);
  }
  return flags;
}
