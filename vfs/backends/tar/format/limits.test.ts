// Resource limits: a small archive that would expand without bound is refused, at a cost linear in its size.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { S_IFDIR } from '../../../linux/constants.ts';
import { ram } from '../../ram/index.ts';
import { inflated } from './gzip.ts';
import { unpackTar, packTar } from '../../../archive/index.ts';
import type { TarOptions } from '../index.ts';
import { openTar as tar } from '../open.ts';
import { Limits } from './limits.ts';
import { mounted, pack, pax, type Raw } from '../testing.ts';

function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return 'none';
}

/** Returns the message of a limit. */
const more = (count: number, unit: string, option: string): string =>
  `This archive has more than ${count} ${unit}. If you trust it, pass a larger ${option}: tar(bytes, { ${option}: … }).`;

test('gzip: what it inflates to is bounded, in pieces, with node:zlib and without', () => {
  const zeros = deflateRawSync(new Uint8Array(64 << 20), { level: 9 });
  const packed = Buffer.concat([Buffer.from('1f8b08000000000000ff', 'hex'), zeros, Buffer.alloc(8)]);
  const sentence = more(1 << 20, 'bytes of data', 'maxBytes');
  assert.is(
    errorOf(() => tar(new Uint8Array(packed), { maxBytes: 1 << 20 })),
    sentence,
  );
  const own = process.getBuiltinModule;
  process.getBuiltinModule = (() => undefined) as typeof own;
  try {
    assert.is(
      errorOf(() => inflated(new Uint8Array(packed), new Limits({ maxBytes: 1 << 20 }))),
      sentence,
    );
  } finally {
    process.getBuiltinModule = own;
  }
  // For all members together.
  const archive = pack({ name: 'f', data: 'x'.repeat(5000) });
  const two = new Uint8Array(Buffer.concat([gzipSync(archive.subarray(0, 1000)), gzipSync(archive.subarray(1000))]));
  assert.is(
    errorOf(() => tar(two, { maxBytes: archive.length - 1 })),
    more(archive.length - 1, 'bytes of data', 'maxBytes'),
  );
  mounted(tar(two, { maxBytes: archive.length }), (kit) => assert.is(kit.stat('f').size, 5000));
});

test('records for all members: bounded, and one copy serves for all', () => {
  const records = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`SCHILY.xattr.user.${i}`, 'x']));
  const files = Array.from({ length: 6000 }, (_, i): Raw => ({ name: `f${i}` }));
  assert.is(
    errorOf(() => tar(pack(pax(records(10_001), 'g'), ...files))),
    more(10_000, 'records in one pax header', 'maxRecords'),
  );
  assert.is(
    errorOf(() => tar(pack(pax(records(3)), { name: 'f' }), { maxRecords: 2 })),
    more(2, 'records in one pax header', 'maxRecords'),
  );
  const backend = tar(pack(pax(records(1000), 'g'), ...files));
  const maps = new Set([...backend.root().children.values()].map(({ meta }) => meta.xattrs));
  assert.is(maps.size, 1);
  assert.is([...maps][0]!.size, 1000);
  // With one of its own, each member has a new map: it is counted as names.
  const own = files.flatMap((file) => [pax({ 'SCHILY.xattr.user.own': 'x' }), file]);
  assert.is(
    errorOf(() => tar(pack(pax(records(1000), 'g'), ...own), { maxNames: 1 << 20 })),
    more(1 << 20, 'bytes of names', 'maxNames'),
  );
});

test('directories that no member is of: bounded', () => {
  const deep = (i: number): Raw[] => [pax({ path: `${i}/${'d/'.repeat(2000)}f` }), { name: 'f' }];
  const bytes = pack(...Array.from({ length: 200 }, (_, i) => deep(i)).flat());
  assert.is(
    errorOf(() => tar(bytes)),
    more(2 ** 18, 'directories without a member of their own', 'maxImplied'),
  );
  assert.is(
    errorOf(() => tar(bytes, { maxImplied: 1e6 })),
    'none',
  );
  const members = Array.from({ length: 50 }, (_, i): Raw => ({ name: `d${i}/`, type: '5' }));
  assert.is(
    errorOf(() => tar(pack(...members), { maxImplied: 0 })),
    'none',
  );
});

test('members, names and levels: bounded', () => {
  const files = ['a', 'b', 'c'].map((name): Raw => ({ name: name.repeat(10) }));
  assert.is(
    errorOf(() => tar(pack(...files), { maxMembers: 2 })),
    more(2, 'members', 'maxMembers'),
  );
  assert.is(
    errorOf(() => tar(pack(...files), { maxMembers: 3, maxNames: 30 })),
    'none',
  );
  assert.is(
    errorOf(() => tar(pack(...files), { maxNames: 29 })),
    more(29, 'bytes of names', 'maxNames'),
  );
  assert.equal(tar(pack({ name: 'a/b/c' }, { name: 'a/b' }), { maxDepth: 2 }).skipped, [
    { path: 'a/b/c', reason: 'it lies more than 2 directories deep' },
  ]);
  // Skipped members count too.
  assert.is(
    errorOf(() => tar(pack(...files.map(() => ({ name: '../x' }))), { maxMembers: 2 })),
    more(2, 'members', 'maxMembers'),
  );
  assert.is(
    errorOf(() => unpackTar(pack(...files), ram(), undefined, { maxMembers: 2 })),
    more(2, 'members', 'maxMembers'),
  );
});

