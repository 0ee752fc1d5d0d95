// Tries the words for the reason of an error.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hostError } from '../../vfs/backends/hostdir/node/node.ts';
import { E } from '../../vfs/linux/errno.ts';
import { reasonOf } from './reason.ts';

function thrown(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return assert.unreachable();
}

test('an error of a system call is worded as by strerror(3), that of a store too', () => {
  assert.is(reasonOf(thrown(() => fs.readFileSync('/none/none'))), 'no such file or directory');
  assert.is(reasonOf(hostError(E.EACCES, 'the directory cannot be opened')), 'permission denied');
});

test('other messages are the reason themselves, without their full stop', () => {
  assert.is(reasonOf(new Error('This is no archive.')), 'this is no archive');
  assert.is(reasonOf(Object.assign(new Error('It leads elsewhere.'), { code: 'EIO' })), 'It leads elsewhere');
  assert.is(reasonOf('text'), 'text');
});

test.run();
