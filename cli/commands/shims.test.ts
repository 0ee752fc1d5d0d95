// Tries `wasi9p shims`: the scripts work without an environment, and replace only scripts of wasi9p.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';
import { bundle } from '../testing.ts';
import { COUNTING } from '../wasm-testing.ts';

const shims = suite('wasi9p shims');
const linux = unless(NOT_LINUX, shims);
let scratch = '';
let cli = '';

shims.before(async () => {
  scratch = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'wasi9p-shims-'));
  // It exits with the number of its arguments, its name included.
  fs.writeFileSync(join(scratch, 'count'), COUNTING);
  cli = await bundle();
});

shims.after(() => {
  fs.rmSync(scratch, { recursive: true });
  fs.rmSync(dirname(cli), { recursive: true });
});

function wasi9p(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...argv], { cwd: scratch, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const NAMES = ['go_wasip1_wasm_exec', 'wasi9p-binfmt', 'wasmkit', 'wasmtime', 'wazero'];

linux('each script runs a program, with an empty environment and whatever the directory is called', () => {
  for (const dir of ['plain', `a "b" 'c' $d \\e`]) {
    const { status, stderr } = wasi9p('shims', dir);
    assert.equal([status, stderr], [0, '']);
    assert.equal(fs.readdirSync(join(scratch, dir)), NAMES);
    const called = (name: string, ...argv: string[]): number | null => {
      const done = spawnSync(join(scratch, dir, name), argv, { cwd: scratch, env: {}, encoding: 'utf8' });
      assert.equal([done.stdout, done.stderr], ['', ''], name);
      return done.status;
    };
    assert.is(called('wasmtime', '--dir=.', 'count', 'a', '--'), 3);
    assert.is(called('wasmkit', 'run', '--dir', '.', 'count', 'a b'), 2);
    assert.is(called('wazero', 'run', '-mount', '/:/', 'count', '', ''), 3);
    assert.is(called('go_wasip1_wasm_exec', './count', '-test.v', '--', '*'), 4);
    assert.is(called('wasi9p-binfmt', './count', '--', '--dir'), 3);
  }
});

linux('the variables of Go reach the program, and its options wasmtime', () => {
  wasi9p('shims', 'go');
  const env = { GOWASIRUNTIMEARGS: '--argv0 x --dri=*', PATH: '/bin' };
  const { status, stderr } = spawnSync(join(scratch, 'go/go_wasip1_wasm_exec'), ['count'], {
    cwd: scratch,
    env,
    encoding: 'utf8',
  });
  assert.is(status, 2);
  assert.match(stderr, /^wasi9p: Unknown option --dri: did you mean --dir/);
});

shims('the lines name the scripts by absolute paths; cargo gets a list where its words would be divided', () => {
  const { stdout } = wasi9p('shims', 'bin');
  const home = join(scratch, 'bin');
  for (const line of [
    `export CARGO_TARGET_WASM32_WASIP1_RUNNER="${home}/wasmtime --dir ."`,
    `export PATH="${home}:$PATH"`,
    `cmake -DCMAKE_CROSSCOMPILING_EMULATOR="${home}/wasmtime;--dir=." …`,
    `exe_wrapper = ['${home}/wasmtime', '--dir=.']`,
    `echo ':wasm:M::\\x00asm::${home}/wasi9p-binfmt:' | sudo tee /proc/sys/fs/binfmt_misc/register`,
    `echo "${home}" >> "$GITHUB_PATH"`,
  ]) {
    assert.ok(stdout.split('\n').includes(line), `${line}\n${stdout}`);
  }
  const [, toolset = ''] = /^(\{ "schemaVersion".*)$/m.exec(stdout) ?? [];
  assert.equal(JSON.parse(toolset), {
    schemaVersion: '1.0',
    testRunner: { path: `${home}/wasmkit`, extraCLIOptions: ['run', '--dir', '.'] },
  });
  assert.match(
    wasi9p('shims', 'a b').stdout,
    /^\[target\.wasm32-wasip1\]\nrunner = \["[^"]*\/a b\/wasmtime", "--dir", "\."\]$/m,
  );
});

shims('scripts are written again, and other files are never replaced', () => {
  assert.is(wasi9p('shims', 'again').status, 0);
  assert.is(wasi9p('shims', 'again').status, 0);
  const file = join(scratch, 'again', 'wasmtime');
  fs.writeFileSync(file, '#!/bin/sh\necho a real one\n');
  fs.rmSync(join(scratch, 'again', 'wazero'));
  const { status, stderr } = wasi9p('shims', 'again');
  assert.is(status, 2);
  assert.is(stderr, `wasi9p: ${file} is not a script of wasi9p: give another directory.\nTry: wasi9p help shims\n`);
  assert.is(fs.readFileSync(file, 'utf8'), '#!/bin/sh\necho a real one\n');
  assert.not.ok(fs.existsSync(join(scratch, 'again', 'wazero')), 'none of them is written');
  const blocked = wasi9p('shims', 'count/bin');
  assert.is(blocked.status, 1);
  assert.match(blocked.stderr, /^wasi9p: The scripts cannot be written to .*count\/bin: not a directory\.\n$/);
});

linux('below /proc it ends with a sentence', () => {
  const { status, stderr } = spawnSync(process.execPath, [cli, 'shims', '/proc/x'], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.equal([status, stderr], [1, 'wasi9p: The scripts cannot be written to /proc/x: no such file or directory.\n']);
});

shims.run();
