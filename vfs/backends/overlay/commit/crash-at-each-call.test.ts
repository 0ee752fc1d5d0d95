// The process dies at each host call of a commit in turn: resuming completes it, undoing reverts it, and each file is
// old or new.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Kit } from '../../../../testing/kit.ts';
import { HostDirStore } from '../../hostdir/backend.ts';
import { hostDir } from '../../hostdir/index.ts';
import type { Fs } from '../../hostdir/node/node.ts';
import { PathTree } from '../../hostdir/tree/paths/path-tree.ts';
import { scratch, throughProc } from '../../hostdir/testing.ts';
import { plant, snapshot, texts, work } from './testing.ts';
import { overlay, settle, unsettled, type SettleResult } from '../index.ts';

/** Calls that change the tree. */
const CHANGES = new Set(
  'mkdir rename link symlink unlink rmdir write ftruncate chmod chown utimes fsync fdatasync'
    .split(' ')
    .map((name) => `${name}Sync`),
);
/** Calls that still work after the death: the kernel closes a process's descriptors. */
const AFTERWARDS = new Set(['closeSync']);

/** A host whose process dies before a change: every later call fails. */
class Host {
  left: number;
  readonly fs: Fs;

  constructor(left: number) {
    this.left = left;
    this.fs = new Proxy(fs, {
      get: (target, key: keyof Fs) => {
        const call = target[key];
        if (typeof call !== 'function' || AFTERWARDS.has(key)) return call;
        return (...args: unknown[]): unknown => {
          if (this.left > 0 && changes(key, args) && --this.left === 0) {
            // Half of the data is written.
            if (key === 'writeSync') this.half(args);
          }
          if (this.left <= 0) throw Object.assign(new Error('EIO: it is dead'), { code: 'EIO' });
          return (call as (...args: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  }

  private half([fd, u8, start, length, at]: unknown[]): void {
    fs.writeSync(fd as number, u8 as Uint8Array, start as number, (length as number) >> 1, at as number);
  }

  open(root: string): HostDirStore {
    return process.platform === 'linux' ? throughProc(this.fs, root) : new HostDirStore(new PathTree(this.fs, root));
  }
}

function changes(key: string, args: unknown[]): boolean {
  return CHANGES.has(key) || (key === 'openSync' && ((args[1] as number) & fs.constants.O_CREAT) !== 0);
}

/** Commits until the process dies. Returns true if it did. */
function commitUntil(root: string, left: number, durable = false): boolean {
  const host = new Host(Infinity);
  const lower = host.open(root);
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  work(kit);
  kit.end();
  host.left = left;
  merged.commit({ durable });
  const died = host.left <= 0;
  host.left = Infinity;
  lower.close();
  return died;
}

function settled(root: string, how: 'resume' | 'undo', left = Infinity): SettleResult {
  const host = new Host(left);
  const lower = host.open(root);
  const result = settle(lower, how);
  host.left = Infinity;
  lower.close();
  return result;
}

/** A directory where fsync(2) is fast, if there is one. */
const FAST = fs.existsSync('/dev/shm') ? '/dev/shm' : undefined;

function inTree(run: (root: string) => void): void {
  const { root, remove } = scratch(FAST);
  try {
    plant(root);
    run(root);
  } finally {
    remove();
  }
}

/** The tree before and after, and the content of files of both. */
function both(): { old: string[]; done: string[]; kept: string[] } {
  let [old, done, kept]: string[][] = [[], [], []];
  inTree((root) => {
    old = listed(root);
    const before = texts(root);
    assert.not.ok(commitUntil(root, Infinity));
    done = listed(root);
    const after = texts(root);
    kept = [...before].filter((text) => after.has(text));
  });
  return { old, done, kept } as { old: string[]; done: string[]; kept: string[] };
}

/** Without the root's time: a process that dies before it has written the journal has not recorded it. */
function listed(root: string): string[] {
  return [...snapshot(root)].map(([path, line]) => (path === '.' ? line.split(' ')[0]! : `${path} ${line}`));
}

for (const durable of [false, true]) {
  test(`dies at any change${durable ? ' of a durable commit' : ''}: resumed it is done, undone it is not`, () => {
    const { old, done, kept } = both();
    assert.ok(kept.length > 8);
    const met = { nothing: 0, completed: 0, undone: 0 };
    for (const how of ['resume', 'undo'] as const) {
      for (let n = 1, died = true; died; n += durable ? 7 : 1) {
        inTree((root) => {
          died = commitUntil(root, n, durable);
          const there = texts(root);
          for (const text of kept) assert.ok(there.has(text), `${text} is gone after change ${n}`);
          const { errno, outcome, path } = settled(root, how);
          assert.equal([errno, path], [0, ''], `${how} after change ${n}`);
          met[outcome]++;
          const now = listed(root);
          if (outcome === 'completed') assert.equal(now, done, `completed after change ${n}`);
          else if (outcome === 'undone') assert.equal(now, old, `undone after change ${n}`);
          else
            assert.ok(
              [old, done].some((tree) => tree.join('\n') === now.join('\n')),
              `${how} after change ${n}`,
            );
          assert.equal(settled(root, how), { errno: 0, path: '', outcome: 'nothing' });
          assert.equal(listed(root), now);
        });
      }
    }
    assert.ok(met.completed > 10 && met.undone > 10, JSON.stringify(met));
  });
}

test('a settlement that dies is settled either way', () => {
  const { old, done } = both();
  let count = 0;
  for (let n = 60, died = true; died; n += 37) {
    for (let m = 1, again = true; again; m += 13) {
      for (const [first, then] of [
        ['resume', 'undo'],
        ['undo', 'resume'],
        ['undo', 'undo'],
        ['resume', 'resume'],
      ] as const) {
        inTree((root) => {
          died = commitUntil(root, n);
          again = settled(root, first, m).errno !== 0;
          const { errno, outcome } = settled(root, then);
          assert.is(errno, 0, `${first} ${m} after ${n}, then ${then}`);
          const now = listed(root).join('\n');
          if (outcome !== 'nothing')
            assert.is(now, (outcome === 'completed' ? done : old).join('\n'), `${first} ${m} after ${n}, then ${then}`);
          else
            assert.ok(
              [old, done].some((tree) => tree.join('\n') === now),
              `${first} ${m} after ${n}, then ${then}`,
            );
          count++;
        });
      }
    }
  }
  assert.ok(count > 40, `${count}`);
});

test('nothing is left over, and there is nothing to settle', () => {
  inTree((root) => {
    commitUntil(root, Infinity);
    const lower = hostDir(root);
    assert.equal([unsettled(lower), settle(lower, 'undo').outcome], [[], 'nothing']);
    lower.close();
    assert.equal(
      fs.readdirSync(root).filter((name) => name.startsWith('.')),
      [],
    );
  });
});

test.run();
