// Treaddir: cookies, payload limits, and directories that change meanwhile.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { QTDIR, QTFILE, QTSYMLINK } from '../../9p/constants.ts';
import { DT_DIR, DT_FIFO, DT_LNK, DT_REG, O_DIRECTORY, O_RDONLY, S_IFIFO } from '../../linux/constants.ts';
import { encodeFrame } from '../../9p/schema/interpret.ts';
import { Packet } from '../../9p/packet.ts';
import { ram } from '../../backends/ram/index.ts';
import { E } from '../../linux/errno.ts';
import { Iov } from '../../lib/iov.ts';
import { Server } from '../server.ts';
import { MemfsStore } from '../../../testing/memfs-store.ts';
import { RawClient, ROOT } from '../../../testing/raw-client.ts';
import { scenario } from '../../../testing/uvu.ts';

function makeFiles(c: RawClient, count: number): string[] {
  const names = Array.from({ length: count }, (_, i) => `f${i}`);
  for (const name of names) c.file(name);
  return names;
}

scenario('entries tell name, qid and kind; `.` and `..` come first', (c) => {
  c.mkdir('d');
  c.mkdir('d/sub');
  c.file('d/file');
  c.within('d/é', (dfid, name) => c.call('Tsymlink', { dfid, name, symtgt: 'x', gid: 0 }));
  c.within('d/p', (dfid, name) => c.call('Tmknod', { dfid, name, mode: S_IFIFO, major: 0, minor: 0, gid: 0 }));
  const path = (name: string) => c.attr(c.walk(name)).qid.path;
  const entries = c.entries(c.open('d', O_RDONLY));
  assert.equal(
    entries.map(({ name, type, dtype, path }) => [name, type, dtype, path]),
    [
      ['.', QTDIR, DT_DIR, path('d')],
      ['..', QTDIR, DT_DIR, path('')],
      ['sub', QTDIR, DT_DIR, path('d/sub')],
      ['file', QTFILE, DT_REG, path('d/file')],
      ['é', QTSYMLINK, DT_LNK, path('d/é')],
      ['p', QTFILE, DT_FIFO, path('d/p')],
    ],
  );
  assert.equal(
    c
      .entries(c.open('', O_RDONLY))
      .slice(0, 2)
      .map((entry) => entry.path),
    [path(''), path('')],
  );
});

scenario('however little is read at a time, each name comes once', (c) => {
  const names = makeFiles(c, 30);
  for (const count of [27, 28, 50, 51, 100, 1000]) {
    assert.equal(c.names(c.open('', O_RDONLY), count), names, `${count} bytes`);
  }
});

scenario('going on at any cookie gives the rest', (c) => {
  makeFiles(c, 10);
  const fid = c.open('', O_RDONLY);
  const all = c.entries(fid);
  assert.is(new Set(all.map(({ cookie }) => cookie)).size, all.length);
  // Backwards, so that most of them were given before.
  for (let i = all.length - 1; i >= 0; i--) {
    assert.equal(c.entries(fid, all[i]!.cookie), all.slice(i + 1), `after ${all[i]!.name}`);
    const other = c.open('', O_RDONLY);
    assert.equal(c.entries(other, all[i]!.cookie), all.slice(i + 1), 'on a fid that has given none');
    c.clunk(other);
  }
  assert.equal(c.entries(fid, 0n), all);
});

scenario('after a rewind cookies are those of the new listing', (c) => {
  makeFiles(c, 5);
  const fid = c.open('', O_RDONLY);
  const [, dots] = c.entries(fid);
  c.unlink('f0');
  assert.equal(c.names(fid), ['f1', 'f2', 'f3', 'f4']);
  assert.equal(
    c.entries(fid, dots!.cookie).map(({ name }) => name),
    ['f1', 'f2', 'f3', 'f4'],
  );
  assert.is(c.session.listed, 4, 'the names of before are forgotten');
});

scenario('room for not one entry is EINVAL, and nothing is lost', (c) => {
  const name = 'n'.repeat(255);
  c.file(name);
  const fid = c.open('', O_RDONLY);
  for (const count of [0, 1, 24]) c.expectError('Treaddir', { fid, cookie: 0n, count }, E.EINVAL, `${count}`);
  const dots = c.entries(fid, 0n, 25);
  assert.equal(
    dots.map((entry) => entry.name),
    ['.'],
  );
  for (const count of [25, 26, 278]) c.expectError('Treaddir', { fid, cookie: 2n, count }, E.EINVAL, `${count}`);
  assert.is(c.entries(fid, 2n, 279)[0]!.name, name);
});

