// Tries the test runner as a command.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROOT } from '../project.mjs';
import { MINUTES, announcement, untested, withoutPackages } from './run.mjs';

/** Runs `node build.mjs test`; returns its exit status and lines. */
function runner(...args: string[]): { status: number | null; lines: string[] } {
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'build.mjs'), 'test', ...args], {
    encoding: 'utf8',
  });
  return { status, lines: stdout.trim().split('\n') };
}

test('a name filter runs the tests whose title contains it, in any case', () => {
  const { status, lines } = runner('build/test/judge:ONE FAILED');
  assert.is(lines.length, 2, lines.join('\n'));
  assert.match(lines[0]!, /^ok   1\/1 build\/test\/judge\.test\.ts: 1 \(\d+\.\d s of \d+ s\)$/);
  assert.equal([lines[1], status], ['1 passed, 0 failed', 0]);
});

test('a filter that matches nothing fails', () => {
  assert.equal(runner('build/test/judge', '--name', 'no such title'), {
    status: 1,
    lines: ["FAIL no test matches 'no such title'", '0 passed, 1 failed'],
  });
  assert.equal(runner('no such path'), {
    status: 1,
    lines: ["FAIL no test file matches 'no such path'", '0 passed, 1 failed'],
  });
});

test('a run of all tests prints its time, and the reason of each skipped test', () => {
  assert.match(announcement(true), /about \d+ minutes on two processors[^]*skipped where this machine lacks/);
  assert.is(announcement(true).includes('gcc'), false);
  assert.match(readFileSync(join(ROOT, 'README.md'), 'utf8'), `${MINUTES} minutes on two processors`);
  if (process.platform === 'linux') assert.match(announcement(false), 'gcc is not installed');
});

test('packages of programs that are not installed are named', () => {
  const root = mkdtempSync(join(tmpdir(), 'wasi9p-packages-'));
  for (const folder of ['a/packages', 'b/packages/node_modules', 'c'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const folder of ['a', 'b']) writeFileSync(join(root, folder, 'packages', 'package.json'), '{}');
  const files = ['a/x.accept.ts', 'a/y.accept.ts', 'b/x.accept.ts', 'c/x.accept.ts'];
  assert.equal(withoutPackages(files, root), ['a/packages']);
  rmSync(root, { recursive: true });
});

test('a program without a test beside it is named', () => {
  assert.equal(untested(['wasm-tests/src/no-such-program.c']), ['wasm-tests/src/no-such-program.c']);
});

test.run();
