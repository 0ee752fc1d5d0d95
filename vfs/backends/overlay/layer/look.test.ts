// Snapshots of attributes.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ram } from '../../ram/index.ts';
import { dress, lookOf, type Look } from './look.ts';

/** The list, and how many times one of its items was read. */
function counted<T>(list: T[]): { list: T[]; reads: () => number } {
  let reads = 0;
  const watched = new Proxy(list, {
    get(target, key, receiver) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  return { list: watched, reads: () => reads };
}

test('restoring many xattrs looks at each a few times, not once for each other', () => {
  const COUNT = 500;
  using backend = ram();
  const root = backend.root();
  for (let i = 0; i < COUNT; i++) assert.is(backend.setxattr(root, `user.${i}`, Uint8Array.of(1), 0), 0);
  const look = lookOf(backend, root);
  assert.is(backend.setxattr(root, 'user.more', Uint8Array.of(2), 0), 0);
  assert.is(backend.setxattr(root, 'user.7', Uint8Array.of(3), 0), 0);
  const { list, reads } = counted([...look.xattrs!]);
  dress(backend, root, { ...look, xattrs: list } satisfies Look);
  assert.equal(lookOf(backend, root), look);
  assert.ok(reads() <= 10 * COUNT, `${reads()} reads`);
});

test.run();
