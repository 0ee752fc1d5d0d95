// The reports, read by parsers of others: TAP by tap-parser, XML by libxml2 with a schema, JSON, GitHub's commands.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from 'tap-parser';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { validateXML } from 'xmllint-wasm';
import { ROOT } from '../../build/project.mjs';
import { summaryOf, type TestResult } from '../result.ts';
import { REPORTERS, type ReporterName } from './index.ts';

const NASTY = 'a <b> & "c" \u0000 \u001b[31m \u009b \u202e \ud800 ]]> # \\ % é 😀';
const base = { suite: 'files', ms: 12.4, failures: [], reason: '', tries: 1, stdout: '', stderr: '', changes: [] };
const RESULTS: TestResult[] = [
  { ...base, name: 'one', file: '/t/one.wasm', status: 'pass' },
  {
    ...base,
    name: `two ${NASTY}`,
    file: '/t/two,x:y.wasm',
    status: 'fail',
    failures: [`It differs:\n- ${NASTY}`, 'Second.'],
    stdout: NASTY,
    stderr: `${NASTY}\n`,
    changes: ['A /x'],
    tries: 2,
  },
  { ...base, name: 'three', suite: 'other', file: '/t/three.wasm', status: 'skip', reason: `it needs # ${NASTY}` },
  { ...base, name: 'four', file: '/t/four.wasm', status: 'xfail', failures: ['It trapped: x'] },
  { ...base, name: 'five', file: '/t/five.wasm', status: 'xpass', failures: ['It passed.'] },
];

function reportOf(name: ReporterName): string {
  let text = '';
  const reporter = REPORTERS[name]((chunk) => (text += chunk));
  reporter.start?.(RESULTS);
  for (const result of RESULTS) {
    reporter.running?.(result.name);
    reporter.result?.(result);
  }
  reporter.end?.(summaryOf(RESULTS, 1234, []));
  return text;
}

test('TAP', () => {
  const results: Record<string, unknown>[] = [];
  const parser = new Parser({ strict: true });
  parser.on('assert', (result) => results.push(result as unknown as Record<string, unknown>));
  let complete: { ok: boolean; count: number } | undefined;
  parser.on('complete', (final) => (complete = final));
  parser.end(reportOf('tap'));
  assert.is(complete!.count, 5);
  assert.is(complete!.ok, false);
  const facts = results.map(({ ok, skip, todo }) => [ok, Boolean(skip), Boolean(todo)]);
  assert.equal(facts, [
    [true, false, false],
    [false, false, false],
    [true, true, false],
    [false, false, true],
    [false, false, false],
  ]);
  const { diag } = results[1] as { diag: { failures: string[]; stdout: string } };
  assert.equal(
    diag.failures,
    RESULTS[1]!.failures.map((text) => text.toString()),
  );
  assert.is(diag.stdout, NASTY);
});

test('JUnit, by its schema', async () => {
  const contents = reportOf('junit');
  const schema = readFileSync(join(ROOT, 'runner/reporters/junit.xsd'), 'utf8');
  const { valid, errors } = await validateXML({ xml: [{ fileName: 'report.xml', contents }], schema: [schema] });
  assert.ok(valid, errors.map(({ message }) => message).join('\n'));
  assert.match(contents, /<testsuites name="wasi9p" tests="5" failures="2" errors="0" skipped="1" time="1.234">/);
  assert.match(contents, /<testsuite name="other" tests="1" failures="0" errors="0" skipped="1"/);
});

test('JSON', () => {
  const { version, passed, failed, results } = JSON.parse(reportOf('json')) as Record<string, unknown>;
  assert.equal([version, passed, failed], [1, 2, 2]);
  assert.equal(results, RESULTS);
});

test('GitHub: one command for each failure, on one line', () => {
  const lines = reportOf('github').split('\n');
  const commands = lines.filter((line) => line.startsWith('::'));
  assert.is(commands.length, 2);
  assert.match(
    commands[0]!,
    /^::error file=[^,]*two%2Cx%3Ay\.wasm,title="two [^:]*"::It differs:%0A- .*%25.*%0ASecond\.$/,
  );
});

test('no report has control characters of a guest, and those for terminals no invisible ones', () => {
  for (const name of Object.keys(REPORTERS) as ReporterName[]) {
    assert.not.match(reportOf(name), /(?![\n\t])\p{Cc}/u, name);
    if (name !== 'junit') assert.not.match(reportOf(name), /[\p{Cf}\p{Zl}\p{Zp}]/u, name);
  }
});

test('the report for people', () => {
  const text = reportOf('spec');
  assert.match(text, /^ok {4}one \(12 ms\)\nFAIL {2}"two .*" \(.*, 2 tries\)\nskip {2}three/);
  assert.match(
    text,
    /\nFAIL "two [^]*\n {2}It differs:\n {2}- a <b>[^]*\n {2}stdout:\n {4}a <b>[^]*\n {2}changed files:\n {4}A \/x\n/,
  );
  assert.match(
    text,
    /\n5 tests in 1\.23 s, 1 failed as expected, 1 passed unexpectedly\n2 passed, 2 failed, 1 skipped\n$/,
  );
});

test('names with line ends forge no line', () => {
  const name = 'x\n::error::forged\nok 9 - forged';
  const result: TestResult = { ...base, name, file: `/t/${name}.wasm`, status: 'fail', failures: [`It read ${name}.`] };
  for (const make of Object.values(REPORTERS)) {
    let text = '';
    const reporter = make((chunk) => (text += chunk));
    reporter.result?.(result);
    reporter.end?.(summaryOf([{ ...result, failures: [] }], 1, []));
    assert.not.match(text, /^(::error::|ok 9)/m);
  }
});

test('a line without end is cut', () => {
  let text = '';
  const reporter = REPORTERS.spec((chunk) => (text += chunk));
  const result: TestResult = { ...RESULTS[1]!, stdout: 'x'.repeat(1 << 20) };
  reporter.result!(result);
  reporter.end!(summaryOf([result], 1, []));
  assert.ok(text.length < 3000);
});

test.run();
