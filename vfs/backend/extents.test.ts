// The iteration over data and holes of a file.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_RDONLY } from '../linux/constants.ts';
import { E } from '../linux/errno.ts';
import type { Backend } from './backend.ts';
import { Extents } from './extents.ts';
import { RamBackend } from '../backends/ram/backend.ts';
import { ram } from '../backends/ram/index.ts';

/** A backend whose two calls answer these, in turn. */
function scripted(data: number[], hole: number[]): Extents {
  const backend = {
    size: () => 100,
    seekData: () => data.shift() ?? -E.ENXIO,
    seekHole: () => hole.shift() ?? -E.ENXIO,
  } as unknown as Backend;
  return new Extents(backend, ram().root(), 0, 0, 100);
}

function all(extents: Extents): [number, number][] {
  const found: [number, number][] = [];
  while (extents.next()) found.push([extents.start, extents.end]);
  return found;
}

test('an error of the backend ends the extents and is returned', () => {
  const one = scripted([-E.EIO], []);
  assert.equal([all(one), one.errno], [[], E.EIO]);
  const two = scripted([0, 20], [10, -E.EBADF]);
  assert.equal([all(two), two.errno], [[[0, 10]], E.EBADF]);
});

test('a file that is cut meanwhile ends them, and each step goes forward', () => {
  const gone = scripted([0], [-E.ENXIO]);
  assert.equal([all(gone), gone.errno], [[], 0]);
  const stuck = scripted([0, 5, 7], [5, 5, 7]);
  assert.equal(all(stuck), [
    [0, 5],
    [5, 100],
  ]);
});

test('a backend that cannot tell has data everywhere', () => {
  const dense = { size: () => 60 } as unknown as Backend;
  assert.equal(all(new Extents(dense, ram().root(), 0, 10, 100)), [[10, 60]]);
  assert.equal(all(new Extents(dense, ram().root(), 0, 60, 100)), []);
});

test('the number of steps is the number of extents, not of holes', () => {
  const store = new RamBackend();
  const file = store.create(store.root(), 'f', 0o100644, 0, 0, 0);
  if (typeof file === 'number') throw new Error('create');
  const byte = Uint8Array.of(1);
  for (let i = 0; i < 10; i++) store.write(file, 0, i * 2 ** 47, byte, 0, 1);
  let calls = 0;
  const counted = {
    size: () => store.size(file),
    seekData: (_: unknown, __: number, offset: number) => (calls++, store.seekData(file, 0, offset)),
    seekHole: (_: unknown, __: number, offset: number) => (calls++, store.seekHole(file, 0, offset)),
  } as unknown as Backend;
  assert.is(store.open(file, O_RDONLY), 0);
  assert.is(all(new Extents(counted, file, 0, 0, 2 ** 51)).length, 10);
  assert.ok(calls <= 21, `${calls} calls`);
});

test.run();
