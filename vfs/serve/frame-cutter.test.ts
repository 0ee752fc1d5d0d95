// The frames of a stream that comes in chunks of any size.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BAD, FRAME, FrameCutter, MORE } from './frame-cutter.ts';

function frameOf(length: number, seed: number): Uint8Array {
  const frame = Uint8Array.from({ length }, (_, i) => i * seed);
  new DataView(frame.buffer).setUint32(0, length, true);
  return frame;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** The bytes that are counted, at present and at most. */
class Room {
  now = 0;
  most = 0;
  readonly grown = (bytes: number): boolean => {
    this.now += bytes;
    this.most = Math.max(this.most, this.now);
    return true;
  };
}

test('any frames in any chunks come out as they went in, and nothing is kept', () => {
  const lengths = fc.array(fc.oneof(fc.integer({ min: 7, max: 40 }), fc.integer({ min: 7, max: 20_000 })), {
    maxLength: 12,
  });
  const cuts = fc.array(fc.oneof(fc.nat(10), fc.nat(9000)), { maxLength: 40 });
  fc.assert(
    fc.property(lengths, cuts, (sizes, pieces) => {
      const frames = sizes.map((length, i) => frameOf(length, i + 3));
      const bytes = joined(frames);
      const room = new Room();
      const cutter = new FrameCutter(room.grown);
      const got: Uint8Array[] = [];
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const end = Math.min(bytes.length, at + (pieces[i] ?? bytes.length));
        cutter.push(bytes.slice(at, end));
        at = end;
        let found;
        while ((found = cutter.next(20_000)) === FRAME)
          got.push((cutter.packet?.u8 ?? cutter.u8).slice(cutter.start, cutter.end));
        assert.is(found, MORE);
      }
      assert.equal(got, frames);
      assert.not(cutter.isPartial);
      cutter.trim();
      assert.is(room.now, 0);
    }),
    { numRuns: 300 },
  );
});

test('a frame in one chunk is not copied', () => {
  const cutter = new FrameCutter(() => false);
  const chunk = joined([frameOf(100, 1), frameOf(50, 2)]);
  cutter.push(chunk);
  assert.is(cutter.next(100), FRAME);
  assert.equal([cutter.packet, cutter.u8 === chunk, cutter.start, cutter.end], [null, true, 0, 100]);
  assert.is(cutter.next(100), FRAME);
  assert.equal([cutter.packet, cutter.u8 === chunk, cutter.start, cutter.end], [null, true, 100, 150]);
});

test('a size field below 7 or above the limit is bad, in one chunk and in pieces', () => {
  for (const size of [0, 1, 6, 101, 2 ** 31, 2 ** 32 - 1]) {
    const bytes = new Uint8Array(200);
    new DataView(bytes.buffer).setUint32(0, size, true);
    for (const cut of [1, 2, 3, 4, 200]) {
      const room = new Room();
      const cutter = new FrameCutter(room.grown);
      let found = MORE as number;
      for (let at = 0; found === MORE; at += cut) {
        assert.ok(at < 8, `${size} is accepted`);
        cutter.push(bytes.slice(at, at + cut));
        found = cutter.next(100);
      }
      assert.is(found, BAD, `${size}`);
      assert.ok(room.most <= 4096, 'no large buffer is made');
    }
  }
});

test('a size field makes room for a multiple of what has come', () => {
  const room = new Room();
  const cutter = new FrameCutter(room.grown);
  const frame = frameOf(8 << 20, 5);
  let sent = 0;
  for (let step = 1; sent < 1 << 20; step *= 2) {
    cutter.push(frame.slice(sent, sent + step));
    sent += step;
    assert.is(cutter.next(8 << 20), MORE);
    assert.ok(room.now <= Math.max(4096, sent * 16), `${room.now} for ${sent}`);
  }
  cutter.clear();
  assert.is(room.now, 0);
});

test('when there is to be no more room, the frame is bad', () => {
  const cutter = new FrameCutter(() => false);
  cutter.push(frameOf(100, 1).slice(0, 50));
  assert.is(cutter.next(100), BAD);
});

test.run();
