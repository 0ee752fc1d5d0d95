// Bounds of the files that a commit reads whole.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_SIZE } from '../../../9p/constants.ts';
import { S_IFDIR, S_IFREG } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Inode } from '../../../backend/inode.ts';
import type { Backend } from '../../../backend/backend.ts';
import { ram } from '../../ram/index.ts';
import { settle } from '../index.ts';
import { readText, writeText } from './small-file.ts';

function file(lower: Backend, dir: Inode, name: string): Inode {
  const inode = lower.create(dir as never, name, S_IFREG | 0o600, 0, 0, 0);
  assert.type(inode, 'object');
  return inode as Inode;
}

test('nothing is written that is too large to be read back', () => {
  using lower = ram();
  const inode = file(lower, lower.root(), 'f');
  const pieces = ['12345', 'ü'];
  assert.is(writeText(lower, inode, pieces, 6), E.EFBIG);
  assert.is(lower.size(inode as never), 0);
  assert.is(writeText(lower, inode, pieces, 7), 0);
  assert.is(readText(lower, inode), '12345ü');
});

test('a huge journal is not read', () => {
  using lower = ram();
  const dir = lower.create(lower.root(), '.wasi9p-commit', S_IFDIR | 0o1700, 0, 0, 0) as never;
  file(lower, dir, 'owner.0.0.0.1');
  const journal = file(lower, dir, 'journal-1');
  assert.is(lower.setattr(journal as never, { valid: SETATTR_SIZE, size: 2 ** 40 } as never), 0);
  for (const how of ['resume', 'undo'] as const) {
    assert.equal(settle(lower, how), { errno: E.EINVAL, path: '.wasi9p-commit', outcome: 'nothing' });
  }
});

test.run();