/** Archives with one sparse file of `count` empty extents, in each format of its map. */
function sparse(count: number): Uint8Array[] {
  const map = Array.from({ length: 2 * count }, () => '0');
  const size = { 'GNU.sparse.realsize': '0', 'GNU.sparse.numblocks': String(count) };
  const pair = '23 GNU.sparse.offset=0\n25 GNU.sparse.numbytes=0\n';
  const lines = `${count}\n${map.join('\n')}\n`;
  const file: Raw = { name: 's' };
  return [
    pack({ ...pax(size), data: `${pax(size).data as string}${pair.repeat(count)}` }, file),
    pack(pax({ ...size, 'GNU.sparse.map': map.join() }), file),
    pack(pax({ ...size, 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0' }), { ...file, data: lines }),
    oldGnu(count),
  ];
}

/** The old GNU format: four extents in the header, 21 in each extension block. */
function oldGnu(count: number): Uint8Array {
  const pieces = (block: Uint8Array, at: number, few: number): Uint8Array => {
    block.set(Buffer.from('00000000000\0'.repeat(2 * few)), at);
    return block;
  };
  const [header, end] = [pack({ name: 's', type: 'S', magic: 'ustar  \0' }), new Uint8Array(1024)];
  pieces(header, 386, Math.min(4, count)).set(Buffer.from('00000000000\0'), 483);
  const blocks: Uint8Array[] = [];
  for (let left = count - 4; left > 0; left -= 21) {
    (blocks.at(-1) ?? header)[blocks.length > 0 ? 504 : 482] = 1;
    blocks.push(pieces(new Uint8Array(512), 0, Math.min(21, left)));
  }
  header.fill(32, 148, 156);
  const sum = header.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  header.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return new Uint8Array(Buffer.concat([header.subarray(0, 512), ...blocks, end]));
}

test('pieces of sparse files: bounded, in each way to store a map', () => {
  for (const [i, bytes] of sparse(100).entries()) {
    const few = more(99, 'pieces of sparse files', 'maxExtents');
    assert.is(
      errorOf(() => tar(bytes, { maxExtents: 99 })),
      few,
      String(i),
    );
    for (const maxExtents of [100, Infinity]) {
      mounted(tar(bytes, { maxExtents }), (kit) => assert.is(kit.stat('s').size, 0, String(i)));
    }
    // For all files together.
    const two = new Uint8Array(Buffer.concat([bytes.subarray(0, -1024), bytes]));
    assert.is(
      errorOf(() => tar(two, { maxExtents: 199 })),
      more(199, 'pieces of sparse files', 'maxExtents'),
    );
  }
  for (const bytes of sparse(1_000_001))
    assert.is(
      errorOf(() => tar(bytes)),
      more(1_000_000, 'pieces of sparse files', 'maxExtents'),
    );
});

test('a name as long as an archive is reported, and not parsed', () => {
  const long = (name: string): Uint8Array =>
    pack({ name: 'L', type: 'L', data: name, magic: 'ustar  \0' }, { name: 'f' }, { name: 'g' });
  assert.equal(tar(long('/'.repeat(5_000_000))).skipped, []);
  const deep = tar(long('a/'.repeat(2_500_000)));
  assert.is(deep.skipped[0]!.reason, 'it lies more than 2048 directories deep');
  const root = deep.root();
  assert.equal([...root.children.keys()], ['g']);
  assert.is(deep.hidden(root).length, 1);
  assert.is(tar(long('a'.repeat(256))).skipped[0]!.reason, 'a name of it is longer than 255 bytes');
  // Longer than the longest string.
  const size = 2 ** 29 + 512;
  const header = pack({ name: 'L', type: 'L', size, magic: 'ustar  \0' }).subarray(0, 512);
  const bytes = new Uint8Array(size + 2048).fill(0x61);
  bytes.set(header);
  bytes.set(pack({ name: 'f' }), size + 512);
  assert.is(
    errorOf(() => tar(bytes)),
    more(2 ** 27, 'bytes of names', 'maxNames'),
  );
});

test('unknown options, and options that are not numbers', () => {
  const bytes = pack({ name: 'f' });
  for (const [options, message] of [
    [{ maxSize: 1 }, /maxSize/],
    [{ maxBytes: '1' }, /maxBytes/],
    [{ maxMembers: NaN }, /maxMembers/],
    [{ maxDepth: -1 }, /maxDepth/],
    [5, /options|object/],
  ] as const)
    assert.throws(
      () => tar(bytes, options as TarOptions),
      (thrown: unknown) =>
        thrown instanceof TypeError &&
        message.test(thrown.message) &&
        (thrown as never as { code: string }).code.startsWith('ERR_'),
    );
  assert.is(
    errorOf(() => tar(bytes, { maxBytes: undefined, maxMembers: Infinity } as never)),
    'none',
  );
});

test('200,000 members in as many directories as a large tree has', () => {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < 200_000; i++)
    parts.push(pack({ name: `package/node_modules/${i >> 3}/lib/file-${i}.js` }).subarray(0, 512));
  const backend = tar(new Uint8Array(Buffer.concat(parts)));
  assert.is(backend.skipped.length, 0);
  assert.is([...backend.root().children.keys()].join(), 'package');
});

test('a tree deeper than the stack is loaded and saved', () => {
  const depth = 5000;
  const bytes = pack(pax({ path: `${'d/'.repeat(depth)}f` }), { name: 'f', data: 'x' });
  const backend = tar(bytes, { maxDepth: depth + 1 });
  const into = ram();
  unpackTar(bytes, into, undefined, { maxDepth: depth + 1 });
  let [one, two] = [backend.root(), into.root()];
  for (let i = 0; i < depth; i++)
    [one, two] = [backend.lookup(one, 'd') as typeof one, into.lookup(two, 'd') as typeof two];
  assert.equal([one.kind, two.kind], [S_IFDIR, S_IFDIR]);
  assert.ok(typeof into.lookup(two, 'f') !== 'number');
  assert.ok(packTar(into).length > depth * depth);
});

test.run();
