// The journal is read as it was written; a truncated or forged one is refused and touches nothing outside.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { S_IFREG } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import { hostDir } from '../../hostdir/index.ts';
import { scratch } from '../../hostdir/testing.ts';
import { settle, unsettled } from '../index.ts';
import { linesOf, parseJournal, type Journal, type Out } from './journal.ts';

const WAS = { kind: S_IFREG, ino: 5 };
const LOOK = { mode: 0o100644, atime: [1, 2], mtime: [-3, 4], xattrs: [['user.a', '00ff']] } as const;
const JOURNAL: Journal = {
  out: [{ do: 'out', path: ['a', 'ü\n'], to: 'old-0', was: WAS, dirs: [[[], [1, 2]]] }],
  into: [
    { do: 'in', from: 'new-1', path: ['a'], is: WAS },
    { do: 'over', from: 'mv-2', path: ['b'], to: 'old-3', was: WAS, is: { ...WAS, mtime: [1, 2] } },
  ],
  writes: [{ do: 'write', path: ['c'], from: 'new-4', old: 'old-5', is: WAS }],
  dresses: [
    { do: 'dress', old: [], was: { ...LOOK, xattrs: null }, path: null, is: null, mark: WAS, opens: 0o700 },
    { do: 'dress', old: null, was: null, path: ['d'], is: { ...LOOK, xattrs: [...LOOK.xattrs] }, mark: WAS, opens: 0 },
  ],
};

const textOf = (journal: Journal): string => [...linesOf(journal)].join('');

/** A journal with one step that moves an entry out. */
const taking = (step: object): string =>
  textOf({ out: [{ ...JOURNAL.out[0], ...step } as Out], into: [], writes: [], dresses: [] });

test('a journal is read as it was written', () => {
  assert.equal(parseJournal(textOf(JOURNAL)), JOURNAL);
});

test('a journal that is cut off anywhere is none', () => {
  const text = textOf(JOURNAL);
  for (let at = 0; at < text.length; at++) assert.is(parseJournal(text.slice(0, at)), null);
  assert.is(parseJournal(text.replace('journal 1', 'journal 2')), null);
});

const FORGED: readonly object[] = [
  { path: ['..', 'outside', 'f'] },
  { path: ['a', '..', '..', 'outside'] },
  { path: ['../outside/f'] },
  { path: ['.'] },
  { path: [''] },
  { path: ['a\0'] },
  { path: [] },
  { path: 'a' },
  { to: '../../outside/f' },
  { to: 'journal-1' },
  { do: 'constructor' },
  { do: '__proto__' },
  { was: { kind: 'x', ino: 0 } },
  { dirs: [[['..'], [0, 0]]] },
];

test('a journal that leads out of its directory is invalid, and files there are left alone', () => {
  for (const step of FORGED) {
    assert.is(parseJournal(taking(step)), null, JSON.stringify(step));
    const { root, outside, remove } = scratch();
    fs.writeFileSync(`${outside}/f`, 'outside');
    fs.mkdirSync(`${root}/.wasi9p-commit`, 0o1700);
    fs.writeFileSync(`${root}/.wasi9p-commit/owner.0.0.0.1`, '');
    fs.writeFileSync(`${root}/.wasi9p-commit/journal-1`, taking(step));
    const lower = hostDir(root);
    assert.equal(unsettled(lower), [{ name: '.wasi9p-commit', process: 0 }]);
    for (const how of ['resume', 'undo'] as const) {
      assert.equal(settle(lower, how), { errno: E.EINVAL, path: '.wasi9p-commit', outcome: 'nothing' });
    }
    assert.equal([fs.readdirSync(outside), fs.readdirSync(`${root}/.wasi9p-commit`).length], [['f'], 2]);
    lower.close();
    remove();
  }
});

test('a symlink in the place of a directory of the journal is not followed', () => {
  const { root, outside, remove } = scratch();
  fs.writeFileSync(`${outside}/f`, 'outside');
  fs.symlinkSync('../outside', `${root}/link`);
  fs.mkdirSync(`${root}/.wasi9p-commit`, 0o1700);
  fs.writeFileSync(`${root}/.wasi9p-commit/owner.0.0.0.1`, '');
  fs.writeFileSync(`${root}/.wasi9p-commit/journal-1`, taking({ path: ['link', 'f'], was: { kind: S_IFREG, ino: 0 } }));
  const lower = hostDir(root);
  assert.equal(settle(lower, 'resume'), { errno: E.ENOTDIR, path: 'link/f', outcome: 'nothing' });
  assert.equal(fs.readdirSync(outside), ['f']);
  lower.close();
  remove();
});

test('a fifo, a directory or a symlink in place of a staged file is not opened, and no file is truncated', () => {
  const writing: Journal = {
    ...{ out: [], into: [], dresses: [] },
    writes: [{ do: 'write', path: ['f'], from: 'new-0', old: 'old-1', is: { kind: S_IFREG, ino: 0 } }],
  };
  for (const kind of ['fifo', 'directory', 'symlink'] as const) {
    for (const name of ['new-0', 'journal-3'] as const) {
      const { root, outside, remove } = scratch();
      const staging = `${root}/.wasi9p-commit`;
      fs.writeFileSync(`${outside}/f`, 'outside');
      fs.writeFileSync(`${root}/f`, 'what there was');
      fs.mkdirSync(staging, 0o1700);
      fs.writeFileSync(`${staging}/owner.0.0.0.1`, '');
      if (name !== 'journal-3') fs.writeFileSync(`${staging}/journal-3`, textOf(writing));
      if (kind === 'fifo') execFileSync('mkfifo', [`${staging}/${name}`]);
      else if (kind === 'directory') fs.mkdirSync(`${staging}/${name}`);
      else fs.symlinkSync('../../outside/f', `${staging}/${name}`);
      const lower = hostDir(root);
      assert.is.not(settle(lower, 'resume').errno, 0, `${kind} ${name}`);
      assert.is(fs.readFileSync(`${root}/f`, 'utf8'), 'what there was', `${kind} ${name}`);
      lower.close();
      remove();
    }
  }
});

test('a directory that was just made is ours, also where the set-group-ID bit comes with it', () => {
  for (const mode of [0o1700, 0o3700]) {
    const { root, remove } = scratch();
    const lower = hostDir(root);
    try {
      fs.mkdirSync(`${root}/.wasi9p-commit`);
      fs.chmodSync(`${root}/.wasi9p-commit`, mode);
      assert.equal(unsettled(lower), [{ name: '.wasi9p-commit', process: 0 }]);
      assert.is(settle(lower, 'undo').errno, 0);
      assert.equal(fs.readdirSync(root), []);
    } finally {
      lower.close();
      remove();
    }
  }
});

test.run();
