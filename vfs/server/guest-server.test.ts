// The end of a server and of the server of a view: its sessions and its observers.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ram } from '../backends/ram/index.ts';
import { readOnly } from '../backends/readonly/index.ts';
import { GuestServer } from './guest-server.ts';

test('the close of a view’s server keeps the observers of the base, that of the base removes them', () => {
  const store = ram();
  const base = new GuestServer(store);
  const view = new GuestServer(readOnly(store), {}, base);
  const observer = {};
  view.observers.add(observer);
  view.close();
  assert.equal([...base.observers], [observer], 'the base still reports to it');
  base.close();
  assert.is(base.observers.size, 0);
});

test.run();