scenario('a name is measured in bytes', (c) => {
  const name = '日'.repeat(85);
  c.file(name);
  const fid = c.open('', O_RDONLY);
  c.expectError('Treaddir', { fid, cookie: 2n, count: 278 }, E.EINVAL);
  assert.is(c.entries(fid, 2n, 279)[0]!.name, name);
});

scenario('a cookie that was never given is the end, and the listing goes on elsewhere', (c) => {
  const names = makeFiles(c, 5);
  const fid = c.open('', O_RDONLY);
  for (const cookie of [8n, 1000n, 65_536n, 2n ** 31n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
    assert.equal(c.entries(fid, cookie), [], `${cookie}`);
    assert.equal(c.names(fid), names);
    assert.equal(c.entries(c.open('', O_RDONLY), cookie), [], `${cookie} on a new fid`);
  }
});

scenario('for a cookie that is far ahead nothing is gone through', (c, store) => {
  const names = makeFiles(c, 5);
  const fid = c.open('', O_RDONLY);
  let lists = 0;
  store.faults.list = () => void lists++;
  for (const cookie of [65_545n, 2n ** 31n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
    assert.equal(c.entries(c.open('', O_RDONLY), cookie), [], `${cookie}`);
    assert.is(lists, 0);
    assert.equal(c.entries(fid, cookie), []);
  }
  assert.equal(c.names(fid), names);
});

scenario('one answer has at most 64 KiB of a listing, whatever was asked for', (first, store) => {
  const names = Array.from({ length: 300 }, (_, i) => `${i}`.padEnd(250, 'n'));
  for (const name of names) first.file(name);
  const c = store.client(2 << 20);
  const fid = c.open('', O_RDONLY);
  const count = 1 << 20;
  // A listing also ends when its time is over, as on a loaded machine: the longest of some counts.
  let longest = 0;
  for (let i = 0; i < 20 && longest <= 65_000; i++) {
    const { length } = c.call('Treaddir', { fid, cookie: 0n, count }).data;
    assert.ok(length <= 65_536, `${length}`);
    longest = Math.max(longest, length);
  }
  assert.ok(longest > 65_000, `${longest}`);
  assert.equal(c.names(fid, count), names);
});

scenario('listings do not keep the messages that they were answered by', (c) => {
  makeFiles(c, 3);
  const held = (value: object, depth: number): number => {
    if (value instanceof Packet) return value.u8.length;
    if (depth === 0 || value === c.session) return 0;
    const parts = Object.values(value).filter((part) => typeof part === 'object' && part !== null);
    return parts.reduce((sum, part) => sum + held(part as object, depth - 1), 0);
  };
  for (let i = 0; i < 10; i++) {
    const fid = c.open('', O_RDONLY);
    c.entries(fid, 0n, 60_000);
    assert.is(held(c.session.fids.get(fid)!.stream!, 2), 0);
  }
  assert.ok(c.session.listing!.u8.length < 200_000, 'the session keeps one');
});

scenario('unlinking listed entries, as rm -r does: every name is listed', (c) => {
  c.mkdir('d');
  for (let i = 0; i < 50; i++) c.file(`d/f${i}`);
  const fid = c.open('d', O_RDONLY);
  let met = 0;
  for (let cookie = 0n; ;) {
    const entries = c.entries(fid, cookie, 80);
    if (entries.length === 0) break;
    for (const { name } of entries) {
      if (name === '.' || name === '..') continue;
      c.unlink(`d/${name}`);
      met++;
    }
    cookie = entries.at(-1)!.cookie;
  }
  assert.is(met, 50);
  c.rmdir('d');
});

scenario('an entry removed after it was listed is not listed again from an older cookie', (c) => {
  makeFiles(c, 6);
  const fid = c.open('', O_RDONLY);
  const all = c.entries(fid);
  for (const name of ['f1', 'f2', 'f4']) c.unlink(name);
  assert.equal(c.names(fid, 4096, all[1]!.cookie), ['f0', 'f3', 'f5']);
  assert.equal(c.names(fid, 4096, all[3]!.cookie), ['f3', 'f5'], 'from the cookie of a removed entry');
});

scenario('a rewind shows what came since', (c) => {
  makeFiles(c, 2);
  const fid = c.open('', O_RDONLY);
  assert.equal(c.names(fid), ['f0', 'f1']);
  c.file('new');
  c.unlink('f0');
  assert.equal(c.names(fid), ['f1', 'new']);
});

scenario('two listings do not disturb each other', (c, store) => {
  const names = makeFiles(c, 8);
  const other = store.client();
  const one = c.open('', O_RDONLY);
  const two = other.open('', O_RDONLY);
  const three = c.open('', O_RDONLY);
  const head = c.entries(one, 0n, 150);
  assert.equal(other.names(two, 60), names);
  assert.equal(c.names(three), names);
  assert.equal(c.names(one, 90, head.at(-1)!.cookie), names.slice(head.length - 2));
});

scenario('a removed directory lists nothing, from any cookie', (c) => {
  c.mkdir('d');
  const fid = c.open('d', O_RDONLY);
  const half = c.open('d', O_RDONLY);
  assert.is(c.entries(half, 0n, 25).length, 1);
  c.rmdir('d');
  for (const cookie of [0n, 1n, 2n, 9n]) {
    assert.equal(c.entries(fid, cookie), []);
    assert.equal(c.entries(half, cookie), []);
  }
});

scenario('a backend that cannot list says so', (c, store) => {
  const fid = c.open('', O_RDONLY);
  store.faults.list = () => E.EACCES;
  c.expectError('Treaddir', { fid, cookie: 0n, count: 100 }, E.EACCES);
  delete store.faults.list;
  assert.is(c.entries(fid).length, 2);
});

test('a payload that has more room than was asked for is not filled beyond that', () => {
  const store = new MemfsStore();
  const c = store.client();
  makeFiles(c, 30);
  const fid = c.open('', O_RDONLY);
  const request = encodeFrame('Treaddir', { tag: 1, fid, cookie: 0n, count: 100 });
  const iov = new Iov();
  const room = new Uint8Array(4096);
  iov.single(room, 0, room.length);
  const reply = new Packet(64);
  assert.is(c.session.serve(new Packet(request), request.length, reply, iov), 11);
  assert.is(reply.view.getUint32(0, true), 11 + reply.view.getUint32(7, true));
  assert.ok(reply.view.getUint32(7, true) <= 100);
  assert.ok(room.subarray(100).every((byte) => byte === 0));
  store.rest();
});

/** A change of the directory, between two messages of a listing. */
const anyChange = fc.oneof(
  fc.record({ what: fc.constant('create' as const), i: fc.nat(9) }),
  fc.record({ what: fc.constant('unlink' as const), i: fc.nat(9) }),
  fc.record({ what: fc.constant('rename' as const), i: fc.nat(9) }),
  fc.record({ what: fc.constant('replace' as const), i: fc.nat(9) }),
);

test('in a storm of changes every survivor is seen once, and nothing breaks', () => {
  const plan = fc.array(fc.array(anyChange, { maxLength: 4 }), { maxLength: 30 });
  fc.assert(
    fc.property(plan, fc.integer({ min: 27, max: 120 }), (steps, count) => {
      const store = new MemfsStore();
      const c = store.client();
      for (let i = 0; i < 10; i++) {
        c.file(`s${i}`);
        c.file(`v${i}`);
      }
      const fid = c.open('', O_RDONLY);
      const seen: string[] = [];
      let cookie = 0n;
      for (let step = 0; ; step++) {
        const entries = c.entries(fid, cookie, count);
        if (entries.length === 0) break;
        seen.push(...entries.map(({ name }) => name));
        cookie = entries.at(-1)!.cookie;
        for (const { what, i } of steps[step] ?? []) {
          if (what === 'create') c.errno('Tmknod', { dfid: ROOT, name: `v${i}`, mode: 0, major: 0, minor: 0, gid: 0 });
          else if (what === 'unlink') c.errno('Tunlinkat', { dfid: ROOT, name: `v${i}`, flags: 0 });
          else {
            const newname = what === 'rename' ? `n${i}` : `v${(i + 1) % 10}`;
            c.errno('Trenameat', { olddirfid: ROOT, oldname: `v${i}`, newdirfid: ROOT, newname });
          }
        }
      }
      assert.equal(
        seen.filter((name) => name.startsWith('s')),
        Array.from({ length: 10 }, (_, i) => `s${i}`),
      );
      store.rest();
    }),
    { numRuns: 60 },
  );
});

test('the listings of a session keep no more than 4,194,304 names', () => {
  const server = new Server(ram());
  const c = new RawClient(server, 1 << 20);
  for (let i = 0; i < 2000; i++) c.file(`${i}`);
  const open = () => c.open('', O_RDONLY | O_DIRECTORY);
  // Cookies that are far behind the end: all names before them are read.
  const far = (fid: number) => c.errno('Treaddir', { fid, cookie: 2100n, count: 1000 });
  const fids = Array.from({ length: 2097 }, open);
  for (const fid of fids) assert.is(far(fid), 0);
  assert.is(c.session.listed, 4_194_000);
  const last = open();
  assert.is(far(last), E.ENOMEM);
  assert.is(c.errno('Treaddir', { fid: fids[0]!, cookie: 3n, count: 1000 }), 0, 'it keeps them already');
  c.clunk(fids[0]!);
  assert.is(far(last), 0);
  server.close();
  assert.is(c.session.listed, 0);
});

test.run();
