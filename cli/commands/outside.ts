// Finds the directories outside the current one that a compiler's arguments name, so that they can be mounted.
import { statSync } from 'node:fs';
import { dirname, isAbsolute, normalize, relative, resolve } from 'node:path';

/** Options joined with their path in one argument. */
const JOINED = /^(-I|-L|-F|-o|-iquote|-isystem|-idirafter|-include|-imacros)(?=.)/;

/** The compiler's arguments, rewritten, and the directories outside the current one that they name. */
export interface OutsideArguments {
  argv: string[];
  /** Absolute paths, mounted under the same paths. */
  directories: string[];
}

/** True if an argument can be a path that leaves the current directory. */
function mayLeave(word: string): boolean {
  return isAbsolute(word) || word.split('/').includes('..');
}

/** Returns the path itself if it is a directory, otherwise its parent if that exists. */
function directoryOf(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path;
  const dir = dirname(path);
  return statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true ? dir : undefined;
}

/**
 * Finds the paths of a command line outside the current directory. Makes them absolute, because no path leads out of a
 * mounted directory, and collects their directories, which are to be mounted.
 */
export function findOutside(argv: readonly string[], cwd: string): OutsideArguments {
  const directories = new Set<string>();
  const words = argv.map((word) => {
    const option = JOINED.exec(word)?.[0] ?? '';
    const path = word.slice(option.length);
    if ((option === '' && path.startsWith('-')) || !mayLeave(path)) return word;
    const absolute = resolve(cwd, path);
    const way = relative(cwd, absolute);
    // `../project/a.c` leaves the directory and returns.
    if (way.split('/')[0] !== '..') return normalize(path).startsWith('..') ? option + (way || '.') : word;
    const dir = directoryOf(absolute);
    if (dir === undefined) return word;
    directories.add(dir);
    return option + absolute;
  });
  return { argv: words, directories: [...directories] };
}
