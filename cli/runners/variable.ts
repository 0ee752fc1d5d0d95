// The option --env, the same in every grammar.
import { UsageError } from '../lib/options.ts';

/**
 * Returns the variable of `NAME=VALUE`, or of `NAME` for that of this process; undefined if that is not set.
 * @throws UsageError if the name is missing.
 */
export function variableOf(word: string): [name: string, value: string] | undefined {
  const at = word.indexOf('=');
  if (at === 0) throw new UsageError(`--env ${word}: the name is missing: write --env NAME=VALUE.`);
  if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
  const value = process.env[word];
  return value === undefined ? undefined : [word, value];
}
