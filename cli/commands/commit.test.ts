// Commits of `run` and their recovery after signals, each in its own process, on a bundle of the command.
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compile } from '../../toolchain/compile.ts';
import { overlay } from '../../vfs/backends/overlay/index.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { refuseUnsettled } from './commit.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Changes each file f0, f1 … of a directory, and creates as many more; or creates one file. */
const PROGRAM = `
#include <stdio.h>
#include <stdlib.h>

static void put(const char *dir, const char *name, int i) {
  char path[100];
  snprintf(path, sizeof path, "%s/%s%d", dir, name, i);
  FILE *file = fopen(path, "w");
  if (!file) exit(9);
  fprintf(file, "new %d", i);
  fclose(file);
}

int main(int argc, char **argv) {
  int count = atoi(argv[2]);
  for (int i = 0; i < count; i++) put(argv[1], "f", i), put(argv[1], "g", i);
  return 0;
}
`;

/** The number of changed files. */
const COUNT = 600;

const commit = suite('wasi9p commit');
let scratch = '';
let cli = '';

commit.before(async () => {
  scratch = fs.mkdtempSync(join(fs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'wasi9p-commit-'));
  const output = 'program.wasm';
  const bytes = await compile({ sources: { 'program.c': PROGRAM }, argv: ['-O1', 'program.c', '-o', output], output });
  fs.writeFileSync(join(scratch, output), bytes);
  cli = join(ROOT, '.build', `cli-commit-${process.pid}.mjs`);
  const entryPoints = [join(ROOT, 'cli', 'main.ts')];
  const options = { bundle: true, format: 'esm', platform: 'node', packages: 'external', logLevel: 'error' } as const;
  await build({ entryPoints, outfile: cli, ...options });
});

commit.after(() => {
  fs.rmSync(scratch, { recursive: true });
  fs.rmSync(cli);
});

function wasi9p(argv: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [cli, ...argv], { cwd: scratch, encoding: 'utf8' });
}

/** Creates a directory with the files to be changed. */
function plant(name: string, count: number): string {
  const dir = join(scratch, name);
  fs.mkdirSync(dir);
  for (let i = 0; i < count; i++) fs.writeFileSync(join(dir, `f${i}`), `old ${i}`);
  return dir;
}

/** Counts the old and the new files, and lists all other names. */
function look(dir: string): { old: number; changed: number; made: number; rest: string[] } {
  const found = { old: 0, changed: 0, made: 0, rest: [] as string[] };
  for (const name of fs.readdirSync(dir)) {
    if (!/^[fg]\d+$/.test(name)) found.rest.push(name);
    else if (name.startsWith('g')) found.made++;
    else if (fs.readFileSync(join(dir, name), 'utf8') === `old ${name.slice(1)}`) found.old++;
    else if (fs.readFileSync(join(dir, name), 'utf8') === `new ${name.slice(1)}`) found.changed++;
  }
  return found;
}

interface Ending {
  status: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
}

/** True if a commit has begun its steps. */
function isAtWork(dir: string): boolean {
  return [1, 2, 3].some((phase) => fs.existsSync(join(dir, '.wasi9p-commit', `journal-${phase}`)));
}

/** Commits, and sends signals once the journal exists; null if the commit ended before. */
function tryInterrupting(
  dir: string,
  signals: readonly NodeJS.Signals[],
  options: readonly string[],
): Promise<Ending | null> {
  return new Promise((resolve) => {
    const argv = [cli, 'run', ...options, '--overlay', `${dir}::/w`, '--commit', 'program.wasm', '/w', String(COUNT)];
    const running = spawn(process.execPath, argv, { cwd: scratch, stdio: ['ignore', 'inherit', 'pipe'] });
    let stderr = '';
    let next = 0;
    const send = (): void => void (next < signals.length && running.kill(signals[next++]));
    // The second signal follows the message about the first.
    running.stderr.on('data', (bytes: Buffer) => {
      stderr += bytes.toString();
      send();
    });
    const timer = setInterval(() => {
      if (!isAtWork(dir)) return;
      clearInterval(timer);
      send();
    }, 1);
    running.on('close', (status, signal) => {
      clearInterval(timer);
      const inTime = status !== 0 && (signals.length < 2 || stderr.includes('was interrupted'));
      resolve(inTime ? { status, signal, stderr } : null);
    });
  });
}

/** Repeats this in new directories until a signal is sent in time. */
async function interrupted(
  name: string,
  signals: readonly NodeJS.Signals[],
  options: readonly string[] = [],
): Promise<Ending & { dir: string }> {
  for (let tries = 1; ; tries++) {
    const dir = plant(`${name}-${tries}`, COUNT);
    const ending = await tryInterrupting(dir, signals, options);
    if (ending !== null) return { ...ending, dir };
    assert.ok(tries < 20, 'every commit was over before a signal came');
  }
}

const OLD = { old: COUNT, changed: 0, made: 0, rest: [] };
const NEW = { old: 0, changed: COUNT, made: COUNT, rest: [] };

