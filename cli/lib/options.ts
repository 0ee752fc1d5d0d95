// The option parser and the help lines, from one table per command.
import { didYouMean, nearest } from './suggest.ts';

/** One option of a command: the parser and the help text derive from it. */
export interface Option {
  /** Long name, without its dashes. */
  readonly name: string;
  /** Short form, one letter after a single dash, for an option without a value. */
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

/** An invalid command line: the message is for the user, the exit status is 2. */
export class UsageError extends Error {}

/** A parsed command line. */
export interface Parsed {
  /** The values of each option, in order; '' for an option without a value. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  /** The operands; without `mixed`, everything from the first operand on. */
  readonly rest: readonly string[];
}

/**
 * Parses a command line. Options end at the first operand or after `--`: the rest belongs to the program to be run.
 * @param mixed True if options may follow operands: then only `--` ends them.
 * @throws UsageError for an unknown option, or one without its value.
 */
export function parseOptions(table: readonly Option[], argv: readonly string[], mixed = false): Parsed {
  const options = new Map<string, string[]>();
  const words: string[] = [];
  let i = 0;
  for (; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === '--') {
      i++;
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      if (!mixed) break;
      words.push(word);
      continue;
    }
    if (!word.startsWith('--')) {
      for (const letter of word.slice(1)) options.set(nameOf(table, letter, word), ['']);
      continue;
    }
    const [flag = '', ...parts] = word.split('=');
    const option = find(table, flag.slice(2));
    if (option === undefined)
      throw new UsageError(`Unknown option ${flag}${didYouMean(optionMeant(table, flag.slice(2)))}`);
    const { name, value: kind, optional, many } = option;
    let value = parts.length > 0 ? parts.join('=') : undefined;
    if (kind === undefined && value !== undefined) throw new UsageError(`${flag} takes no value: leave out =${value}.`);
    if (value === '') throw new UsageError(`${flag}= has no value: write ${usageOf(option)}.`);
    if (kind !== undefined && optional !== true && value === undefined) value = valueOf(table, option, argv[++i]);
    const values = options.get(name) ?? [];
    if (kind !== undefined && many !== true && values.some((other) => other !== (value ?? ''))) {
      throw new UsageError(`${flag} is given twice, with different values: give it once.`);
    }
    options.set(name, [...values, value ?? '']);
  }
  return { options, rest: [...words, ...argv.slice(i)] };
}

function find(table: readonly Option[], name: string): Option | undefined {
  return table.find((option) => option.name === name);
}

/** The option as its help shows it: `--dir HOST`, `--trace[=FILE]`. */
function usageOf({ name, value, optional }: Option): string {
  return optional === true ? `--${name}[=${value}]` : `--${name} ${value}`;
}

/** Returns the word after an option as its value. @throws UsageError if there is none, or if it is an option itself. */
function valueOf(table: readonly Option[], option: Option, word: string | undefined): string {
  const flag = `--${option.name}`;
  if (word === '') throw new UsageError(`${flag} '' has an empty value: write ${usageOf(option)}.`);
  const isOption = word === '--' || (word?.startsWith('--') && find(table, word.slice(2).split('=')[0]!) !== undefined);
  if (word !== undefined && !isOption) return word;
  const instead = word === undefined ? '' : word === '--' ? ', not --' : `, not the option ${word}`;
  throw new UsageError(`${flag} needs a value${instead}: write ${usageOf(option)}.`);
}

/** Returns the option with this letter; `-h` is `--help`. */
function nameOf(table: readonly Option[], letter: string, word: string): string {
  const option = table.find((row) => row.letter === letter || (letter === 'h' && row.name === 'help'));
  if (option !== undefined) return option.name;
  // `-dir` for `--dir`.
  const [long = ''] = word.slice(1).split('=');
  const meant = long.length > 1 ? optionMeant(table, long) : undefined;
  if (meant !== undefined) throw new UsageError(`Unknown option -${long}${didYouMean(meant)}`);
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

/** The help lines of a table, aligned. */
export function helpLines(table: readonly Option[]): string {
  const heads = table.map((option) => {
    const { name, letter, value } = option;
    if (value !== undefined) return usageOf(option);
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
