// Tries the sentences after a run: files that are lost, options after the program, paths that were not granted, no main.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compile } from '../../toolchain/compile.ts';
import { moduleWith } from '../wasm-testing.ts';
import { scratch, wasi9p, withProgram } from './runner-testing.ts';

const hints = suite('hints after a run');
withProgram(hints);

function told(...argv: string[]): string {
  const { stdout, stderr } = wasi9p(argv);
  assert.is(stdout.replace(/^.*(?:No such file|Capabilities insufficient).*\n/gm, ''), '');
  return stderr;
}

hints('a file that is left in the root in memory is lost, and one sentence says so', () => {
  const left = (what: string): string => `wasi9p: show.wasm left ${what}.\n`;
  assert.is(
    told('run', '--dir', 'sub::/w', 'show.wasm', 'write', '/new'),
    left('/new in memory, outside of /w: it is lost'),
  );
  assert.is(
    told('run', '--stack', '8M', '--dir', 'sub::/w', 'show.wasm', 'write', '/new'),
    left('/new in memory, outside of /w: it is lost'),
  );
  const mounts = ['--overlay', 'sub::/w', '--mem', '/m'];
  assert.is(
    told('run', ...mounts, 'show.wasm', 'write', '/a\nb'),
    left('"/a\\nb" in memory, outside of /w, /m: it is lost'),
  );
  // In the mounts, in /tmp, nowhere; without a mount; and under the command line of another runtime.
  for (const argv of [
    ['run', 'show.wasm', 'write', 'new'],
    ['run', '--stack', '8M', 'show.wasm', 'write', '/new'],
    ['run', 'show.wasm', 'write', '/tmp/new'],
    ['run', '--mem', '/', 'show.wasm', 'write', 'new'],
    ['run', ...mounts, 'show.wasm', 'write', '/w/new'],
    ['run', ...mounts, 'show.wasm', 'write', '/m/new'],
    ['run', '--dir', '.', 'show.wasm', 'write', 'new'],
    ['run', 'show.wasm', 'list', '/none'],
    ['wasmtime', '--dir=.', 'show.wasm', 'write', 'new'],
  ])
    assert.is(told(...argv), '', argv.join(' '));
  fs.rmSync(join(scratch, 'pkg', 'new'));
});

hints('of several files one is named', async () => {
  const output = 'several.wasm';
  const source = `
    #include <stdio.h>
    #include <sys/stat.h>
    int main(void) {
      if (mkdir("/d", 0777) || mkdir("/d/e", 0777)) return 1;
      fclose(fopen("/d/e/f", "w"));
      fclose(fopen("/d/g", "w"));
      return 0;
    }`;
  const bytes = await compile({ sources: { 'several.c': source }, argv: ['several.c', '-o', output], output });
  fs.writeFileSync(join(scratch, 'pkg', output), bytes);
  assert.match(
    told('run', '--dir', 'sub::/w', output),
    /^wasi9p: several\.wasm left \/d\/\S+ and other files in memory, outside of \/w: they are lost\.\n$/,
  );
});

hints('options after the program are passed to it; if it fails, a sentence says so', () => {
  const passed = (flag: string): string =>
    `wasi9p: ${flag} was passed to fail.wasm: options of wasi9p come before the program.\n`;
  // It traps, whatever its arguments are.
  fs.writeFileSync(join(scratch, 'pkg', 'fail.wasm'), moduleWith({ code: [0x00] }));
  const last = (...argv: string[]): string =>
    told(...argv)
      .split('\n')
      .slice(-2)
      .join('\n');
  assert.is(last('run', 'fail.wasm', '--dir', '.', 'x'), passed('--dir'));
  assert.is(last('run', '--stack', '8M', 'fail.wasm', '--overlay=.::/w'), passed('--overlay'));
  for (const argv of [
    ['run', 'fail.wasm', '--', '--dir', '.'],
    ['run', 'fail.wasm', 'x', '--dir'],
    ['run', 'fail.wasm', '--other'],
    ['run', 'fail.wasm', '--help'],
    ['wasmtime', 'fail.wasm', '--dir', '.'],
  ])
    assert.not.match(told(...argv), 'was passed to', argv.join(' '));
  assert.is(wasi9p(['run', 'show.wasm', '--dir', '.']).stderr, '');
});

hints('a path that leads out of a grant is named', () => {
  const asked = (path: string, dir: string): string =>
    `wasi9p: show.wasm asked for ${path}, which is not granted: --dir ${dir} grants it.\n`;
  assert.is(told('run', '--dir', 'sub', 'show.wasm', 'open', 'sub/../text.wat'), asked('text.wat', '.'));
  assert.is(
    told('run', '--dir', 'sub', 'show.wasm', 'open', 'sub/../../pkg/text.wat'),
    asked('../pkg/text.wat', '../pkg'),
  );
  assert.is(told('run', '--dir', 'sub', 'show.wasm', 'write', 'sub/../out'), asked('out', '.'));
  // A name that is missing in a granted directory is ENOENT, and no grant is named.
  assert.is(told('run', '--dir', 'sub', 'show.wasm', 'open', 'sub/text.wat'), '');
  assert.is(told('run', '--dir', '.::/g', 'show.wasm', 'open', '/g/etc/passwd'), '');
});

hints('a program without a main function is said to have none', async () => {
  const output = 'no-main.wasm';
  const sources = { 'no-main.c': 'int other(void) { return 1; }' };
  fs.writeFileSync(join(scratch, 'pkg', output), await compile({ sources, argv: ['no-main.c', '-o', output], output }));
  const { status, stderr } = wasi9p(['run', output]);
  assert.is(status, 134);
  assert.match(stderr, /^wasi9p: no-main\.wasm trapped: it has no main function \(unreachable\)\n/);
});

hints('a stack that V8 cannot have is refused', () => {
  const { status, stderr } = wasi9p(['run', '--stack', '16T', 'show.wasm']);
  assert.equal(
    [status, stderr.split('\n')[0]],
    [2, 'wasi9p: --stack 16T: invalid value, expected a size of at most 950M.'],
  );
  assert.is(wasi9p(['run', '--stack', '950M', 'show.wasm', 'exit', '3']).status, 3);
  assert.is(wasi9p(['wasmtime', '-W', 'max-wasm-stack=17592186044416', 'show.wasm', 'exit', '3']).status, 3);
});

hints.run();
