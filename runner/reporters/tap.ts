// The reporter for the Test Anything Protocol, version 14.
import { escapeControls, quoteIfNeeded } from '../../vfs/lib/quote.ts';
import type { Reporter } from '../run.ts';
import { isFailure, type TestResult } from '../result.ts';
import type { Write } from './index.ts';
import { jsonOf } from './printable.ts';

export function tap(write: Write): Reporter {
  let count = 0;
  return {
    start(tests) {
      write(`TAP version 14\n1..${tests.length}\n`);
    },
    result(result) {
      count++;
      const { status, name } = result;
      const ok = isFailure(status) || status === 'xfail' ? 'not ok' : 'ok';
      write(`${ok} ${count} - ${escaped(quoteIfNeeded(name))}${directive(result)}\n`);
      if (isFailure(status)) write(diagnostics(result));
    },
  };
}

/** `# SKIP`, or `# TODO` for a test that is expected to fail: TAP counts its failure as no failure. */
function directive({ status, reason }: TestResult): string {
  if (status === 'skip') return ` # SKIP ${escaped(escapeControls(reason))}`;
  return status === 'xfail' ? ' # TODO an expectation file says that it fails' : '';
}

/** A backslash and a hash have a meaning in a description. */
function escaped(text: string): string {
  return text.replaceAll(/[\\#]/g, '\\$&');
}

/** The YAML block of a failed test. JSON is YAML, and quotes every character. */
function diagnostics({ ms, failures, stdout, stderr, changes }: TestResult): string {
  const rows = Object.entries({ duration_ms: Math.round(ms), failures, stdout, stderr, changes });
  return `  ---\n${rows.map(([key, value]) => `  ${key}: ${jsonOf(value)}\n`).join('')}  ...\n`;
}
