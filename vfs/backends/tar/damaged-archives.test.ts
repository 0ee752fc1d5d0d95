// Archives that are compressed, truncated, damaged or not archives at all.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gzipSync } from 'node:zlib';
import { tar } from './index.ts';
import { mounted, pack, pax } from './testing.ts';

/** Returns the message of the error. */
function errorOf(bytes: Uint8Array): string {
  try {
    tar(bytes);
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return 'none';
}

test('empty archives, and ends that are short or long', () => {
  for (const bytes of [new Uint8Array(1024), new Uint8Array(10_240)]) {
    mounted(tar(bytes), (kit) => assert.equal(kit.list(''), []));
  }
  const whole = pack({ name: 'f', data: 'x' });
  for (const bytes of [
    whole.subarray(0, 1024),
    whole.subarray(0, 513),
    whole.subarray(0, 1536),
    Buffer.concat([whole, new Uint8Array(9000), Buffer.from('junk')]),
  ])
    mounted(tar(bytes), (kit) => assert.is(kit.get('f'), 'x'));
});

test('gzip: by its first bytes, several members too; damage is noticed', () => {
  const bytes = pack({ name: 'f', data: 'x'.repeat(5000) });
  const packed = new Uint8Array(gzipSync(bytes));
  mounted(tar(packed), (kit) => assert.is(kit.stat('f').size, 5000));
  const two = Buffer.concat([gzipSync(bytes.subarray(0, 1000)), gzipSync(bytes.subarray(1000))]);
  mounted(tar(new Uint8Array(two)), (kit) => assert.is(kit.stat('f').size, 5000));
  const wrong = packed.slice();
  wrong[wrong.length - 6]! ^= 1;
  assert.match(errorOf(wrong), /^This gzip archive is damaged or cut off \(.+\)\. Get the archive anew/);
  for (const length of [2, 10, 30, packed.length - 1])
    assert.match(errorOf(packed.subarray(0, length)), /damaged or cut off/);
  assert.match(errorOf(new Uint8Array(gzipSync('no tar'))), /^This is not a tar archive/);
});

test('a gzipped archive with something behind it, zeros between its members, or more than it may have', () => {
  const bytes = pack({ name: 'f', data: 'x'.repeat(5000) });
  const [one, two] = [gzipSync(bytes.subarray(0, 1000)), gzipSync(bytes.subarray(1000))];
  const zeros = Buffer.alloc(700);
  for (const packed of [
    [one, two, zeros],
    [one, two, Buffer.from('junk')],
    [one, two, zeros, Buffer.from('junk')],
    [one, two, Buffer.of(0x1f)],
    [one, zeros, two],
    [zeros.subarray(0, 0), one, Buffer.of(0), two, zeros, Buffer.from([0xff, 0xff])],
  ])
    mounted(tar(new Uint8Array(Buffer.concat(packed))), (kit) => assert.is(kit.get('f'), 'x'.repeat(256)));
  assert.match(
    errorOf(new Uint8Array(Buffer.concat([one, zeros, two.subarray(0, 15)]))),
    /^This gzip archive is damaged/,
  );
});

test('an invalid or truncated archive: one sentence each', () => {
  const whole = pack({ name: 'f', data: 'x'.repeat(600) }, { name: 'g', data: 'y' });
  for (const [bytes, message] of [
    [new Uint8Array(0), /^This is not a tar archive: its first 512 bytes are not a tar header\.$/],
    [Buffer.from('hello'), /^This is not a tar archive/],
    [new Uint8Array(2048).fill(65), /^This is not a tar archive/],
    [Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251), /^This is not a tar archive/],
    [whole.subarray(0, 300), /^This is not a tar archive/],
    [whole.subarray(0, 512 + 599), /^This tar archive is cut off: it ends within a member, at byte 1111\./],
    [whole.subarray(0, 512), /cut off/],
    [whole.subarray(0, 512 + 1024 + 100), /cut off/],
    [
      Buffer.concat([whole.subarray(0, 1536), Buffer.alloc(512, 1)]),
      /^This tar archive is damaged: a header cannot be read at byte 1536\./,
    ],
    [pack({ ...pax({ path: 'x' }), data: '99 path=x\n' }, { name: 'f' }), /damaged: an extended header cannot be read/],
    [pack({ ...pax({ path: 'x' }), data: 'garbage' }, { name: 'f' }), /damaged: an extended header cannot be read/],
    [
      pack({ name: 's', type: 'S', data: 'x' }),
      /^'s' is stored sparse in this tar archive, and its map cannot be read: pack it again with GNU tar, or without --sparse\.$/,
    ],
    [pack(pax({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 's' }), { name: 'x/s' }), /stored sparse/],
    [pack({ name: 'f', type: 'M' }), /^This tar archive is one volume of several\./],
    [
      Buffer.from('fd377a585a00', 'hex'),
      /^This is packed with xz, and only tar and tar\.gz are read\. Unpack it first with `xz -d`\.$/,
    ],
    [Buffer.from('28b52ffd00', 'hex'), /zstd -d/],
    [Buffer.from('BZh9'), /bzip2 -d/],
    [Buffer.from('PK\x03\x04'), /^This is packed with zip/],
  ] as const)
    assert.match(errorOf(bytes), message);
  assert.throws(() => tar('x' as never), /"bytes" must be a Uint8Array/);
});

test('any damage to a byte is an error or another archive, and never more', () => {
  const whole = pack(
    pax({ mtime: '1.5', path: 'dir/file' }),
    { name: 'f', data: 'x' },
    { name: 'l', type: '2', target: 'f' },
  );
  let errors = 0;
  for (let at = 0; at < whole.length; at++) {
    for (const byte of [0, 0x20, 0x35, 0x80, 0xff]) {
      const bytes = whole.slice();
      bytes[at] = byte;
      const message = errorOf(bytes);
      if (message === 'none') mounted(tar(bytes), (kit) => kit.list(''));
      else {
        errors++;
        assert.match(message, /^(This (tar|gzip) archive is|This is not a tar|'.*' is stored sparse)/);
      }
    }
  }
  assert.ok(errors > 1000, String(errors));
  for (let length = 0; length < whole.length; length += 37) assert.type(errorOf(whole.subarray(0, length)), 'string');
});

test.run();
test.run();
