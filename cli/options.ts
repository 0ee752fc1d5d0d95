/** One option of a command: the parser, the help text and docs/cli.md derive from it. */
export interface Option {
  /** Long name, without its dashes. */
  readonly name: string;
  /** What its value is called in the help, when it takes one. */
  readonly value?: string;
  /** The value may be left out: `--trace` or `--trace=FILE`. */
  readonly optional?: boolean;
  readonly help: string;
}

/** A mistake in the command line: the message is for the user, the exit status is 2. */
export class UsageError extends Error {}

/** A command line taken apart. */
export interface Parsed {
  /** The values of each option in order; '' for one that was given without. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  /** From the first word that is no option on; nothing behind it is looked at. */
  readonly rest: readonly string[];
}

/**
 * Takes a command line apart. Options end at the first word that is none, or behind `--`: what follows belongs to the
 * program that is run.
 * @throws UsageError for an unknown option, or one without its value.
 */
export function parseOptions(table: readonly Option[], argv: readonly string[]): Parsed {
  const options = new Map<string, string[]>();
  let i = 0;
  for (; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === '--') {
      i++;
      break;
    }
    if (!word.startsWith('-') || word === '-') break;
    const [flag = '', ...parts] = word === '-h' ? ['--help'] : word.split('=');
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
  return { options, rest: argv.slice(i) };
}

/** The help lines of a table, aligned. */
export function helpLines(table: readonly Option[]): string {
  const heads = table.map(({ name, value, optional }) => {
    if (value === undefined) return `--${name}`;
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
