// The option parser and the help lines, from one table per command.
import { didYouMean, nearest } from './suggest.ts';

/** One option of a command: the parser and the help text derive from it. */
export interface Option {
  /** Long name, without its dashes. */
  readonly name: string;
  /** Short form, one letter after a single dash: `-W VALUE` or `-WVALUE` if it takes a value. */
  readonly letter?: string;
  /** The name of its value in the help, if it takes one. */
  readonly value?: string;
  /** True if the value is optional: `--trace` or `--trace=FILE`. */
  readonly optional?: boolean;
  /** True if it may be given several times, with several values. */
  readonly many?: boolean;
  /** Its names in other programs, without dashes: for suggestions only. */
  readonly also?: readonly string[];
  readonly help: string;
}

/** The style of a command's options, if it differs from that of most. */
export interface Style {
  /** True if options may follow operands: then only `--` ends them. */
  readonly mixed?: boolean;
  /** True if a long name may have one dash, as in Go: `-mount VALUE`. There are no letters then. */
  readonly oneDash?: boolean;
  /** True if an option that takes one value counts by its last occurrence. */
  readonly lastCounts?: boolean;
}

/** An invalid command line: the message is for the user, the exit status is 2. */
export class UsageError extends Error {}

/** A parsed command line. */
export interface Parsed {
  /** The values of each option, in order; '' for an option without a value. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  /** The same in the order of the command line: the name of an option, and its value. */
  readonly given: readonly (readonly [name: string, value: string])[];
  /** The operands; without `mixed`, everything from the first operand on. */
  readonly rest: readonly string[];
  /** True if `--` has ended the options. */
  readonly ended: boolean;
}

/**
 * Parses a command line. Options end at the first operand or after `--`: the rest belongs to the program to be run.
 * @throws UsageError for an unknown option, or one without its value.
 */
export function parseOptions(table: readonly Option[], argv: readonly string[], style: Style = {}): Parsed {
  const given: [name: string, value: string][] = [];
  const words: string[] = [];
  let ended = false;
  let i = 0;
  for (; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === '--') {
      ended = true;
      i++;
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      if (style.mixed !== true) break;
      words.push(word);
      continue;
    }
    if (!word.startsWith('--') && style.oneDash !== true) {
      if (letters(table, word, argv[i + 1], given)) i++;
      continue;
    }
    const [flag = '', ...parts] = word.split('=');
    const option = find(table, flag.replace(/^--?/, ''));
    if (option === undefined) throw unknown(table, flag);
    const { name, value: kind, optional } = option;
    let value = parts.length > 0 ? parts.join('=') : undefined;
    if (kind === undefined && value !== undefined) throw new UsageError(`${flag} takes no value: leave out =${value}.`);
    if (value === '') throw new UsageError(`${flag}= has no value: write ${usageOf(option)}.`);
    if (kind !== undefined && optional !== true && value === undefined) value = valueOf(table, option, argv[++i]);
    given.push([name, value ?? '']);
  }
  return { options: valuesOf(table, given, style), given, rest: [...words, ...argv.slice(i)], ended };
}

/** Collects the values of each option. @throws UsageError for different values of an option that takes one. */
function valuesOf(table: readonly Option[], given: Parsed['given'], style: Style): Map<string, string[]> {
  const options = new Map<string, string[]>();
  for (const [name, value] of given) {
    const { value: kind, many } = find(table, name)!;
    const values = options.get(name) ?? [];
    if (kind !== undefined && many !== true && style.lastCounts !== true && values.some((other) => other !== value)) {
      throw new UsageError(`--${name} is given twice, with different values: give it once.`);
    }
    options.set(name, kind === undefined ? [''] : [...values, value]);
  }
  return options;
}

