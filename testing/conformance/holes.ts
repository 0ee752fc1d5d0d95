// Conformance of SEEK_DATA and SEEK_HOLE.
import * as assert from '../assert.ts';
import { O_CREAT, O_RDONLY, O_RDWR } from '../../vfs/linux/constants.ts';
import { E } from '../../vfs/linux/errno.ts';
import { Extents, seekData, seekHole } from '../../vfs/backend/extents.ts';
import type { Kit, Part } from '../kit.ts';

const MIB = 2 ** 20;

/** Calls `use` with the extents of a file, read through a handle of the backend. */
function opened<T>({ subject: { backend } }: Kit, name: string, use: (extents: ExtentsOf) => T): T {
  const inode = backend.lookup(backend.root(), name);
  if (typeof inode === 'number') throw new Error(`${name} is not there`);
  const handle = backend.open(inode, O_RDONLY);
  assert.ok(handle >= 0);
  try {
    return use({
      data: (offset) => seekData(backend, inode, handle, offset),
      hole: (offset) => seekHole(backend, inode, handle, offset),
      between: (from, to) => {
        const found: [number, number][] = [];
        const extents = new Extents(backend, inode, handle, from, to);
        while (extents.next()) found.push([extents.start, extents.end]);
        assert.is(extents.next(), false, 'the end stays the end');
        assert.is(extents.errno, 0);
        return found;
      },
    });
  } finally {
    backend.closeHandle(inode, handle);
  }
}

interface ExtentsOf {
  data(offset: number): number;
  hole(offset: number): number;
  between(from: number, to: number): [number, number][];
}

/** SEEK_DATA and SEEK_HOLE. */
export function holes({ test, when }: Part): void {
  test('data is found wherever it was written, up to the end', (kit) => {
    const fid = kit.open('f', O_RDWR | O_CREAT);
    opened(kit, 'f', ({ data, hole, between }) => {
      assert.equal([data(0), hole(0)], [-E.ENXIO, -E.ENXIO], 'an empty file');
      assert.equal(between(0, 0), []);
      assert.equal(between(0, 10), []);
    });
    kit.write(fid, 0, 'head');
    kit.write(fid, 3 * MIB - 2, 'across');
    kit.setSize(fid, 5 * MIB + 7);
    opened(kit, 'f', ({ data, hole, between }) => {
      const size = 5 * MIB + 7;
      assert.equal([data(0), data(3), data(3 * MIB - 2), data(3 * MIB + 3)], [0, 3, 3 * MIB - 2, 3 * MIB + 3]);
      assert.ok(data(4) <= 3 * MIB - 2);
      assert.equal([data(size), hole(size), data(2 ** 45), hole(2 ** 45)], Array(4).fill(-E.ENXIO));
      assert.ok(hole(0) >= 4 && hole(0) <= size);
      assert.ok(hole(3 * MIB - 2) >= 3 * MIB + 4);
      assert.ok(hole(size - 1) <= size);
      const all = between(0, 2 ** 40);
      const covers = (from: number, to: number): boolean => all.some(([start, end]) => start <= from && end >= to);
      assert.ok(covers(0, 4) && covers(3 * MIB - 2, 3 * MIB + 4), JSON.stringify(all));
      let last = 0;
      for (const [start, end] of all) {
        assert.ok(start >= last && end > start && end <= size, JSON.stringify(all));
        last = end;
      }
      assert.equal(between(2, 4), [[2, 4]]);
      assert.equal(between(3 * MIB - 1, 3 * MIB + 1), [[3 * MIB - 1, 3 * MIB + 1]]);
    });
    kit.setSize(fid, 2);
    opened(kit, 'f', ({ data, hole, between }) => {
      assert.equal([data(1), data(2), hole(1), between(0, 2 ** 40)], [1, -E.ENXIO, 2, [[0, 2]]]);
    });
    kit.clunk(fid);
  });

  when(
    ({ backend }) => backend.seekData !== undefined && backend.capabilities.sparse,
    'it does not tell where its holes are',
    'holes are passed over, however large',
    (kit) => {
      const fid = kit.open('f', O_RDWR | O_CREAT);
      kit.setSize(fid, 2 ** 50);
      opened(kit, 'f', ({ data, hole, between }) => {
        assert.equal([data(0), hole(0), between(0, 2 ** 50)], [-E.ENXIO, 0, []]);
      });
      const places = [2 ** 49, 2 ** 40 + 5, 9 * MIB, 10 * MIB, 100];
      for (const place of places) kit.write(fid, place, 'x');
      opened(kit, 'f', ({ data, hole, between }) => {
        for (const place of places)
          assert.ok(data(place) === place && hole(place) > place && hole(place) <= place + MIB * 2);
        const all = between(0, 2 ** 50);
        let bytes = 0;
        for (const [start, end] of all) bytes += end - start;
        assert.ok(bytes <= 5 * MIB, `${bytes} bytes of 5`);
        assert.is(hole(2 ** 45), 2 ** 45);
        assert.ok(data(2 ** 45) <= 2 ** 49 && data(2 ** 45) > 2 ** 49 - MIB);
      });
      kit.setSize(fid, 2 ** 44);
      opened(kit, 'f', ({ data }) => assert.is(data(2 ** 42), -E.ENXIO));
      kit.clunk(fid);
    },
  );
}
