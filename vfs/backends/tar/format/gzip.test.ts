// gzip by node:zlib and by pako: same results, same errors.
import { randomBytes } from 'node:crypto';
import zlib from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inflated } from './gzip.ts';
import { Limits } from './limits.ts';

/** With node:zlib, and as in a browser. */
const WAYS = { 'node:zlib': zlib, pako: null } as const;

for (const [name, given] of Object.entries(WAYS)) {
  // A default value stands in for undefined, so the browser's way is a runtime without modules.
  const unpack = (bytes: Uint8Array, limits = new Limits()): Uint8Array => {
    if (given !== null) return inflated(bytes, limits, given);
    const own = process.getBuiltinModule;
    process.getBuiltinModule = (() => undefined) as typeof own;
    try {
      return inflated(bytes, limits);
    } finally {
      process.getBuiltinModule = own;
    }
  };

  test(`${name}: the packed content, in one member or more`, () => {
    const parts = [new Uint8Array(randomBytes(100_000)), new Uint8Array(300_000), new Uint8Array(0)];
    const whole = Buffer.concat(parts);
    assert.equal(Buffer.compare(unpack(zlib.gzipSync(whole)), whole), 0);
    assert.equal(Buffer.compare(unpack(Buffer.concat(parts.map((part) => zlib.gzipSync(part)))), whole), 0);
    assert.is(unpack(zlib.gzipSync(whole)).constructor, Uint8Array);
  });

  test(`${name}: other bytes stay as they are`, () => {
    const bytes = Uint8Array.of(1, 2, 3);
    assert.is(unpack(bytes), bytes);
  });

  test(`${name}: damage is reported`, () => {
    const packed = zlib.gzipSync(randomBytes(10_000));
    const wrong = Uint8Array.from(packed);
    wrong[packed.length - 6]! ^= 1;
    assert.throws(() => unpack(wrong), /^This gzip archive is damaged or cut off \(/);
    assert.throws(() => unpack(packed.subarray(0, 5000)), /^This gzip archive is damaged or cut off \(/);
  });
}

test.run();
