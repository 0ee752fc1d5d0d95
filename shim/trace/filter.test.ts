// Tries the names of a trace: which calls and messages are printed, and the options of strace.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OFLAGS } from '../preview1/abi/structs.ts';
import { READ_WRITE, ROOT, TestGuest } from '../../testing/test-guest.ts';
import { namesMatching } from './filter.ts';
import { strace, type StraceOptions } from './strace.ts';

/** Returns the first words of the trace's lines. */
function traced(options: StraceOptions): string[] {
  const lines: string[] = [];
  const g = new TestGuest({ files: { '/f': 'text' }, trace: strace((line) => lines.push(line), options) });
  lines.length = 0;
  const fd = g.open('new', { oflags: OFLAGS.CREAT, rights: READ_WRITE });
  g.ok('path_unlink_file', ROOT, 'new');
  g.write(fd, 'text');
  g.ok('fd_close', fd);
  assert.is(g.tryOpen('none'), 'ENOENT');
  g.end();
  return lines.map((line) => /^ *(\* )?\(?\w+/.exec(line)![0]);
}

test('calls print with all their messages', () => {
  assert.equal(traced({ only: ['fd_close'] }), ['fd_close', '    Tclunk', '    Rclunk']);
  assert.equal(traced({ only: ['path_un*'] }), ['path_unlink_file', '    Tunlinkat', '    * inode', '    Runlinkat']);
});

test('a named message prints with its reply, below its call', () => {
  assert.equal(traced({ only: ['Tunlinkat'] }), ['path_unlink_file', '    Tunlinkat', '    Runlinkat']);
  assert.equal(traced({ only: ['Rlerror'] }), ['path_open', '    Rlerror']);
  assert.equal(traced({ only: ['Tclunk'] }), [
    'fd_close',
    '    Tclunk',
    '    Rclunk',
    '(no',
    '    Tclunk',
    '    Rclunk',
  ]);
});

test('a call prints without messages if others are named', () => {
  assert.equal(traced({ only: ['fd_write', 'Tlcreate'] }), ['path_open', '    Tlcreate', '    Rlcreate', 'fd_write']);
});

test('nothing prints if no name is given', () => {
  assert.equal(traced({ only: [] }), []);
});

test('the time of a call', () => {
  const lines: string[] = [];
  const g = new TestGuest({ trace: strace((line) => lines.push(line), { time: true, only: ['sched_yield'] }) });
  g.ok('sched_yield');
  g.ok('sched_yield');
  g.end();
  assert.is(lines.length, 2);
  const times = lines.map((line) =>
    /^(\d+\.\d{6}) sched_yield\(\) = ok <(\d+\.\d{6})>$/.exec(line)!.slice(1).map(Number),
  );
  assert.ok(times[0]![0]! + times[0]![1]! <= times[1]![0]! + 1e-6);
});

test('patterns', () => {
  assert.equal(namesMatching('fd_t*'), ['fd_tell']);
  assert.equal(namesMatching('Twalk'), ['Twalk']);
  for (const wrong of ['', 'walk', 'twalk', 'fd_', 'fd_tell ', '*x', '110', 'toString'])
    assert.equal(namesMatching(wrong), []);
  assert.ok(namesMatching('*').length > 100);
  assert.throws(
    () => strace(() => {}, { only: ['fd_tall'] }),
    /"options.only" must be names .*, and fd_tall is neither/,
  );
  assert.throws(() => strace(() => {}, { only: 'fd_tell' as never }), /"options.only" must be Array/);
});

test.run();
