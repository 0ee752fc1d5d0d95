// A name that another client makes while a path is resolved: the answer is that of the moment of the Twalk.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GETATTR_BASIC } from '../../9p/constants.ts';
import { FileStatus } from '../attributes.ts';
import { named, MemfsTree, closeTrees } from '../testing.ts';

test.after.each(closeTrees);

test('a directory made after the Twalk that missed it: ENOENT, and no fid is kept', () => {
  // Made before the first message it is found; before one of the later two, by which the errno is looked for, it is not.
  for (const [count, name] of [
    [0, 'ok'],
    [1, 'ENOENT'],
    [2, 'ENOENT'],
  ] as const) {
    const world = new MemfsTree().make('a/', 'spare/', 'spare/file');
    let errno = -1;
    world.meanwhile(
      count,
      () => world.volume.renameSync('/spare', '/a/new'),
      () => (errno = world.at.statat(world.root, 'a/new/file', true, GETATTR_BASIC, new FileStatus())),
    );
    assert.is(named(errno), name, `before message ${count}`);
    assert.ok(world.volume.existsSync('/a/new/file'), 'it was made');
    world.atRest();
  }
});

test.run();
