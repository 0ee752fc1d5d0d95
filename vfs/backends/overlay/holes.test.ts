// Commit, copy-up and diff do not read holes.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_SIZE } from '../../9p/constants.ts';
import { O_CREAT, O_RDWR } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import type { Backend } from '../../backend/backend.ts';
import { Kit } from '../../../testing/kit.ts';
import { ram } from '../ram/index.ts';
import { overlay } from './index.ts';
import { fill } from './testing.ts';

const HUGE = 2 ** 40;

/** Counts the bytes read and written. */
function counted(backend: Backend): { bytes: number } {
  const count = { bytes: 0 };
  for (const name of ['read', 'write'] as const) {
    const real = backend[name].bind(backend);
    backend[name] = (inode, handle, offset, u8, start, end) => {
      const done = real(inode, handle, offset, u8, start, end);
      count.bytes += Math.max(0, done);
      return done;
    };
  }
  return count;
}

function plant(kit: Kit, path: string): void {
  const fid = kit.openFid(path, O_RDWR | O_CREAT);
  kit.setSize(fid, HUGE);
  kit.write(fid, HUGE / 2, 'in the middle');
  kit.clunk(fid);
}

function sizeOf(backend: Backend, name: string): number {
  const found = backend.lookup(backend.root(), name);
  assert.not.type(found, 'number');
  return typeof found === 'number' ? -1 : backend.size(found);
}

test('a commit of a sparse file reads only its data', () => {
  const lower = ram();
  fill(lower, (kit) => {
    plant(kit, 'two');
    kit.link('two', 'names');
  });
  const upper = ram();
  const counts = [counted(lower), counted(upper)];
  const merged = overlay({ lower, upper });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  plant(kit, 'new');
  // With several names: rewritten in place, with both contents staged.
  const fid = kit.open('two', O_RDWR);
  kit.write(fid, HUGE - 10, 'at the end');
  kit.clunk(fid);
  assert.equal(merged.commit(), { errno: 0, path: '', unsettled: '' });
  assert.equal([sizeOf(lower, 'new'), sizeOf(lower, 'names')], [HUGE, HUGE]);
  assert.equal(merged.diff(), []);
  for (const { bytes } of counts) assert.ok(bytes < 2 ** 26, `${bytes} bytes`);
  kit.end();
});

test('a copy-up of a sparse file reads only its data', () => {
  const lower = ram();
  fill(lower, (kit) => plant(kit, 'f'));
  const counts = [counted(lower)];
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  const fid = kit.open('f', O_RDWR);
  kit.write(fid, 0, 'at the beginning');
  assert.is(kit.read(fid, HUGE / 2, 13), 'in the middle');
  kit.clunk(fid);
  assert.equal(
    merged.diff().map(({ path }) => path),
    ['f'],
  );
  for (const { bytes } of counts) assert.ok(bytes < 2 ** 26, `${bytes} bytes`);
  kit.end();
});

test('a file that the lower layer cannot hold is reported before it is read', () => {
  const lower = ram();
  const upper = ram();
  const merged = overlay({ lower, upper });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  plant(kit, 'f');
  const { setattr } = lower;
  lower.setattr = (inode, set) =>
    (set.valid & SETATTR_SIZE) !== 0 && set.size > 2 ** 32 ? E.EFBIG : setattr.call(lower, inode, set);
  const count = counted(upper);
  assert.equal(merged.commit(), { errno: E.EFBIG, path: 'f', unsettled: '' });
  assert.equal([count.bytes, lower.entries(lower.root())], [0, 0]);
  kit.end();
});

test.run();
