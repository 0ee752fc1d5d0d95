// Another process swaps files and directories for symlinks during a copy: no file outside is touched.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cp } from '../commands/cp.ts';
import { inScratch, runIt } from '../testing.ts';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';

const linux = unless(NOT_LINUX);

/** The number of copies, each of thirty files; up to MOST on a busy machine, where the processes seldom meet. */
const ROUNDS = 100;
const MOST = 1000;
const COUNT = 10;

/** Swaps each path for a symlink and back, until it is killed. */
const SWAP = `
const fs = require('node:fs');
const pairs = JSON.parse(process.argv[1]);
for (;;) for (const [path, target] of pairs) {
  try {
    fs.renameSync(path, 'aside');
    fs.symlinkSync(target, path);
    fs.readdirSync('.');
    fs.unlinkSync(path);
  } catch {}
  try { fs.renameSync('aside', path); } catch { fs.rmSync('aside', { recursive: true, force: true }); }
}`;

function tree(dir: string, content: string): void {
  for (let i = 0; i < COUNT; i++) {
    fs.mkdirSync(`${dir}/d${i}`, { recursive: true, mode: 0o755 });
    fs.writeFileSync(`${dir}/d${i}/x`, content);
    fs.writeFileSync(`${dir}/f${i}`, content);
  }
}

/** The outside: no file here may be read, written or changed. */
function outside(): string {
  return ['outside', 'outside/x', 'secret']
    .map((path) => {
      const { mode, mtimeNs, nlink } = fs.lstatSync(path, { bigint: true });
      return `${path} ${mode} ${mtimeNs} ${nlink} ${path === 'outside' ? fs.readdirSync(path).join() : fs.readFileSync(path, 'utf8')}`;
    })
    .join('\n');
}

/** Acts while another process swaps: ROUNDS times, and on until they have `met`. */
function race(dir: string, act: (round: number) => void, met: () => boolean = () => true): void {
  inScratch(() => {
    tree('src', 'public');
    fs.mkdirSync('outside', { mode: 0o700 });
    fs.writeFileSync('outside/x', 'SECRET', { mode: 0o600 });
    fs.writeFileSync('secret', 'SECRET', { mode: 0o600 });
    tree(dir, 'public');
    const before = outside();
    const pairs = Array.from({ length: COUNT }, (_, i) => [
      [`${dir}/f${i}`, `${process.cwd()}/secret`],
      [`${dir}/d${i}`, `${process.cwd()}/outside`],
    ]).flat();
    const swapper = spawn(process.execPath, ['-e', SWAP, JSON.stringify(pairs)], { stdio: 'ignore' });
    try {
      // The process takes a while to start.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      for (let round = 0; round < ROUNDS || (round < MOST && !met()); round++) {
        act(round);
        assert.is(outside(), before, `round ${round}`);
      }
    } finally {
      swapper.kill('SIGKILL');
    }
    assert.is(outside(), before);
  });
}

linux('a swap of the source directory does not redirect the copy', () => {
  let copied = 0;
  let seen = 0;
  race(
    'src',
    () => {
      runIt(cp, ['-r', 'src', 'copy']);
      for (let i = 0; i < COUNT; i++) {
        for (const name of [`f${i}`, `d${i}`, `d${i}/x`]) {
          const st = fs.lstatSync(`copy/${name}`, { throwIfNoEntry: false });
          // A symlink is copied as a symlink, with its target.
          if (st?.isSymbolicLink() === true) seen++;
          if (st?.isFile() !== true || fs.lstatSync(`copy/${name.replace('/x', '')}`).isSymbolicLink()) continue;
          copied++;
          assert.is(fs.readFileSync(`copy/${name}`, 'utf8'), 'public', name);
        }
      }
      fs.rmSync('copy', { recursive: true });
    },
    () => seen > 0,
  );
  assert.ok(copied > ROUNDS, `${copied} files were copied`);
  assert.ok(seen > 0, 'no symlink was seen');
});

linux('a swap of the target directory does not redirect the copy', () => {
  race('copy/src', () => runIt(cp, ['-r', 'src', 'copy']));
});

test.run();
