// Fid objects are reused: a call that walks, acts and clunks allocates none, and nothing of the former use is left.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_RDONLY } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import { ROOT } from '../../../testing/raw-client.ts';
import { scenario } from '../../../testing/uvu.ts';

scenario('the object of a clunked fid is that of the next one', (c) => {
  const first = c.walk('');
  const object = c.session.fids.get(first);
  c.clunk(first);
  const second = c.walk('');
  assert.ok(object !== undefined);
  assert.is(c.session.fids.get(second), object);
  assert.is(c.session.fids.get(first), undefined);
});

scenario('a fid is not open, listed, named or an attribute because the one before it was', (c) => {
  c.mkdir('d');
  c.file('d/f', 'text');
  const before: (() => number)[] = [
    () => {
      const fid = c.open('d', O_RDONLY);
      assert.equal(c.names(fid), ['f']);
      return fid;
    },
    () => c.open('d/f'),
    () => {
      const newfid = c.fid();
      c.call('Txattrwalk', { fid: ROOT, newfid, name: '' });
      return newfid;
    },
  ];
  for (const use of before) {
    const fid = use();
    const object = c.session.fids.get(fid);
    c.clunk(fid);
    const next = c.walk('d');
    assert.is(c.session.fids.get(next), object);
    c.expectError('Treaddir', { fid: next, cookie: 0n, count: 4096 }, E.EBADF, 'it is not open');
    c.expectError('Tread', { fid: next, offset: 0, count: 1 }, E.EBADF);
    c.attr(next);
    c.call('Tlopen', { fid: next, flags: O_RDONLY });
    assert.equal(c.names(next), ['f']);
    c.clunk(next);
  }
});

scenario('after an attach to the root no name is left of the fid before it', (c) => {
  c.file('f');
  const named = c.walk('f');
  const object = c.session.fids.get(named);
  c.clunk(named);
  const root = c.walk('');
  assert.is(c.session.fids.get(root), object);
  c.expectError('Trename', { fid: root, dfid: ROOT, name: 'g' }, E.EBUSY);
  c.expectError('Tremove', { fid: root }, E.EBUSY);
  assert.ok(c.exists('f'));
});

test.run();