for (const [name, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const) {
  commit(`${name} ends the command after the commit`, async () => {
    const { status, signal, stderr, dir } = await interrupted(name, [name]);
    assert.equal([status, signal], [128 + number, null]);
    assert.match(stderr, /finishing the commit; another signal stops it/);
    assert.equal(look(dir), NEW);
  });
}

commit('a program in a thread of its own: signals wait for the commit, and a second one stops it', async () => {
  const one = await interrupted('thread', ['SIGTERM'], ['--stack', '16M']);
  assert.equal([one.status, one.signal], [143, null]);
  assert.match(one.stderr, /finishing the commit; another signal stops it/);
  assert.equal(look(one.dir), NEW);
  const two = await interrupted('thread-two', ['SIGINT', 'SIGTERM'], ['--timeout', '100s']);
  assert.equal([two.status, two.signal], [130, null]);
  assert.equal(look(two.dir).rest, ['.wasi9p-commit']);
  assert.is(wasi9p(['commit', '--undo', two.dir]).status, 0);
  assert.equal(look(two.dir), OLD);
});

commit('a second signal stops the commit at the next step, and the commit is settled later', async () => {
  for (const how of ['resume', 'undo'] as const) {
    const { status, signal, stderr, dir } = await interrupted(how, ['SIGINT', 'SIGTERM']);
    assert.equal([status, signal], [130, null]);
    assert.match(stderr, new RegExp(`interrupted.*"wasi9p commit --resume ${dir}".*"wasi9p commit --undo ${dir}"`));
    assert.equal(look(dir).rest, ['.wasi9p-commit']);
    for (let i = 0; i < 2; i++) {
      const refused = wasi9p(['run', '--overlay', `${dir}::/w`, 'program.wasm', '/w', '1']);
      assert.is(refused.status, 1);
      assert.match(refused.stderr, /has an unfinished commit.*--resume .*--undo/);
    }
    const settled = wasi9p(['commit', `--${how}`, dir]);
    assert.equal([settled.status, settled.stderr], [0, '']);
    assert.match(settled.stdout, how === 'resume' ? /the commit is complete/ : /the commit is undone/);
    assert.equal(look(dir), how === 'resume' ? NEW : OLD);
    assert.match(wasi9p(['commit', `--${how}`, dir]).stdout, /no commit was interrupted/);
    assert.equal(look(dir), how === 'resume' ? NEW : OLD);
  }
});

commit('kill -9 leaves a commit that is settled later', async () => {
  const { signal, dir } = await interrupted('killed', ['SIGKILL']);
  assert.is(signal, 'SIGKILL');
  assert.is(wasi9p(['run', '--overlay', `${dir}::/w`, '--commit', 'program.wasm', '/w', '1']).status, 1);
  assert.is(wasi9p(['commit', '--undo', dir]).status, 0);
  assert.equal(look(dir), OLD);
});

commit('another process neither settles a commit in progress nor starts one', async () => {
  let refused: ReturnType<typeof wasi9p>[] = [];
  for (let tries = 0; refused.length === 0; tries++) {
    assert.ok(tries < 20, 'every commit was over at once');
    const dir = plant(`busy-${tries}`, COUNT);
    const argv = [cli, 'run', '--overlay', `${dir}::/w`, '--commit', 'program.wasm', '/w', String(COUNT)];
    const running = spawn(process.execPath, argv, { cwd: scratch, stdio: 'inherit' });
    const ended = new Promise((resolve) => void running.on('close', resolve));
    while (!isAtWork(dir) && running.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 1));
    running.kill('SIGSTOP');
    if (isAtWork(dir)) {
      const again = ['run', '--overlay', `${dir}::/w`, 'program.wasm', '/w', '1'];
      refused = [['commit', '--undo', dir], again].map(wasi9p);
    }
    running.kill('SIGCONT');
    assert.is(await ended, 0);
    for (const { status, stderr } of refused) {
      assert.is(status, 1);
      assert.match(stderr, new RegExp(`[Pp]rocess ${running.pid} is committing to .*: wait until it ends`));
    }
    assert.equal(look(dir), NEW);
  }
});

commit('--commit=durable commits, and usage errors end with status 2', () => {
  const dir = plant('durable', 2);
  const over = ['run', '--overlay', `${dir}::/w`];
  assert.is(wasi9p([...over, '--commit=durable', 'program.wasm', '/w', '2']).status, 0);
  assert.equal(look(dir), { old: 0, changed: 2, made: 2, rest: [] });
  for (const argv of [
    [...over, '--commit=sometimes', 'program.wasm', '/w', '2'],
    ['commit'],
    ['commit', '--resume', dir, '--undo', dir],
    ['commit', '--undo', join(dir, 'f0')],
    ['commit', '--undo', dir, 'more'],
  ]) {
    const { status, stderr } = wasi9p(argv);
    assert.equal([status, stderr.split('\n').length], [2, 3], argv.join(' '));
  }
});

commit('a directory of this name that is the user’s own is left alone', () => {
  const dir = plant('own', 2);
  fs.mkdirSync(join(dir, '.wasi9p-commit'));
  fs.writeFileSync(join(dir, '.wasi9p-commit', 'journal-1'), 'mine');
  assert.match(wasi9p(['commit', '--undo', dir]).stdout, /no commit was interrupted/);
  assert.is(wasi9p(['run', '--overlay', `${dir}::/w`, '--commit', 'program.wasm', '/w', '2']).status, 0);
  assert.equal(look(dir), { old: 0, changed: 2, made: 2, rest: ['.wasi9p-commit'] });
  assert.is(fs.readFileSync(join(dir, '.wasi9p-commit', 'journal-1'), 'utf8'), 'mine');
});

commit('a lower directory that cannot be listed is reported in a sentence', () => {
  const lower = ram();
  // As a host directory without read permission, which root can always list.
  lower.list = () => {
    throw Object.assign(new Error('EACCES'), { code: 'EACCES', errno: -13, syscall: 'opendir' });
  };
  const mount = { guest: '/w', backend: overlay({ lower, upper: ram() }), host: 'locked' };
  assert.throws(() => refuseUnsettled([mount]), /^locked cannot be listed: permission denied\.$/);
});

commit.run();
