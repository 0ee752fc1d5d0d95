// Tries `wasi9p run --host` end to end: the current directory under its own path, and all else in memory.
import * as fs from 'node:fs';
import { basename, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { given, scratch, wasi9p, withProgram } from './runner-testing.ts';

const hosted = suite('wasi9p run --host');
withProgram(hosted);

hosted('relative and absolute paths lead to the current directory, and nothing else of this machine', () => {
  const pkg = join(scratch, 'pkg');
  const env = { HOME: scratch, PATH: '/bin' };
  const host = (...argv: string[]) => wasi9p(['run', '--host', 'show.wasm', ...argv], { env });
  const variables = [`PWD=${pkg}`, 'TMPDIR=/tmp', `HOME=${scratch}`];
  assert.is(host().stdout, given(['show.wasm'], variables, ['/']));
  const listed = fs.readdirSync(pkg).sort();
  assert.equal(host('list', '.').stdout.split('\n').filter(Boolean).sort(), listed);
  assert.equal(host('list', pkg).stdout.split('\n').filter(Boolean).sort(), listed);
  assert.is(host('write', join(pkg, 'new')).status, 0);
  assert.equal(host('rename', 'new', join(pkg, 'sub', 'moved')), { status: 0, stdout: '', stderr: '' });
  assert.equal(host('rename', join(pkg, 'sub', 'moved'), 'back'), { status: 0, stdout: '', stderr: '' });
  assert.is(fs.readFileSync(join(pkg, 'back'), 'utf8'), 'written');
  fs.rmSync(join(pkg, 'back'));
  // The home directory and /tmp are in memory.
  for (const path of [`/tmp/${basename(scratch)}.x`, join(scratch, 'x')]) {
    assert.is(host('write', path).status, 0);
    assert.not.ok(fs.existsSync(path));
  }
  assert.is(host('list', scratch).stdout, '');
  const other = wasi9p(['run', '--host', '--dir', '/etc', '--mem', 'm', 'show.wasm', 'list', '/'], { env });
  assert.equal(other.stdout.split('\n').filter(Boolean).sort(), [...listed, 'etc', 'm'].sort());
  const outside = wasi9p(['run', '--host', '--ro', '../pkg/sub', '--ro', '..', 'show.wasm'], { env });
  assert.is(outside.stdout, given(['show.wasm'], variables, ['/', '../pkg/sub', '..']));
  assert.is(wasi9p(['run', '--host', '--env', 'HOME=/h', 'show.wasm']).stdout.includes('env HOME=/h\n'), true);
});

hosted('names of the current directory are not hidden by those in memory', () => {
  const dir = join(scratch, 'names');
  fs.mkdirSync(join(dir, 'tmp'), { recursive: true });
  fs.copyFileSync(join(scratch, 'pkg', 'show.wasm'), join(dir, 'show.wasm'));
  const env = { HOME: '/tmp/home' };
  const host = (...argv: string[]) => wasi9p(['run', '--host', 'show.wasm', ...argv], { env, cwd: dir });
  assert.match(host().stdout, /^env TMPDIR=\/\.wasi9p\/tmp$/m);
  assert.is(host('write', 'tmp/x').status, 0);
  assert.is(fs.readFileSync(join(dir, 'tmp', 'x'), 'utf8'), 'written');
  assert.is(host('write', '/.wasi9p/tmp/x').status, 0);
  assert.is(fs.readdirSync(join(dir, 'tmp')).join(), 'x');
  fs.rmSync(dir, { recursive: true });
});

hosted('fd 3 of --host is the current directory, for programs that take it for that', () => {
  assert.is(wasi9p(['run', '--host', 'show.wasm', 'write-at-3', 'three']).status, 0);
  assert.is(fs.readFileSync(join(scratch, 'pkg', 'three'), 'utf8'), '3');
  fs.rmSync(join(scratch, 'pkg', 'three'));
});

hosted.run();
