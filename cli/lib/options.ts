// The option parser and the help lines, from one table per command.

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
      for (const letter of word.slice(1)) options.set(nameOf(table, letter), ['']);
      continue;
    }
    const [flag = '', ...parts] = word.split('=');
    const option = table.find(({ name }) => `--${name}` === flag);
    if (option === undefined) throw new UsageError(`Unknown option ${flag}.`);
    let value = parts.length > 0 ? parts.join('=') : undefined;
    if (option.value === undefined && value !== undefined) throw new UsageError(`${flag} takes no value.`);
    if (option.value !== undefined && option.optional !== true && value === undefined) {
      value = argv[++i];
      if (value === undefined) throw new UsageError(`${flag} needs a value: ${flag} ${option.value}.`);
    }
    options.set(option.name, [...(options.get(option.name) ?? []), value ?? '']);
  }
  return { options, rest: [...words, ...argv.slice(i)] };
}

/** Returns the option with this letter; `-h` is `--help`. */
function nameOf(table: readonly Option[], letter: string): string {
  const option = table.find((row) => row.letter === letter || (letter === 'h' && row.name === 'help'));
  if (option === undefined) throw new UsageError(`Unknown option -${letter}.`);
  return option.name;
}

/** The help lines of a table, aligned. */
export function helpLines(table: readonly Option[]): string {
  const heads = table.map(({ name, letter, value, optional }) => {
    if (value === undefined) return letter === undefined ? `--${name}` : `-${letter}, --${name}`;
    return optional === true ? `--${name}[=${value}]` : `--${name} ${value}`;
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
