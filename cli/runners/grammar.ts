// The command line of another runtime: its table of options, and the reader that turns a line into a plan.
import { UsageError, parseOptions, type Option, type Style } from '../lib/options.ts';
import { didYouMean, nearest } from '../lib/suggest.ts';
import { configFirst } from './apply.ts';
import { GROUPS } from './groups.ts';
import { RunPlan } from './run-plan.ts';

/** An option of a grammar. Without `act` it is without effect here. */
export interface GrammarOption extends Option {
  /** Changes the plan. @throws UsageError if the value is wrong, or if the option is refused. */
  act?(plan: RunPlan, value: string): void;
}

/** The command line of a runtime. */
export interface Grammar {
  /** The name of the runtime, and of its command. */
  readonly name: string;
  /** The usage after the name. */
  readonly usage: string;
  readonly options: readonly GrammarOption[];
  readonly style?: Style;
  /** True if the program follows the word `run`; otherwise the word may be left out. Undefined: there is no such word. */
  readonly needsRun?: boolean;
  /** Its other commands, which are refused. */
  readonly commands?: readonly string[];
  /** True if a `--` after the program is not the program's. */
  readonly separator?: boolean;
  /** True if options may follow the program too, until its first argument or a `--`, which is not the program's. */
  readonly lateOptions?: boolean;
  /** True if argv[0] is the name of the file, without its directory. */
  readonly baseName?: boolean;
  /** Exit status of a program whose time is over. */
  readonly timedOut: number;
  /** True if an exit status above 255 is an error, and the exit status 1. */
  readonly refusesStatus?: boolean;
}

/** A command line that was read. */
export interface Line {
  /** To be answered instead of running a program. */
  readonly asks?: 'help' | 'version';
  readonly plan: RunPlan;
  readonly program: string;
  readonly args: readonly string[];
}

/** Reads a command line. @throws UsageError */
export function readLine(grammar: Grammar, argv: readonly string[]): Line {
  const { name, options, style = {}, needsRun, commands = [] } = grammar;
  const lastCounts = { ...style, lastCounts: true };
  const first = parseOptions(options, argv, lastCounts);
  const given = [...first.given];
  let { rest } = first;
  const [word] = rest;
  if (!first.ended && word === 'run' && needsRun !== undefined) {
    const second = parseOptions(options, rest.slice(1), lastCounts);
    given.push(...second.given);
    rest = second.rest;
  } else if (!first.ended && word !== undefined && commands.includes(word)) {
    if (word === 'help' || word === 'version') return { asks: word, plan: new RunPlan(), program: '', args: [] };
    throw new UsageError(`${name} ${word} is not supported: wasi9p ${name} runs programs only.`);
  } else if (needsRun === true && !isAnswer(given)) {
    if (word === undefined) throw new UsageError(`Missing command: ${name} run PROGRAM.`);
    throw new UsageError(
      `Unknown command ${word} of ${name}${didYouMean(nearest(word, ['run']), ': only run is one.')}`,
    );
  }
  const [program] = rest;
  let words = rest.slice(1);
  if (grammar.lateOptions === true) {
    const late = parseOptions(options, words, lastCounts);
    given.push(...late.given);
    words = [...late.rest];
  }
  const plan = new RunPlan();
  for (const ask of ['help', 'version'] as const) {
    if (given.some(([option, value]) => option === ask || option === ask[0] || isGroupHelp(option, value, ask)))
      return { asks: ask, plan, program: '', args: [] };
  }
  for (const [option, value] of configFirst(given))
    apply(
      plan,
      options.find((row) => row.name === option)!,
      value,
      style,
    );
  if (program === undefined) throw new UsageError(`Missing program: wasi9p ${name} ${grammar.usage}.`);
  if (program === '') throw new UsageError(`The program '' is empty: wasi9p ${name} ${grammar.usage}.`);
  const args = grammar.separator === true && words[0] === '--' ? words.slice(1) : words;
  plan.argv0 ??= grammar.baseName === true ? baseName(program) : null;
  return { plan, program, args };
}

/** True for `-W help` and its like. */
function isGroupHelp(option: string, value: string, ask: string): boolean {
  return ask === 'help' && /^help(?:-long)?$/.test(value) && GROUPS.some(({ name }) => name === option);
}

function isAnswer(given: readonly (readonly [string, string])[]): boolean {
  return given.some(([name]) => ['help', 'h', 'version'].includes(name));
}

function apply(plan: RunPlan, row: GrammarOption, value: string, { oneDash }: Style): void {
  if (row.act !== undefined) row.act(plan, value);
  else plan.unused.push(`${oneDash === true ? '-' : '--'}${row.name}${value === '' ? '' : ` ${value}`}`);
}

/** The last component of a path. */
function baseName(path: string): string {
  return /[^/]+(?=\/*$)/.exec(path)?.[0] ?? path;
}
