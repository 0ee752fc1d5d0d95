// The reporter for people: a line for each test, details of failures at the end, and the totals.
import { escapeControls, quoteIfNeeded } from '../../vfs/lib/quote.ts';
import type { Reporter } from '../run.ts';
import { isFailure, type Summary, type TestResult } from '../result.ts';
import type { Write } from './index.ts';
import { printable } from './printable.ts';

const WORDS = { pass: 'ok', fail: 'FAIL', skip: 'skip', xfail: 'xfail', xpass: 'XPASS' } as const;
/** Lines of each output that are shown of a failed test. */
const LINES = 30;
/** Characters of each line. */
const WIDTH = 1000;

/** @param verbose True to list the tests that pass, too. */
export function spec(write: Write, verbose = true): Reporter {
  const failed: TestResult[] = [];
  return {
    result(result) {
      const { status, name, ms, reason, tries } = result;
      if (isFailure(status)) failed.push(result);
      if (!verbose && !isFailure(status)) return;
      const more = [...(reason === '' ? [] : [reason]), ...(tries > 1 ? [`${tries} tries`] : [])];
      const tail = status === 'skip' ? more : [`${ms.toFixed(0)} ms`, ...more];
      write(`${WORDS[status].padEnd(5)} ${quoteIfNeeded(name)} (${escapeControls(tail.join(', '))})\n`);
    },
    end(summary) {
      for (const result of failed) write(details(result));
      write(totals(summary));
    },
  };
}

/** The block of a failed test. */
export function details(result: TestResult): string {
  const { name, failures, stdout, stderr, changes } = result;
  const lines = [`\n${WORDS[result.status]} ${quoteIfNeeded(name)}`, ...failures.map((text) => indented(text, '  '))];
  if (stdout !== '') lines.push('  stdout:', indented(shortened(stdout), '    '));
  if (stderr !== '') lines.push('  stderr:', indented(shortened(stderr), '    '));
  if (changes.length > 0) lines.push('  changed files:', indented(shortened(changes.join('\n')), '    '));
  return `${lines.join('\n')}\n`;
}

function shortened(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n');
  const kept = lines.slice(0, LINES);
  return [...kept, ...(lines.length > LINES ? [`… and ${lines.length - LINES} more lines`] : [])].join('\n');
}

function indented(text: string, by: string): string {
  return text
    .split('\n')
    .map((line) => by + printable(line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line))
    .join('\n');
}

/** The last two lines: the time with what the counts hold, and the counts. */
export function totals({ results, passed, failed, skipped, xfailed, xpassed, ms, updated }: Summary): string {
  const notes = [
    `${results.length} ${results.length === 1 ? 'test' : 'tests'} in ${(ms / 1000).toFixed(2)} s`,
    ...(xfailed > 0 ? [`${xfailed} failed as expected`] : []),
    ...(xpassed > 0 ? [`${xpassed} passed unexpectedly`] : []),
    ...(updated.length > 0 ? [`${updated.length} snapshots written`] : []),
  ];
  const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return `\n${notes.join(', ')}\n${counts}\n`;
}
