// The values of the options --trace, --trace-time, --stats and --pcap, of `run` and of `serve`.
import { namesMatching } from '../../../shim/trace/filter.ts';
import { UsageError, type Parsed } from '../../lib/options.ts';
import { didYouMean, nearest } from '../../lib/suggest.ts';

/** The calls and messages that a trace may be limited to. */
interface Traced {
  readonly names: readonly string[];
  /** For the sentence on a name that is not among them: `no 9P message`. */
  readonly kinds: string;
}

/** The parsed options. */
export interface Wanted {
  /** The file of --trace, '' for stderr; null without --trace. */
  readonly trace: string | null;
  /** The names that --trace is limited to; null for all. */
  readonly only: readonly string[] | null;
  readonly time: boolean;
  readonly stats: boolean;
  readonly pcap: string | null;
}

/**
 * Reads the options.
 * @param names The names that --trace may be limited to, and `kinds` says of which kinds they are.
 * @throws UsageError
 */
export function wantedBy(options: Parsed['options'], { names, kinds }: Traced): Wanted {
  const files = new Set<string>();
  let only: string[] | null = null;
  for (const value of options.get('trace') ?? []) {
    const named = value === '' ? null : patternsOf(value, { names, kinds });
    if (named !== null) only = [...(only ?? []), ...named];
    else if (value !== '') files.add(value);
  }
  if (files.size > 1) throw new UsageError('--trace is given twice, with different files: give one.');
  const time = options.has('trace-time');
  if (time && !options.has('trace')) throw new UsageError('--trace-time needs --trace: give both.');
  return {
    trace: options.has('trace') ? ([...files][0] ?? '') : null,
    only,
    time,
    stats: options.has('stats'),
    pcap: options.get('pcap')?.at(-1) ?? null,
  };
}

/**
 * Returns the names in a value of --trace; null if it is a file, because none of its words is a name.
 * @throws UsageError if some of its words are names and one is not, or if one is nearly a name.
 */
function patternsOf(value: string, { names, kinds }: Traced): string[] | null {
  const isName = (word: string): boolean => namesMatching(word).some((name) => names.includes(name));
  const words = value.split(',');
  const wrong = words.find((word) => !isName(word));
  if (wrong === undefined) return words;
  // A name that is no file's: mistyped, or that of a WASI call where there are only messages.
  const isMistyped = /^\w+$/.test(wrong) && (nearest(wrong, names) !== undefined || namesMatching(wrong).length > 0);
  if (!isMistyped && words.every((word) => !isName(word))) return null;
  throw new UsageError(
    `--trace=${value}: ${wrong === '' ? "'' is" : `${wrong} is`} the name of ${kinds}` +
      `${didYouMean(nearest(wrong, names)) || '.'} A file of this name is --trace=./${value}.`,
  );
}
