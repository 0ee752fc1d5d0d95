// The common part of ls, cat, cp and tree: options, operands, error messages and exit status.
import { isatty } from 'node:tty';
import type { Sink } from '../../toolchain/sink.ts';
import { bugOf } from '../lib/bug.ts';
import { DESCRIPTORS, MOUNT_OPTIONS, mountsOf, statedLimits } from '../mounts/mounts.ts';
import { UsageError, helpLines, parseOptions, type Option, type Parsed } from '../lib/options.ts';
import { OutputError, endOf, print, tell } from '../lib/output.ts';
import { ARCHIVES, Places, type ArchiveKind } from '../mounts/place.ts';
import { reasonOf } from '../lib/reason.ts';
import { didYouMean } from '../lib/suggest.ts';
import { own, sentence, text, type Text } from '../lib/text.ts';

/** Maximum number of printed errors: an archive of 60 kB can cause many thousands. */
export const COMPLAINTS = 100;
/** Maximum length of a name in an error, in characters. A path may have 4,095; a name in an archive may be longer. */
const NAME_MAX = 5000;

function cut(name: string): string {
  return name.length > NAME_MAX ? `${name.slice(0, NAME_MAX)}…` : name;
}

/** The output of a tool. */
export interface Io {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** True if stderr is a terminal. */
  readonly stderrIsTerminal: boolean;
  readonly archives: readonly ArchiveKind[];
}

/** A command that reads or copies files without running a guest. */
export interface Tool {
  readonly name: string;
  /** The usage after the name: `[OPTIONS] PLACE…`. */
  readonly usage: string;
  /** A description for the help, in a sentence or two. */
  readonly about: string;
  readonly options: readonly Option[];
  /** Minimum number of operands. If it is 0, the default operand is the current directory. */
  readonly least: number;
  run(work: Work): void;
}

/** One run of a tool. */
export class Work {
  readonly places: Places;
  readonly words: readonly string[];
  readonly io: Io;
  /** The exit status so far. */
  status = 0;
  private readonly options: Parsed['options'];
  private readonly tool: Tool;
  private complaints = 0;

  constructor(tool: Tool, parsed: Parsed, places: Places, io: Io) {
    this.tool = tool;
    this.options = parsed.options;
    this.words = parsed.rest;
    this.places = places;
    this.io = io;
  }

  has(option: string): boolean {
    return this.options.has(option);
  }

  /** @throws OutputError if stdout cannot be written. */
  write(output: Text | Uint8Array): void {
    print(output, this.io.stdout);
  }

  /** Prints an error, up to COMPLAINTS of them, and sets the exit status to 1. The caller goes on. */
  complain(path: string, error: unknown): void {
    this.status = 1;
    if (++this.complaints > COMPLAINTS) return;
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && this.words.includes(path);
    const end = didYouMean(isMissing ? this.places.near(path) : undefined);
    tell(
      text`${this.who}: ${cut(path)}: ${sentence(bugOf(error) ?? reasonOf(error))}${sentence(end)}\n`,
      this.io.stderr,
    );
  }

  /** Prints the number of suppressed errors. */
  sumUp(): void {
    const more = this.complaints - COMPLAINTS;
    if (more > 0) tell(text`${this.who}: ${more} more ${more === 1 ? 'error' : 'errors'}.\n`, this.io.stderr);
  }

  private get who(): Text {
    return text`wasi9p ${this.tool.name}`;
  }

  /** Calls `act` and prints its error; false if it failed. */
  attempt(path: string, act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      if (error instanceof UsageError || error instanceof OutputError) throw error;
      this.complain(path, error);
      return false;
    }
  }
}

/** Returns the default output: this process's streams. */
function standard(): Io {
  return { stdout: 1, stderr: 2, stderrIsTerminal: isatty(2), archives: ARCHIVES };
}

const HELP: Option = { name: 'help', help: 'Prints this help.' };

/** The options of a tool: its own, then the mount options. */
function optionsOf(tool: Tool): Option[] {
  return [...tool.options, ...MOUNT_OPTIONS, DESCRIPTORS, HELP];
}

export function helpOf(tool: Tool): Text {
  return own(`Usage: wasi9p ${tool.name} ${tool.usage}

${tool.about}

A PLACE is a path of this machine, ARCHIVE:PATH for a member of a tar archive, or URL::PATH on a 9P server, such as
9p+tcp://HOST:PORT/ANAME::/PATH. A file of this machine with exactly this name takes precedence; ARCHIVE:./PATH is still a member. With a mount option, as of wasi9p run, a path that begins
with / is in the tree of the mounts.

A name with characters that could control a terminal, such as escapes, line breaks and direction marks, is printed in
double quotes with the escapes of C, as git does: "a\\nb". So is a name that begins with a double quote.

${helpLines(optionsOf(tool))}

The exit status is 0; 1 after an error; 2 for wrong usage.
`);
}

/** Runs a tool and returns its exit status. The stores of its mounts are loaded. @throws UsageError */
export function runTool(tool: Tool, argv: readonly string[], io: Io = standard()): number {
  const parsed = parseOptions(optionsOf(tool), argv, { mixed: true });
  if (parsed.options.has('help')) {
    print(helpOf(tool), io.stdout);
    return 0;
  }
  const { length } = parsed.rest;
  if (length < tool.least) {
    const missing = `${tool.name} needs at least ${tool.least === 1 ? 'one operand' : `${tool.least} operands`}`;
    throw new UsageError(`${missing}, not ${length}: wasi9p ${tool.name} ${tool.usage}`);
  }
  const mounts = mountsOf(parsed.options);
  for (const limit of statedLimits(mounts)) tell(text`wasi9p: ${sentence(limit)}\n`, io.stderr);
  const places = new Places(mounts, io.archives);
  const work = new Work(tool, parsed, places, io);
  try {
    tool.run(work);
    work.sumUp();
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    return endOf(error, text`wasi9p ${tool.name}`, io.stderr);
  } finally {
    places.close();
  }
  return work.status;
}