/** Adds the options of a word such as `-la` or `-Wname`. Returns true if the next word is the value of the last one. */
function letters(
  table: readonly Option[],
  word: string,
  next: string | undefined,
  given: [name: string, value: string][],
): boolean {
  for (let at = 1; at < word.length; at++) {
    const option = optionOf(table, word[at]!, word);
    if (option.value === undefined) {
      given.push([option.name, '']);
      continue;
    }
    const joined = word.slice(at + 1).replace(/^=/, '');
    given.push([option.name, joined === '' ? valueOf(table, option, next, `-${option.letter}`) : joined]);
    return joined === '';
  }
  return false;
}

function unknown(table: readonly Option[], flag: string): UsageError {
  const dashes = /^--?/.exec(flag)![0];
  const meant = optionMeant(table, flag.slice(dashes.length))?.replace('--', dashes);
  return new UsageError(`Unknown option ${flag}${didYouMean(meant)}`);
}

function find(table: readonly Option[], name: string): Option | undefined {
  return table.find((option) => option.name === name);
}

/** The option as its help shows it: `--dir HOST`, `--trace[=FILE]`. */
function usageOf({ name, value, optional }: Option): string {
  return optional === true ? `--${name}[=${value}]` : `--${name} ${value}`;
}

/** Returns the word after an option as its value. @throws UsageError if there is none, or if it is an option itself. */
function valueOf(
  table: readonly Option[],
  option: Option,
  word: string | undefined,
  flag = `--${option.name}`,
): string {
  if (word === '') throw new UsageError(`${flag} '' has an empty value: write ${usageOf(option)}.`);
  const isOption = word === '--' || (word?.startsWith('--') && find(table, word.slice(2).split('=')[0]!) !== undefined);
  if (word !== undefined && !isOption) return word;
  const instead = word === undefined ? '' : word === '--' ? ', not --' : `, not the option ${word}`;
  throw new UsageError(`${flag} needs a value${instead}: write ${usageOf(option)}.`);
}

/** Returns the option with this letter; `-h` is `--help`. */
function optionOf(table: readonly Option[], letter: string, word: string): Option {
  const option = table.find((row) => row.letter === letter || (letter === 'h' && row.name === 'help'));
  if (option !== undefined) return option;
  // `-dir` for `--dir`.
  const [long = ''] = word.slice(1).split('=');
  const meant = long.length > 1 ? optionMeant(table, long) : undefined;
  if (meant !== undefined) throw new UsageError(`Unknown option -${long}${didYouMean(meant)}`);
  // `-v` for `--dir`, as other commands have it.
  const row = table.find(({ also }) => also?.includes(letter));
  if (row !== undefined) throw new UsageError(`Unknown option -${letter}${didYouMean(usageOf(row))}`);
  // `-R` for `-r`.
  const other = table.find((row) => row.letter !== undefined && row.letter.toLowerCase() === letter.toLowerCase());
  throw new UsageError(`Unknown option -${letter}${didYouMean(other && `-${other.letter}`)}`);
}

/** Returns the usage of the option that was probably meant. */
function optionMeant(table: readonly Option[], word: string): string | undefined {
  const other = table.find(({ also }) => also?.includes(word));
  const names = table.map(({ name }) => name);
  const option = find(table, word) ?? other ?? find(table, nearest(word, names) ?? '');
  return option && (option.value === undefined ? `--${option.name}` : usageOf(option));
}

/** The help lines of a table, aligned. @param dashes Before each name. */
export function helpLines(table: readonly Option[], dashes = '--'): string {
  const heads = table.map((option) => {
    const { name, letter, value } = option;
    if (dashes !== '--') return dashes + (value === undefined ? name : `${name} ${value}`);
    if (value !== undefined) return letter === undefined ? usageOf(option) : `-${letter}, ${usageOf(option)}`;
    return letter === undefined ? `--${name}` : `-${letter}, --${name}`;
  });
  const width = Math.max(...heads.map((head) => head.length)) + 2;
  return table
    .map(({ help }, i) => {
      const [first = '', ...more] = help.split('\n');
      return [`  ${heads[i]!.padEnd(width)}${first}`, ...more.map((line) => `  ${' '.repeat(width)}${line}`)].join(
        '\n',
      );
    })
    .join('\n');
}
