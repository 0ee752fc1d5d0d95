// Finds the directories outside the current one that a compiler's arguments name, so that they can be mounted.
import { statSync } from 'node:fs';
import { dirname, isAbsolute, normalize, relative, resolve } from 'node:path';

/** Options whose path is written in one word with them. */
const JOINED = /^(-I|-L|-F|-o|-iquote|-isystem|-idirafter|-include|-imacros)(?=.)/;

/** Arguments as the compiler is to see them, and the directories beside the current one that they name. */
export interface Outside {
  argv: string[];
  /** Absolute paths, to be granted under their own names. */
  directories: string[];
}

/** Whether a word can be a path that leaves the current directory. */
function mayLeave(word: string): boolean {
  return isAbsolute(word) || word.split('/').includes('..');
}

/** The directory that a path is in or is, if there is one. */
function directoryOf(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path;
  const dir = dirname(path);
  return statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true ? dir : undefined;
}

/**
 * Finds the paths outside the current directory that a command line names: they are made absolute, because nothing
 * leads out of a granted directory, and the directories they are in are to be granted.
 */
export function findOutside(argv: readonly string[], cwd: string): Outside {
  const directories = new Set<string>();
  const words = argv.map((word) => {
    const option = JOINED.exec(word)?.[0] ?? '';
    const path = word.slice(option.length);
    if ((option === '' && path.startsWith('-')) || !mayLeave(path)) return word;
    const absolute = resolve(cwd, path);
    const way = relative(cwd, absolute);
    // `../project/a.c` goes out and comes back.
    if (way.split('/')[0] !== '..') return normalize(path).startsWith('..') ? option + (way || '.') : word;
    const dir = directoryOf(absolute);
    if (dir === undefined) return word;
    directories.add(dir);
    return option + absolute;
  });
  return { argv: words, directories: [...directories] };
}
