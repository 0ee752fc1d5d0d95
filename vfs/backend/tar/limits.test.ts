// Small archives that would cost much: each is refused with a sentence, at a cost that goes with its size.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { S_IFDIR } from '../../9p/constants.ts';
import { ram } from '../ram/index.ts';
import { inflated } from './gzip.ts';
import { load, save, tar, type TarOptions } from './index.ts';
import { Limits } from './limits.ts';
import { mounted, pack, pax, type Raw } from './testing.ts';

function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return 'none';
}

/** The sentence of a limit. */
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
  // Of all members together.
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
    errorOf(() => tar(pack(pax(records(1001), 'g'), ...files))),
    more(1000, 'pax records in force for all members', 'maxRecords'),
  );
  const backend = tar(pack(pax(records(1000), 'g'), ...files));
  const maps = new Set([...backend.root().children.values()].map(({ meta }) => meta.xattrs));
  assert.is(maps.size, 1);
  assert.is([...maps][0]!.size, 1000);
  // With one of its own, each member has all of them anew: they are counted as names.
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
  const told = Array.from({ length: 50 }, (_, i): Raw => ({ name: `d${i}/`, type: '5' }));
  assert.is(
    errorOf(() => tar(pack(...told), { maxImplied: 0 })),
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
  // Members that are left out count, too.
  assert.is(
    errorOf(() => tar(pack(...files.map(() => ({ name: '../x' }))), { maxMembers: 2 })),
    more(2, 'members', 'maxMembers'),
  );
  assert.is(
    errorOf(() => load(pack(...files), ram(), undefined, { maxMembers: 2 })),
    more(2, 'members', 'maxMembers'),
  );
});

test('options that are not known, or are no numbers', () => {
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
  load(bytes, into, undefined, { maxDepth: depth + 1 });
  let [one, two] = [backend.root(), into.root()];
  for (let i = 0; i < depth; i++)
    [one, two] = [backend.lookup(one, 'd') as typeof one, into.lookup(two, 'd') as typeof two];
  assert.equal([one.kind, two.kind], [S_IFDIR, S_IFDIR]);
  assert.ok(typeof into.lookup(two, 'f') !== 'number');
  assert.ok(save(into).length > depth * depth);
});

test.run();
