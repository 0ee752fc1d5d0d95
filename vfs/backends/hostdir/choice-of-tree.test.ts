// hostDir() chooses libc, node:fs or paths: never paths because of an error, only without /proc or on request.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hostDir } from './index.ts';
import { scratch, waysHere } from './testing.ts';
import { NOT_LINUX, unless } from '../../../build/test/skip.ts';

const linux = unless(NOT_LINUX);

/** Returns how a directory was exported, or the error. */
interface Start {
  limits?: string;
  code?: unknown;
  message?: string;
}

function start(path: string, options?: { paths: boolean }): Start {
  try {
    const backend = hostDir(path, options);
    const { limits } = backend;
    backend.close();
    return { limits };
  } catch (thrown) {
    return { code: (thrown as { code?: unknown }).code, message: (thrown as Error).message };
  }
}

const descriptors = (): number => fs.readdirSync('/proc/self/fd').length;

/** Runs a test with a node:fs in which some calls are replaced. */
function withFs(other: Record<string, unknown>, run: () => void): void {
  const own = process.getBuiltinModule;
  process.getBuiltinModule = (() => ({ ...fs, ...other })) as unknown as typeof own;
  try {
    run();
  } finally {
    process.getBuiltinModule = own;
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: made up`), { code });
}

for (const [way, reason] of waysHere()) {
  unless(NOT_LINUX || reason)(`${way} is taken if it is asked for`, () => {
    const { root, remove } = scratch();
    const before = descriptors();
    const backend = hostDir(root, { way: way! });
    assert.is(backend.way, way);
    assert.is(backend.limits, '');
    backend.close();
    assert.is(descriptors(), before);
    assert.throws(() => hostDir(root, { way: way!, paths: true }), /exclude each other/);
    assert.throws(() => hostDir(`${root}/none`, { way: way! }), /ENOENT/);
    remove();
  });
}

test('a path that is no directory is an error that names the argument, with the code and the path', () => {
  const { root, remove } = scratch();
  fs.writeFileSync(`${root}/file`, '');
  for (const options of [{}, { paths: true }]) {
    for (const [name, code] of [
      ['none', 'ENOENT'],
      ['file', 'ENOTDIR'],
    ] as const) {
      const path = `${root}/${name}`;
      try {
        hostDir(path, options);
        assert.unreachable();
      } catch (thrown) {
        const { message, code: got } = thrown as NodeJS.ErrnoException;
        assert.is(got, code);
        assert.match(message, new RegExp(`^"path" must be a directory that can be opened: ${code}: `));
      }
    }
  }
  remove();
});

linux('with any number of descriptors left it goes by descriptors, or is EMFILE', () => {
  const { root, remove } = scratch();
  const child = spawnSync('sh', ['-c', 'ulimit -n 64 && exec "$0" "$1"', process.execPath, process.argv[1]!], {
    env: { ...process.env, WASI9P_NONE_LEFT: root },
    encoding: 'utf8',
  });
  assert.is(child.stderr, '');
  const starts = JSON.parse(child.stdout) as Start[];
  assert.is(starts[0]!.code, 'EMFILE', 'none left');
  assert.is(starts.at(-1)!.limits, '', 'enough left');
  for (const { limits, code } of starts) assert.ok(limits === '' || code === 'EMFILE', `${limits} ${String(code)}`);
  remove();
});

/** The child process of the test before: fills the table of descriptors, and frees one more for each try. */
function withNoneLeft(root: string): void {
  // Modules loaded late need descriptors of their own.
  start(root);
  const taken: number[] = [];
  try {
    for (;;) taken.push(fs.openSync('/dev/null', 'r'));
  } catch {
    // The table is full.
  }
  const starts: Start[] = [];
  for (let free = 0; free < 6; free++) {
    starts.push(start(root));
    fs.closeSync(taken.pop()!);
  }
  console.log(JSON.stringify(starts));
}

linux('no failure of a call is a reason for going by paths', () => {
  const { root, remove } = scratch();
  const before = descriptors();
  const calls = ['openSync', 'fstatSync', 'statSync', 'readlinkSync'] as const;
  for (const name of calls) {
    for (const code of ['EMFILE', 'ENFILE', 'EIO', 'EACCES', 'EPERM', 'ENOMEM', 'ENOENT', 'ELOOP', 'EINTR']) {
      for (let at = 0; at < 3; at++) {
        let left = at;
        const call = fs[name] as (...args: unknown[]) => unknown;
        const failing = (...args: unknown[]): unknown => {
          if (left-- === 0) throw failure(code);
          return call(...args);
        };
        withFs({ [name]: failing }, () => {
          const { limits, code: actual } = start(root);
          if (left >= 0) assert.is(limits, '', 'it did not fail');
          else assert.is(actual, code, `${name}, call ${at}: ${limits}`);
        });
        assert.is(descriptors(), before, `${name} ${code}`);
      }
    }
  }
  remove();
});

linux('a /proc that leads elsewhere is reported, with the way out', () => {
  const { root, outside, remove } = scratch();
  withFs({ statSync: (_: string, options: object) => fs.statSync(outside, options) }, () => {
    const { message } = start(root);
    assert.match(message!, /cannot be exported safely.*leads to another file.*\{ paths: true \}/);
  });
  remove();
});

linux('without a /proc, and by wish, it goes by paths and says so', () => {
  const { root, remove } = scratch();
  const gone = {
    statSync: (path: string, options: object) => {
      if (path.startsWith('/proc/')) throw failure('ENOENT');
      return fs.statSync(path, options);
    },
    lstatSync: (path: string, options: object) => (path === '/proc/self' ? undefined : fs.lstatSync(path, options)),
  };
  withFs(gone, () => assert.match(start(root).limits!, /swaps directories/));
  assert.match(start(root, { paths: true }).limits!, /swaps directories/);
  assert.is(start(root, { paths: false }).limits, '');
  remove();
});

if (process.env['WASI9P_NONE_LEFT'] === undefined) test.run();
else withNoneLeft(process.env['WASI9P_NONE_LEFT']);
