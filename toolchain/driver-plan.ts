// Parses the output of `clang -###`.

/** The plan of the compiler driver, as `clang -###` writes it to standard error. */
export interface DriverPlan {
  /** The version lines with which -### begins; an ordinary compile does not print them. */
  readonly banner: string;
  /** The command lines to run, in turn; `argv[0]` is empty or names the tool. */
  readonly steps: readonly string[][];
  /** All other lines: the driver's own warnings and errors. */
  readonly messages: string;
}

/** Precedes a command that clang would run in its own process. */
const IN_PROCESS = ' (in-process)';

const BANNER =
  /^(?:.*\bclang version |Target: |Thread model: |InstalledDir: |Build config: |(?:System |User )?[Cc]onfiguration file)/;

/**
 * Reads the output of `clang -###`. A command line begins with a space and a double quote; its arguments
 * are quoted, with a backslash before `"`, `\` and `$` (llvm::sys::printArg). A quoted argument may hold
 * newlines.
 */
export function parsePlan(text: string): DriverPlan {
  const steps: string[][] = [];
  let banner = '';
  let messages = '';
  let at = 0;
  while (at < text.length) {
    if (text.startsWith(' "', at)) {
      const step: string[] = [];
      at = readStep(text, at, step);
      steps.push(step);
      continue;
    }
    const end = lineEnd(text, at);
    const line = text.slice(at, end);
    if (steps.length === 0 && BANNER.test(line)) banner += line;
    else if (line.trimEnd() !== IN_PROCESS) messages += line;
    at = end;
  }
  return { banner, steps, messages };
}

/** Returns the index after the newline that ends the line at `at`, or the text's length. */
function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline + 1;
}

/** Reads arguments up to the newline outside quotes; returns the index after it. */
function readStep(text: string, at: number, step: string[]): number {
  while (at < text.length && text[at] !== '\n') {
    if (text[at] === ' ') at++;
    else at = readArgument(text, at, step);
  }
  return Math.min(at + 1, text.length);
}

/** Reads one argument, of quoted and unquoted parts; returns the index after it. */
function readArgument(text: string, at: number, step: string[]): number {
  let argument = '';
  let quoted = false;
  for (; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') {
      quoted = !quoted;
    } else if (quoted && char === '\\') {
      argument += text[++at] ?? '';
    } else if (!quoted && (char === ' ' || char === '\n')) {
      break;
    } else {
      argument += char;
    }
  }
  step.push(argument);
  return at;
}
