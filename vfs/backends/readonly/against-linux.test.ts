// The same calls on a tmpfs that the kernel has mounted read-only, and on a read-only view of ours: the same errnos.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_ATIME, SETATTR_MTIME } from '../../9p/constants.ts';
import {
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../../linux/constants.ts';
import { FileStatus } from '../../client/attributes.ts';
import { errnoName } from '../../linux/errno.ts';
import type { Kit } from '../../../testing/kit.ts';
import { mounted } from '../tar/testing.ts';
import { ram } from '../ram/index.ts';
import { readOnly } from './index.ts';
import { unless } from '../../../build/test/skip.ts';

type Call = [op: string, path: string, other: string | number];

/** Runs in the kernel's namespace, as a program of Node: a tree, the read-only mount of it, and the calls. */
const KERNEL = `
const fs = require('node:fs');
const { execFileSync } = require('node:child_process');
const [, dir] = process.argv;
execFileSync('mount', ['-t', 'tmpfs', 'none', dir]);
process.chdir(dir);
fs.writeFileSync('f', 'data');
for (const name of ['d', 'd/sub', 'e']) fs.mkdirSync(name);
fs.writeFileSync('d/g', 'g');
for (const [name, target] of [['l', 'f'], ['ld', 'd'], ['dangling', 'none'], ['loop', 'loop']]) fs.symlinkSync(target, name);
fs.linkSync('f', 'h');
execFileSync('mount', ['-o', 'remount,ro', dir]);
const ops = {
  open: (path, flags) => fs.closeSync(fs.openSync(path, flags)),
  mkdir: (path) => fs.mkdirSync(path),
  symlink: (path, target) => fs.symlinkSync(target, path),
  link: (path, to) => fs.linkSync(path, to),
  unlink: (path) => fs.unlinkSync(path),
  rmdir: (path) => fs.rmdirSync(path),
  rename: (path, to) => fs.renameSync(path, to),
  utimes: (path) => fs.utimesSync(path, 1, 1),
  lutimes: (path) => fs.lutimesSync(path, 1, 1),
  readlink: (path) => fs.readlinkSync(path),
  stat: (path) => fs.statSync(path),
};
const results = JSON.parse(fs.readFileSync(0, 'utf8')).map(([op, path, other]) => {
  try {
    ops[op](path, other);
    return 'ok';
  } catch (error) {
    return error.code;
  }
});
process.stdout.write(JSON.stringify(results));
`;

/** The kernel's answers; or the reason why there are none. */
function askKernel(calls: readonly Call[]): string[] | string {
  if (process.platform !== 'linux') return `the host is ${process.platform}, not Linux`;
  const dir = mkdtempSync(join(tmpdir(), 'wasi9p-ro-'));
  const { status, stdout, stderr, error } = spawnSync('unshare', ['-rm', process.execPath, '-e', KERNEL, dir], {
    input: JSON.stringify(calls),
    encoding: 'utf8',
  });
  rmSync(dir, { recursive: true });
  if (status === 0) return JSON.parse(stdout) as string[];
  const [line = ''] = (error?.message ?? stderr).split('\n').filter((text) => text.includes('not permitted') || error);
  if (error !== undefined || line !== '') return `a tmpfs of its own cannot be mounted here: ${line}`;
  throw new Error(stderr);
}

function fillOurs(kit: Kit): void {
  kit.put('f', 'data');
  for (const name of ['d', 'd/sub', 'e']) kit.mkdir(name);
  kit.put('d/g', 'g');
  for (const [name, target] of [
    ['l', 'f'],
    ['ld', 'd'],
    ['dangling', 'none'],
    ['loop', 'loop'],
  ] as const)
    kit.symlink(target, name);
  kit.link('f', 'h');
}

/** The call on ours. */
function run(kit: Kit, [op, path, other]: Call): string {
  const { at, client } = kit.mount;
  const times = SETATTR_ATIME | SETATTR_MTIME;
  switch (op) {
    case 'open':
      return kit.openError(path, other as number);
    case 'mkdir':
      return kit.mkdir(path);
    case 'symlink':
      return kit.symlink(String(other), path);
    case 'link':
      return kit.link(path, String(other));
    case 'unlink':
      return kit.unlink(path);
    case 'rmdir':
      return kit.rmdir(path);
    case 'rename':
      return kit.rename(path, String(other));
    case 'readlink': {
      const target = at.readlinkat(client.root, path);
      return errnoName(typeof target === 'string' ? 0 : target);
    }
    case 'stat':
      return errnoName(at.statat(client.root, path, true, 0x7ff, new FileStatus()));
    default:
      return errnoName(at.utimensat(client.root, path, op === 'utimes', times, 0, 0, 0, 0));
  }
}

const NAMES = ['f', 'd', 'e', 'h', 'l', 'ld', 'dangling', 'loop', 'none', 'd/g', 'd/none', 'f/x', 'none/x', 'ld/g'];
const ODD = ['.', '', 'd/.', 'd/..', 'x'.repeat(256), 'd/sub/../g', 'ld/sub', 'dangling/x', 'loop/x'];
const PATHS = [...NAMES, ...NAMES.map((name) => `${name}/`), ...ODD];
const FLAGS = [O_RDONLY, O_WRONLY, O_RDWR].flatMap((access) =>
  [0, O_CREAT, O_CREAT | O_EXCL, O_DIRECTORY].flatMap((how) =>
    [0, O_TRUNC, O_NOFOLLOW].map((more) => access | how | more),
  ),
);

/**
 * With a slash at the end the client looks at the names of unlink and rename itself, before the server can say that
 * nothing is removed at all.
 */
function isLookedUpFirst([op, path, other]: Call): boolean {
  return (op === 'unlink' || op === 'rename') && (path.endsWith('/') || String(other).endsWith('/'));
}

const ALL: Call[] = PATHS.flatMap((path) => [
  ...FLAGS.map((flags): Call => ['open', path, flags]),
  ...['mkdir', 'unlink', 'rmdir', 'utimes', 'lutimes', 'readlink', 'stat'].map((op): Call => [op, path, 0]),
  ...['t', ''].map((target): Call => ['symlink', path, target]),
  ...PATHS.flatMap((to): Call[] => [
    ['link', path, to],
    ['rename', path, to],
  ]),
]);

const CALLS = ALL.filter((call) => !isLookedUpFirst(call));

const answers = askKernel(CALLS);
const compare = unless(typeof answers === 'string' ? answers : '');

compare(`${CALLS.length} calls fail on a view as they do on a tmpfs that is mounted read-only`, () => {
  const store = ram();
  mounted(store, fillOurs);
  mounted(readOnly(store), (kit) => {
    const different: string[] = [];
    for (const [i, call] of CALLS.entries()) {
      const ours = run(kit, call);
      if (ours !== answers[i]) different.push(`${call.join(' ')}: Linux ${answers[i]}, ours ${ours}`);
    }
    assert.is(different.slice(0, 20).join('\n'), '', `${different.length} are different`);
  });
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  for (const errno of ['ok', 'EROFS', 'ENOENT', 'EEXIST', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG', 'EBUSY'])
    assert.ok(counts.get(errno)! > 5, `${errno}: ${counts.get(errno)}`);
});

test('the calls are many', () => {
  assert.ok(CALLS.length > 3000, String(CALLS.length));
});

test.run();
