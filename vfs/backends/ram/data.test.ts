// Cells and sparse file data: contents, zero fill, and memory returned.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { E } from '../../linux/errno.ts';
import { Space } from '../../backend/space.ts';
import { Cells, LARGEST_CELL, type Slab } from './cells.ts';
import { FILE_MAX, FileData } from './data.ts';

const MIB = 2 ** 20;

/** A taken cell. */
interface Cell {
  slab: Slab;
  at: number;
  size: number;
}

function take(cells: Cells, size: number): Cell {
  const slab = cells.take(size)!;
  return { slab, at: cells.at, size };
}

/** The slabs of all kinds with a free cell. */
function openSlabs(cells: Cells): Slab[] {
  return (cells as unknown as { open: Slab[][] }).open.flat();
}

test('cells are large enough, zero, apart from each other, and given again', () => {
  const cells = new Cells(new Space(Infinity));
  const taken: Cell[] = [];
  for (let size = 1; size <= LARGEST_CELL; size += 7) taken.push(take(cells, size));
  for (const [i, { slab, at, size }] of taken.entries()) {
    assert.ok(slab.size >= size && slab.size <= Math.max(64, size * 1.5), `${slab.size} for ${size}`);
    assert.ok(at + slab.size <= slab.bytes.length);
    assert.ok(slab.bytes.subarray(at, at + slab.size).every((byte) => byte === 0));
    slab.bytes.fill(1 + (i % 255), at, at + slab.size);
  }
  for (const [i, { slab, at }] of taken.entries()) {
    assert.ok(slab.bytes.subarray(at, at + slab.size).every((byte) => byte === 1 + (i % 255)));
    cells.give(slab, at, slab.size);
  }
  const kinds = new Set(taken.map(({ slab }) => slab.kind));
  assert.is(openSlabs(cells).length, kinds.size, 'one empty slab of each kind is kept');
  const before = openSlabs(cells);
  for (const { size } of taken.slice(0, 8)) {
    const { slab, at } = take(cells, size);
    assert.ok(before.includes(slab));
    assert.ok(
      slab.bytes.subarray(at, at + slab.size).every((byte) => byte === 0),
      'zero again',
    );
  }
});

/** The expected content of a file. */
class Model {
  bytes = new Uint8Array(0);

  write(offset: number, bytes: Uint8Array): void {
    this.truncate(Math.max(this.bytes.length, offset + bytes.length));
    this.bytes.set(bytes, offset);
  }

  truncate(size: number): void {
    const resized = new Uint8Array(size);
    resized.set(this.bytes.subarray(0, size));
    this.bytes = resized;
  }
}

test('writes of whole megabytes: into holes, over data, and the neighbouring data stays', () => {
  const data = new FileData(new Cells(new Space(Infinity)));
  const model = new Model();
  const bytes = Uint8Array.from({ length: 3 * MIB + 7 }, (_, i) => (i * 31 + (i >>> 12)) & 0xff);
  const put = (offset: number, start: number, end: number) => {
    assert.is(data.write(offset, bytes, start, end), end - start);
    model.write(offset, bytes.subarray(start, end));
  };
  put(2 * MIB, 5, 5 + MIB);
  put(4 * MIB - 9, 0, 2 * MIB);
  put(MIB, 1, 2 * MIB + 1);
  put(0, 0, 3 * MIB + 7);
  bytes.fill(0, 100, 200);
  put(2 * MIB, 50, 300);
  const read = new Uint8Array(model.bytes.length);
  assert.is(data.read(0, read, 0, read.length), model.bytes.length);
  assert.is(Buffer.compare(read, model.bytes), 0);
  assert.is(data.allocated, 6 * MIB);
});

test('at random: files that share their cells have the written data, zeros elsewhere, and leave nothing', () => {
  let seed = 4711;
  const random = (below: number) => (seed = (Math.imul(seed, 48271) >>> 0) % 0x7fffffff) % below;
  /** Mostly small, and some around chunk boundaries. */
  const place = () => (random(40) === 0 ? MIB - 50 + random(100) : random(random(8) === 0 ? 9000 : 600));

  const cells = new Cells(new Space(Infinity));
  const files = Array.from({ length: 40 }, () => ({ data: new FileData(cells), model: new Model() }));
  const buffer = new Uint8Array(MIB + 20_000);
  for (let i = 0; i < 30_000; i++) {
    const file = files[random(files.length)]!;
    const { data, model } = file;
    const what = random(10);
    if (what < 5) {
      const bytes = new Uint8Array(random(300)).fill(1 + random(255));
      const offset = place();
      if (bytes.length === 0) continue;
      assert.is(data.write(offset, bytes, 0, bytes.length), bytes.length);
      model.write(offset, bytes);
    } else if (what < 7) {
      const size = random(4) === 0 ? 0 : place();
      assert.is(data.truncate(size), 0);
      model.truncate(size);
    } else if (what === 7) data.trim();
    else if (what === 8) {
      data.free();
      assert.is(data.allocated, 0);
      file.data = new FileData(cells);
      file.model = new Model();
    } else {
      assert.is(data.size, model.bytes.length);
      const offset = random(3) === 0 ? place() : 0;
      const expected = model.bytes.subarray(offset);
      const count = data.read(offset, buffer, 10, buffer.length);
      assert.is(count, expected.length);
      assert.is(Buffer.compare(buffer.subarray(10, 10 + count), expected), 0, `file of ${data.size}, step ${i}`);
    }
    assert.ok(file.data.allocated <= 2 * MIB + 64);
  }
  for (const { data } of files) data.free();
  const slabs = openSlabs(cells);
  assert.ok(slabs.length > 3);
  assert.is(new Set(slabs.map(({ kind }) => kind)).size, slabs.length, 'one slab of each kind');
  for (const { free, bytes } of slabs) {
    assert.is(free, -1, 'all cells are back');
    assert.ok(bytes.every((byte) => byte === 0));
  }
});

test('a write far behind the end costs no more than one near it', () => {
  const data = new FileData(new Cells(new Space(Infinity)));
  const byte = Uint8Array.of(7);
  const read = new Uint8Array(4);
  // An iteration up to the last chunk's number would take minutes per round.
  for (let round = 0; round < 200; round++) {
    const far = FILE_MAX - 1 - round * MIB;
    assert.is(data.write(far, byte, 0, 1), 1);
    assert.is(data.allocated, MIB);
    assert.is(data.read(far - 3, read, 0, 4), 4);
    assert.equal([...read], [0, 0, 0, 7]);
    assert.is(data.truncate(round % 2), 0);
    assert.is(data.allocated, 0);
    assert.is(data.truncate(FILE_MAX), 0);
    assert.equal([data.seekData(0), data.seekHole(0)], [-E.ENXIO, 0]);
    if (round % 3 === 0) data.free();
  }
});

test.run();
