// Values at the edges: inode numbers above 32 bits, names counted in bytes of UTF-8, the default limits.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_RDONLY } from '../linux/constants.ts';
import { NEXT_INO, type Core } from '../backends/memfs/core.ts';
import { memfs } from '../backends/memfs/index.ts';
import { E, errnoName } from '../linux/errno.ts';
import { MAX_FIDS, MSIZE, Server } from './server.ts';
import { ROOT } from '../../testing/raw-client.ts';
import { scenario } from '../../testing/uvu.ts';

scenario('inode numbers above 32 bits are whole in every qid', (c, store) => {
  (store.volume._core as unknown as Core)[NEXT_INO] = 2 ** 40 + 5;
  const qids: bigint[] = [];
  const dir = c.walk('');
  qids.push(c.call('Tmkdir', { dfid: ROOT, name: 'd', mode: 0o755, gid: 0 }).qid.path);
  qids.push(c.call('Tlcreate', { fid: c.walk('d'), name: 'f', flags: O_RDONLY, mode: 0o644, gid: 0 }).qid.path);
  qids.push(c.call('Tsymlink', { dfid: dir, name: 's', symtgt: 'x', gid: 0 }).qid.path);
  const base = 2n ** 40n + 5n;
  assert.equal(qids, [base, base + 1n, base + 2n]);

  const fid = c.fid();
  const { wqid } = c.call('Twalk', { fid: ROOT, newfid: fid, wname: ['d', 'f'] });
  assert.equal(
    wqid.map(({ path }) => path),
    [base, base + 1n],
  );
  assert.is(c.attr(fid).qid.path, base + 1n);
  assert.is(c.call('Tlopen', { fid, flags: O_RDONLY }).qid.path, base + 1n);
  const listed = c.entries(c.open('d', O_RDONLY)).map(({ name, path }) => [name, path]);
  assert.equal(listed, [
    ['.', base],
    ['..', c.attr(ROOT).qid.path],
    ['f', base + 1n],
  ]);
});

scenario('a name of 255 bytes in UTF-8 is the longest, of whatever characters', (c) => {
  const characters = [
    '\x01',
    '\x7f',
    '\x80',
    '\u07ff',
    '\u0800',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '\u{10000}',
    '\u{10ffff}',
  ];
  for (const character of characters) {
    const size = new TextEncoder().encode(character).length;
    const exact = character.repeat(Math.floor(255 / size)) + 'x'.repeat(255 % size);
    for (const [text, errno] of [
      [exact, 0],
      [`${exact}x`, E.ENAMETOOLONG],
    ] as const) {
      const made = c.errno('Tmkdir', { dfid: ROOT, name: text, mode: 0o755, gid: 0 });
      assert.is(errnoName(made), errnoName(errno), `${size} bytes: U+${character.codePointAt(0)!.toString(16)}`);
    }
    assert.ok(c.exists(exact));
  }
});

test('the default limits', () => {
  const server = new Server(memfs(new Volume()));
  assert.equal([server.msize, server.maxFids], [8_388_608, 262_144]);
  assert.equal([MSIZE, MAX_FIDS], [server.msize, server.maxFids]);
});

test.run();
