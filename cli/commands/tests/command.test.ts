// `wasi9p test` as a process: reports, exit statuses, wrong command lines, watching.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { acting, inDir } from '../../../runner/testing.ts';
import { bundle } from '../../testing.ts';

const test = suite('wasi9p test');
let cli = '';

test.before(async () => {
  cli = await bundle();
});
test.after(() => rmSync(dirname(cli), { recursive: true }));

function wasi9p(cwd: string, ...argv: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [cli, 'test', ...argv], { cwd, encoding: 'utf8' });
}

const tests = async (): Promise<Record<string, string | Uint8Array>> => ({
  ...(await acting('good/prints', { args: ['print=hello'], stdout: 'hello\n' })),
  ...(await acting('bad/fails', { args: ['write=/out', 'exit=2'] })),
});

test('0 if all tests pass, 1 if one fails, 69 if there is none', async () => {
  await inDir({ ...(await tests()), 'none/x.txt': '' }, async (dir) => {
    const good = wasi9p(dir, 'good');
    assert.is(good.status, 0, good.stderr);
    assert.match(good.stdout, /^ok {4}prints \(\d+ ms\)\n\n1 test in \d+\.\d\d s\n1 passed, 0 failed\n$/);
    const bad = wasi9p(dir);
    assert.is(bad.status, 1);
    assert.match(
      bad.stdout,
      /FAIL bad\/fails\n {2}Its exit status is 2, expected 0\.\n {2}changed files:\n {4}A \/out\n/,
    );
    for (const argv of [['none'], ['--filter', 'absent', 'good']]) {
      const none = wasi9p(dir, ...argv);
      assert.is(none.status, 69);
      assert.match(none.stderr, /^wasi9p: No test was found in (none: give|good: no test matches)/);
    }
  });
});

test('several reports at once, to files and to stdout', async () => {
  await inDir(await tests(), async (dir) => {
    const { status, stdout } = wasi9p(dir, '--reporter', 'tap', '--reporter', 'junit=r.xml', '--reporter=json=r.json');
    assert.is(status, 1);
    assert.match(stdout, /^TAP version 14\n1\.\.2\n/);
    assert.match(readFileSync(join(dir, 'r.xml'), 'utf8'), /<testsuites name="wasi9p" tests="2" failures="1"/);
    const report = JSON.parse(readFileSync(join(dir, 'r.json'), 'utf8')) as { passed: number };
    assert.is(report.passed, 1);
  });
});

/** A loop of memory.grow, which V8 does not interrupt once it is optimized. */
const GROWS = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1],
  ...[7, 19, 2, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 0, 6, 0x5f, 0x73, 0x74, 0x61, 0x72, 0x74, 0, 0],
  ...[10, 14, 1, 12, 0, 3, 0x40, 0x41, 1, 0x40, 0, 0x1a, 0x0c, 0, 0x0b, 0x0b],
]);

test('a program whose thread does not end does not keep the command from ending', async () => {
  await inDir({ 'grows.wasm': GROWS, ...(await acting('prints', { args: ['print=x'] })) }, async (dir) => {
    const argv = [cli, 'test', '--timeout', '2s', '--reporter', 'spec', '--reporter', 'json=r.json'];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, argv, {
      ...{ cwd: dir, encoding: 'utf8', timeout: 60_000, killSignal: 'SIGTERM' },
    });
    assert.match(stdout, /1 passed, 1 failed\n$/);
    assert.is((JSON.parse(readFileSync(join(dir, 'r.json'), 'utf8')) as { failed: number }).failed, 1);
    // Other engines may end it.
    if (stderr !== '')
      assert.match(stderr, /^wasi9p: A program that was ended still runs: this process is killed\.\n$/);
    if (signal !== 'SIGKILL' || 'execve' in process) assert.is(status, 1, signal ?? '');
  });
});

test('each wrong command line has its own message, and status 2', async () => {
  await inDir({ ...(await tests()), 'x.toml': 'version = 3', 'x.txt': '' }, async (dir) => {
    const cases: [argv: string[], message: RegExp][] = [
      [['missing'], /missing does not exist/],
      [['x.txt'], /x\.txt is not a test/],
      [['--reporter', 'junk'], /--reporter junk: unknown reporter/],
      [['--reporter', 'junit='], /the file is missing: write --reporter junit=FILE/],
      [['--reporter', 'tap', '--reporter', 'json'], /Two reports go to stdout/],
      [['--reporter', 'json=no/such/dir/x'], /The report no\/such\/dir\/x cannot be written/],
      [['--shard', '3/2'], /--shard 3\/2: invalid value/],
      [['--retries', 'many'], /--retries many: invalid value/],
      [['--timeout', 'soon'], /--timeout soon: invalid value/],
      [['--jobs', '0'], /--jobs 0: invalid value/],
      [['--expect', 'none.toml'], /--expect none\.toml: it cannot be read/],
      [['--expect', 'x.toml'], /x\.toml: version 3 is not supported/],
      [['--grep', 'x'], /--filter TEXT/],
    ];
    for (const [argv, message] of cases) {
      const { status, stderr } = wasi9p(dir, ...argv);
      assert.match(stderr, message);
      assert.is(status, 2, argv.join(' '));
    }
  });
});

test('--watch runs the tests again after a change', async () => {
  await inDir(await tests(), async (dir) => {
    const child = spawn(process.execPath, [cli, 'test', '--watch', 'good'], { cwd: dir });
    let [said, out] = ['', ''];
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    const until = async (is: () => boolean): Promise<void> => {
      for (let i = 0; i < 600 && !is(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
      assert.ok(is(), `${out}\n${said}`);
    };
    try {
      await until(() => said.includes('waiting for a change'));
      assert.match(out, /1 passed, 0 failed/);
      writeFileSync(join(dir, 'good/prints.json'), JSON.stringify({ args: ['print=bye'], stdout: 'hello\n' }));
      await until(() => out.includes('0 passed, 1 failed'));
    } finally {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
    }
  });
});

test.run();
