// The order of writes to disk in a commit that is not durable: before a file is rewritten in place, a copy of its old
// content and the journal are on disk.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Kit } from '../../../../testing/kit.ts';
import { hostDir } from '../../hostdir/index.ts';
import { scratch } from '../../hostdir/testing.ts';
import type { Inode } from '../../../backend/inode.ts';
import { overlay } from '../index.ts';

test('the old content of a file that is written in place is on the disk first', () => {
  const { root, remove } = scratch();
  const lower = hostDir(root);
  try {
    fs.writeFileSync(`${root}/one`, 'old');
    fs.linkSync(`${root}/one`, `${root}/two`);
    const events: string[] = [];
    const called = new Map<Inode, string>();
    const nameOf = (inode: Inode): string => (inode === lower.root() ? 'root' : (called.get(inode) ?? 'one'));
    const { create, rename, write, fsync } = lower;
    lower.create = (dir, name, ...rest) => {
      const made = create.call(lower, dir, name, ...rest);
      if (typeof made !== 'number') called.set(made, name);
      return made;
    };
    lower.rename = (dir, name, inode, toDir, toName, replaced) => {
      events.push(`rename ${name} ${toName}`);
      return rename.call(lower, dir, name, inode as never, toDir, toName, replaced as never);
    };
    lower.write = (inode, ...rest) => {
      events.push(`write ${nameOf(inode)}`);
      return write.call(lower, inode, ...rest);
    };
    lower.fsync = (inode, ...rest) => {
      events.push(`fsync ${nameOf(inode)}`);
      return fsync.call(lower, inode, ...rest);
    };
    const merged = overlay({ lower });
    const kit = new Kit({ backend: merged, dispose: () => {} });
    kit.put('one', 'new');
    kit.end();
    events.length = 0;
    assert.is(merged.commit().errno, 0);
    assert.is(fs.readFileSync(`${root}/two`, 'utf8'), 'new');
    const order = [
      ['write new-0', 'fsync new-0', 'write old-1', 'fsync old-1', 'write journal.tmp', 'fsync journal.tmp'],
      ['rename journal.tmp journal-1', 'fsync .wasi9p-commit', 'fsync root', 'rename journal-1 journal-2'],
      ['fsync .wasi9p-commit', 'rename journal-2 journal-3', 'fsync .wasi9p-commit', 'write one', 'fsync one'],
      ['rename journal-3 journal-4', 'fsync .wasi9p-commit'],
    ].flat();
    assert.equal(events, order);
  } finally {
    lower.close();
    remove();
  }
});

test.run();
