// Tries the counts of calls and messages, and their tables.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OFLAGS } from '../preview1/abi/structs.ts';
import { READ_WRITE, TestGuest } from '../../testing/test-guest.ts';
import { callStats } from './stats.ts';
import { strace } from './strace.ts';
import { together } from './together.ts';

test('calls, messages and their errors are counted', () => {
  const stats = callStats();
  const g = new TestGuest({ trace: stats });
  const fd = g.open('new', { oflags: OFLAGS.CREAT, rights: READ_WRITE });
  g.write(fd, 'text');
  assert.is(g.tryOpen('none'), 'ENOENT');
  assert.throws(() => g.call('proc_exit', 3), WebAssembly.RuntimeError);
  g.end();
  const counted = (counts: typeof stats.calls) =>
    [...counts].map(([name, { calls, errors }]) => `${name} ${calls} ${errors}`).sort();
  assert.equal(counted(stats.calls), ['fd_write 1 0', 'path_open 2 1', 'proc_exit 1 0']);
  assert.equal(counted(stats.messages), ['Tclunk 2 0', 'Tlcreate 1 0', 'Twalk 2 1', 'Twrite 1 0']);
  for (const { ms } of [...stats.calls.values(), ...stats.messages.values()]) assert.ok(ms >= 0);
});

test('the tables', () => {
  const stats = callStats();
  const g = new TestGuest({ trace: stats });
  assert.is(g.tryOpen('none'), 'ENOENT');
  g.end();
  const lines = stats.report();
  assert.is(lines[0], '% time     seconds  usecs/call     calls    errors call');
  assert.match(lines[2]!, /^100\.00 {4}0\.\d{6} +\d+\.\d {9}1 {9}1 path_open$/);
  assert.match(lines[4]!, /^100\.00 .* {9}1 {9}1 total$/);
  assert.is(lines[5], '');
  assert.match(lines[6]!, /message$/);
  assert.equal(callStats().report().length, 4);
});

test('several tracers of one guest', () => {
  const lines: string[] = [];
  const [stats, more] = [callStats(), callStats()];
  const g = new TestGuest({
    trace: together(
      strace((line) => lines.push(line), { only: ['path_open'] }),
      stats,
      more,
    ),
  });
  g.tryOpen('none');
  g.end();
  assert.is(lines.length, 3);
  assert.equal(
    [...stats.messages].map(([name, { calls }]) => [name, calls]),
    [...more.messages].map(([name, { calls }]) => [name, calls]),
  );
  assert.is(stats.calls.get('path_open')!.calls, 1);
});

test.run();
