// The reporter for JUnit's XML, as Jenkins, GitLab and others read it.
import type { Reporter } from '../run.ts';
import { isFailure, type Summary, type TestResult } from '../result.ts';
import type { Write } from './index.ts';

export function junit(write: Write): Reporter {
  return {
    end(summary) {
      write(xml(summary));
    },
  };
}

function xml({ results, failed, skipped, ms }: Summary): string {
  const suites = bySuite(results);
  const blocks = Array.from(suites, ([name, tests]) => {
    const attributes = {
      name,
      tests: tests.length,
      failures: tests.filter(({ status }) => isFailure(status)).length,
      errors: 0,
      skipped: tests.filter(({ status }) => status === 'skip').length,
      time: seconds(tests.reduce((sum, test) => sum + test.ms, 0)),
    };
    return `  <testsuite${attributesText(attributes)}>\n${tests.map(testCase).join('')}  </testsuite>\n`;
  });
  const totals = { name: 'wasi9p', tests: results.length, failures: failed, errors: 0, skipped, time: seconds(ms) };
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributesText(totals)}>\n${blocks.join('')}</testsuites>\n`;
}

function bySuite(results: readonly TestResult[]): Map<string, TestResult[]> {
  const suites = new Map<string, TestResult[]>();
  for (const result of results) {
    const tests = suites.get(result.suite);
    if (tests === undefined) suites.set(result.suite, [result]);
    else tests.push(result);
  }
  return suites;
}

function testCase(result: TestResult): string {
  const { name, suite, status, ms, reason, failures, stdout, stderr, changes } = result;
  const head = `    <testcase${attributesText({ name, classname: suite, time: seconds(ms) })}`;
  const parts: string[] = [];
  if (status === 'skip') parts.push(`      <skipped${attributesText({ message: reason })}/>\n`);
  if (isFailure(status)) {
    const [first = ''] = failures.join('\n').split('\n');
    const text = [...failures, ...(changes.length > 0 ? ['changed files:', ...changes] : [])].join('\n');
    parts.push(`      <failure${attributesText({ message: first })}>${escaped(text)}</failure>\n`);
  }
  if (stdout !== '') parts.push(`      <system-out>${escaped(stdout)}</system-out>\n`);
  if (stderr !== '') parts.push(`      <system-err>${escaped(stderr)}</system-err>\n`);
  return parts.length === 0 ? `${head}/>\n` : `${head}>\n${parts.join('')}    </testcase>\n`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function attributesText(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 cannot hold most control characters and lone surrogates: they become U+FFFD. */
function escaped(text: string): string {
  return text
    .replaceAll(/(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '\ufffd')
    .replaceAll(/[&<>"]/g, (char) => ENTITIES[char]!);
}
