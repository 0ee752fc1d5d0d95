// Tries the commands on a 9P server in another thread: `run --mount`, and places that are URLs.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Capture } from '../../toolchain/capture.ts';
import { compile } from '../../toolchain/compile.ts';
import { ServerThread } from '../../vfs/remote/testing.ts';
import { bundle } from '../testing.ts';
import { cat } from './cat.ts';
import { cp } from './cp.ts';
import { ls } from './ls.ts';
import { runTool, type Tool } from './tool.ts';
import { tree } from './tree.ts';

const places = suite('places on a server');
let scratch = '';
let cli = '';
let server: ServerThread;

places.before(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'wasi9p-places-'));
  server = await ServerThread.start();
  cli = await bundle();
  const source = `#include <stdio.h>
int main(int argc, char **argv) {
  FILE *from = fopen(argv[1], "r"), *to = fopen(argv[2], "w");
  if (!from || !to) return perror(argv[1]), 1;
  for (int c; (c = getc(from)) != EOF;) putc(c ^ 32, to);
  return fclose(to);
}`;
  const job = { sources: { 'flip.c': source }, argv: ['-O1', 'flip.c', '-o', 'flip.wasm'], output: 'flip.wasm' };
  writeFileSync(join(scratch, 'flip.wasm'), await compile(job));
});

places.after(async () => {
  await server.end();
  rmSync(scratch, { recursive: true });
  rmSync(dirname(cli), { recursive: true });
});

function using(tool: Tool, ...argv: string[]): { status: number; stdout: string; stderr: string } {
  const [out, err] = [new Capture(), new Capture()];
  const io = { stdout: out.sink, stderr: err.sink, stderrIsTerminal: false, archives: [] };
  return { status: runTool(tool, argv, io), stdout: out.text(), stderr: err.text() };
}

places('cp, ls, cat, tree and run work on the same files', () => {
  const file = join(scratch, 'file');
  writeFileSync(file, 'content');
  assert.equal(using(cp, file, `${server.url}::/copy`), { status: 0, stdout: '', stderr: '' });
  assert.is(using(ls, `${server.url}::`).stdout, 'copy\n');
  assert.is(using(ls, server.url).stdout, 'copy\n');
  assert.is(using(cat, `${server.url}::/copy`).stdout, 'content');
  const mount = ['run', '--mount', `${server.url}?cache=none::/data`, join(scratch, 'flip.wasm')];
  const ran = spawnSync(process.execPath, [cli, ...mount, '/data/copy', '/data/flipped'], { encoding: 'utf8' });
  assert.equal([ran.status, ran.stdout, ran.stderr], [0, '', '']);
  assert.is(using(cat, `${server.url}::flipped`).stdout, 'CONTENT');
  assert.match(using(tree, `${server.url}::/`).stdout, /├── copy\n└── flipped\n/);
  assert.is(using(cp, '-r', `${server.url}::/`, join(scratch, 'all')).status, 0);
  assert.is(readFileSync(join(scratch, 'all', 'flipped'), 'utf8'), 'CONTENT');
  assert.equal(server.atRest().sessions, 0);
});

places('what is not there is one sentence', () => {
  const url = `9p+unix:${scratch}/none`;
  assert.match(
    using(ls, url).stderr,
    /^wasi9p ls: \S+none: cannot be reached: ENOENT\. Check that a 9P server listens there\n?/,
  );
  assert.match(using(cat, `${server.url}::/nope`).stderr, /nope: no such file or directory/);
  const run = (...argv: string[]): [number | null, string] => {
    const { status, stderr } = spawnSync(process.execPath, [cli, ...argv], { encoding: 'utf8' });
    return [status, stderr.split('\n')[0]!];
  };
  const program = join(scratch, 'flip.wasm');
  const [status, sentence] = run('run', '--mount', `${url}::/data`, program);
  assert.is(status, 1);
  assert.match(
    sentence,
    /^wasi9p: 9p\+unix:\S+none cannot be reached: ENOENT\. Check that a 9P server listens there\.$/,
  );
  for (const [mount, why] of [
    ['9p+tcp://h', "--mount 9p+tcp://h: the program's path is missing: write --mount 9p+tcp://h::/GUEST."],
    ['9p+tcp://[::1]', "--mount 9p+tcp://[::1]: the program's path is missing: write --mount 9p+tcp://[::1]::/GUEST."],
    ['9p+tpc://h::/a', '9p+tpc://h: the scheme 9p+tpc is unknown: write 9p+tcp://HOST:PORT/ANAME, '],
    [
      'dir::/a',
      '--mount dir::/a: dir is not the URL of a 9P server: write 9p+tcp://HOST:PORT/ANAME::/GUEST, or --dir for a directory.',
    ],
  ] as const) {
    const [code, text] = run('run', '--mount', mount, program);
    assert.is(code, 2);
    assert.ok(text.includes(why), text);
  }
});

places.run();
