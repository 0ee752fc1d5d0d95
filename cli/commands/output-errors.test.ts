// Tries outputs that cannot be written: a pipe without a reader (EPIPE), and a full device (ENOSPC).
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';
import { cli, scratch, wasi9p, withProgram } from './runner-testing.ts';

const output = suite('output errors');
withProgram(output);
const linux = unless(NOT_LINUX, output);

/** Runs it with a closed stdout; returns its end and its stderr. */
function unread(argv: string[]): string {
  const script = '{ "$@"; echo "ends with $?" >&2; } | :';
  return spawnSync('sh', ['-c', script, 'sh', process.execPath, cli, ...argv], {
    cwd: join(scratch, 'pkg'),
    encoding: 'utf8',
  }).stderr;
}

/** Runs it with a full output device, or with one named by an option. */
function full(argv: string[], ...redirects: string[]) {
  const script = `"$@" ${redirects.join(' ')}`;
  const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, cli, ...argv], {
    cwd: join(scratch, 'pkg'),
    encoding: 'utf8',
  });
  return { status, stderr };
}

const PRINTING = [['help'], ['help', 'run'], ['--version'], ['run', '--help'], ['ls', '--help'], ['ls', '.']];

output('a closed pipe ends the output silently, and the changes are still committed', () => {
  for (const argv of PRINTING) assert.is(unread(argv), 'ends with 141\n', argv.join(' '));
  const change = ['run', '--overlay', 'sub::/w', '--diff', '--commit', 'show.wasm', 'write', '/w/unread'];
  assert.is(unread(change), 'ends with 141\n');
  assert.is(fs.readFileSync(join(scratch, 'pkg', 'sub', 'unread'), 'utf8'), 'written');
  fs.rmSync(join(scratch, 'pkg', 'sub', 'unread'));
});

linux('an output error is reported in a sentence, and a trace error keeps the program’s status', () => {
  const sentence = /^wasi9p( ls)?: cannot write output: no space left on device\.\n$/;
  for (const argv of PRINTING) {
    const { status, stderr } = full(argv, '>/dev/full');
    assert.match(stderr, sentence, argv.join(' '));
    assert.is(status, 1);
    assert.is(full(argv, '>/dev/full', '2>/dev/full').status, 1);
  }
  const change = ['run', '--overlay', 'sub::/w', '--diff', '--commit', 'show.wasm', 'write', '/w/full'];
  assert.match(full(change, '>/dev/full').stderr, sentence);
  assert.ok(fs.existsSync(join(scratch, 'pkg', 'sub', 'full')));
  fs.rmSync(join(scratch, 'pkg', 'sub', 'full'));
  for (const argv of [['walk'], ['cat', 'none'], ['run', 'none'], ['run', 'show.wasm', 'trap']]) {
    assert.equal(full(argv, '2>/dev/full'), { status: wasi9p(argv).status, stderr: '' }, argv.join(' '));
  }
  assert.equal(full(['run', '--trace=/dev/full', 'show.wasm', 'exit', '0']), {
    status: 1,
    stderr: 'wasi9p: --trace=/dev/full is incomplete: no space left on device.\n',
  });
  assert.is(full(['run', '--trace=/dev/full', 'show.wasm', 'exit', '3']).status, 3);
});

output.run();
