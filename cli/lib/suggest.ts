// Suggestions for mistyped words and paths. Called only for an error.
import { readdirSync, type Dirent } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The number of characters inserted, removed, replaced, or swapped with their neighbour: from one word to another. */
export function distance(from: string, to: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: to.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (isSame ? 0 : 1));
      next.push(isSwap ? Math.min(least, before[j - 2]! + 1) : least);
    }
    [before, row] = [row, next];
  }
  return row[to.length]!;
}

/** Maximum length of a word for which a suggestion is looked for, in characters: the time grows with its square. */
const WORD_MAX = 64;

/** Returns the name that was probably meant: a third of the word may be wrong, or its ending may be missing. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  if (word === '' || word.length > WORD_MAX) return undefined;
  const lower = word.toLowerCase();
  let found: string | undefined;
  // Without the ending, which many names share.
  const stem = word.replace(/(?<=.)\.[^.]*$/, '');
  let least = Math.max(1, Math.floor(stem.length / 3)) + 1;
  for (const name of names) {
    const isShort = name.startsWith(`${word}.`);
    if (name === word || (!isShort && Math.abs(name.length - word.length) >= least)) continue;
    const steps = isShort ? 0 : distance(lower, name.toLowerCase());
    if (steps < least) [found, least] = [name, steps];
  }
  return found;
}

/** Returns the end of a sentence: a question with the name that was probably meant, otherwise `otherwise`. */
export function didYouMean(name: string | undefined, otherwise = '.'): string {
  return name === undefined ? otherwise : `: did you mean ${name}?`;
}

/**
 * Returns the existing path of this machine that was probably meant: another name in the same directory.
 * @param fits True for an entry that can have been meant.
 */
export function nearestPath(path: string, fits: (entry: Dirent) => boolean = () => true): string | undefined {
  try {
    const entries = readdirSync(dirname(path), { withFileTypes: true }).filter(fits);
    const name = nearest(
      basename(path),
      entries.map((entry) => entry.name),
    );
    return name === undefined || dirname(path) === '.' ? name : join(dirname(path), name);
  } catch {
    return undefined;
  }
}
