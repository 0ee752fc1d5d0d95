// Compares the outcome of a program with its specification.
import { quoteIfNeeded } from '../vfs/lib/quote.ts';
import type { End } from './job.ts';
import { OUTPUT_MAX } from './output.ts';
import type { ExpectedOutput, TestSpec } from './spec.ts';

/** Results of a program that a specification speaks of. */
export interface Observed {
  readonly end: End;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Bytes written to each stream. */
  readonly written: readonly [stdout: number, stderr: number];
  /** The text of the snapshot of the changed files; null if it is not compared. */
  readonly tree: string | null;
  /** Paths in /tmp that are left. */
  readonly leftInTmp: readonly string[];
  /** Unlinked files that were open at the end. */
  readonly orphans: number;
}

/** The exit status that a specification gives for a trap: 128 + SIGABRT, as `wasi9p run` and wasmtime return. */
export const TRAPPED = 134;

const decoder = new TextDecoder();
/** Lines of context in the comparison of two texts, and the limit of its characters a line. */
const CONTEXT = 2;
const WIDTH = 200;
/** Paths that a sentence lists. */
const PATHS = 10;

/** Returns the differences from the specification, a sentence or a block of lines each; empty if there are none. */
export function judge(spec: TestSpec, seen: Observed): string[] {
  const found: string[] = [];
  const { end } = seen;
  if (end.kind === 'error') return [end.message];
  if (end.kind === 'timeout') found.push(`It was ended after ${end.ms} ms.`);
  if (end.kind === 'trap' && spec.exitCode !== TRAPPED)
    found.push([`It trapped: ${end.message}`, ...end.frames].join('\n'));
  if (end.kind === 'exit' && end.status !== spec.exitCode) {
    found.push(`Its exit status is ${end.status}, expected ${spec.exitCode}.`);
  }
  compareOutput('stdout', spec.stdout, seen.stdout, seen.written[0], found);
  compareOutput('stderr', spec.stderr, seen.stderr, seen.written[1], found);
  if (spec.tree !== null && seen.tree !== null && spec.tree !== seen.tree) {
    found.push(`Its changed files differ (- expected, + found):\n${difference(spec.tree, seen.tree)}`);
  }
  if (spec.noLeaks && end.kind === 'exit') {
    if (seen.leftInTmp.length > 0) found.push(`It left in /tmp: ${listed(seen.leftInTmp)}.`);
    if (seen.orphans > 0)
      found.push(`It ended with ${seen.orphans} unlinked ${seen.orphans === 1 ? 'file' : 'files'} open.`);
  }
  return found;
}

/** The first of some paths. */
function listed(paths: readonly string[]): string {
  const some = paths.slice(0, PATHS).map(quoteIfNeeded);
  return paths.length > PATHS ? `${some.join(', ')} and ${paths.length - PATHS} more` : some.join(', ');
}

function compareOutput(
  name: string,
  expected: ExpectedOutput | null,
  bytes: Uint8Array,
  written: number,
  found: string[],
): void {
  if (written > OUTPUT_MAX) found.push(`It wrote ${written} bytes to ${name}; more than ${OUTPUT_MAX} fail a test.`);
  if (expected === null) return;
  const text = decoder.decode(bytes);
  const same = expected.open ? text.startsWith(expected.text) : text === expected.text;
  if (!same) found.push(`Its ${name} differs (- expected, + written):\n${difference(expected.text, text)}`);
}

/**
 * The lines of two texts from shortly before the first that differs.
 * @returns `- ` before a line of the first, `+ ` before one of the second, two spaces before one of both.
 */
export function difference(expected: string, actual: string): string {
  const [a, b] = [linesOf(expected), linesOf(actual)];
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  let [endA, endB] = [a.length, b.length];
  while (endA > at && endB > at && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const shown = (lines: readonly string[], mark: string): string[] => {
    const some = lines.slice(0, 10).map((line) => `${mark}${line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line}`);
    return lines.length > 10 ? [...some, `${mark}… and ${lines.length - 10} more lines`] : some;
  };
  return [
    ...shown(a.slice(Math.max(0, at - CONTEXT), at), '  '),
    ...shown(a.slice(at, endA), '- '),
    ...shown(b.slice(at, endB), '+ '),
  ].join('\n');
}

/** The lines of a text; a last line without its newline is marked, as by diff(1). */
function linesOf(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop()!;
  return last === '' ? lines : [...lines, `${last} (no newline at the end)`];
}
