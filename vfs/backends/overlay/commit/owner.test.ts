// The owner of a commit counts as alive until its process ends, also under hidepid.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { endOwner, livingOwner, nameOwner } from './owner.ts';

/** Runs a test with /proc files of processes unreadable. */
function hidden(pid: number, act: () => void): void {
  const { readFileSync } = fs;
  const none = (path: unknown, ...rest: unknown[]): unknown => {
    if (path === `/proc/${pid}/stat`) throw Object.assign(new Error('ENOENT: hidden'), { code: 'ENOENT' });
    return (readFileSync as (...args: unknown[]) => unknown)(path, ...rest);
  };
  fs.readFileSync = none as typeof readFileSync;
  syncBuiltinESMExports();
  try {
    act();
  } finally {
    fs.readFileSync = readFileSync;
    syncBuiltinESMExports();
  }
}

test('an owner is alive until it ends, also when other users’ processes are hidden', () => {
  const name = nameOwner();
  assert.is(livingOwner(name), process.pid);
  hidden(process.pid, () => assert.is(livingOwner(name), process.pid));
  endOwner(name);
  assert.is(livingOwner(name), 0);
});

if (fs.existsSync('/proc/sys/kernel/pid_max'))
  test('a process with another start time, or with an unused number, is dead', () => {
    const [owner, pid, start, world, count] = nameOwner().split('.');
    assert.is(livingOwner([owner, pid, `${start}1`, world, count].join('.')), 0);
    const none = Number(fs.readFileSync('/proc/sys/kernel/pid_max', 'latin1')) + 1;
    hidden(none, () => assert.is(livingOwner([owner, none, start, world, count].join('.')), 0));
  });

test.run();
