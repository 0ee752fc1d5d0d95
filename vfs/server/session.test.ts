// Tversion, Tattach and framing: how a session begins and ends.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOFID, NOTAG, VERSION } from '../9p/constants.ts';
import { O_RDONLY, O_RDWR } from '../linux/constants.ts';
import { decodeFrame, encodeFrame } from '../9p/schema/interpret.ts';
import { memfs } from '../backends/memfs/index.ts';
import { E } from '../linux/errno.ts';
import { Server } from './server.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { MemfsStore } from '../../testing/memfs-store.ts';
import { exchange, ROOT, Wire } from '../../testing/raw-client.ts';
import { scenario } from '../../testing/uvu.ts';

const ATTACH = { fid: ROOT, afid: NOFID, uname: 'me', aname: '', n_uname: 0 };

/** The reply of a new connection to a Tversion. */
function version(msize: number, name = VERSION, serverMsize = 1 << 20) {
  const session = new Wire(new Server(memfs(new Volume()), { msize: serverMsize }));
  const reply = exchange(session, 'Tversion', { msize, version: name }, NOTAG);
  session.close();
  return reply;
}

test('the smaller msize of both sides counts', () => {
  assert.equal(version(8192), { message: 'Rversion', tag: NOTAG, msize: 8192, version: VERSION });
  assert.equal(version(2 ** 32 - 1), { message: 'Rversion', tag: NOTAG, msize: 1 << 20, version: VERSION });
});

test('an msize in which nothing fits is refused', () => {
  for (const msize of [0, 7, 24, 511]) {
    assert.equal(version(msize), { message: 'Rlerror', tag: NOTAG, ecode: E.EINVAL }, `${msize}`);
  }
  assert.is(version(512)?.message, 'Rversion');
});

test('a version that is not spoken is answered with unknown, and nothing can be done then', () => {
  for (const name of ['9P2000', '9P2000.u', '9P2001.L', '9P2000.LX', '']) {
    const session = new Wire(new Server(memfs(new Volume())));
    const reply = exchange(session, 'Tversion', { msize: 8192, version: name }, NOTAG);
    assert.equal(reply, { message: 'Rversion', tag: NOTAG, msize: 8192, version: 'unknown' }, name);
    assert.is(exchange(session, 'Tattach', ATTACH), null);
  }
});

test('a request before Tversion closes the connection', () => {
  const server = new Server(memfs(new Volume()));
  const session = new Wire(server);
  assert.is(exchange(session, 'Tattach', ATTACH), null);
  assert.equal(server.inspect(), AT_REST);
  assert.is(exchange(session, 'Tversion', { msize: 8192, version: VERSION }, NOTAG), null, 'and it stays closed');
});

scenario('NOTAG is for Tversion, and Tversion for NOTAG', (c) => {
  const fid = c.walk('');
  const reply = exchange(c.wire, 'Tgetattr', { fid, request_mask: 0 }, NOTAG);
  assert.equal(reply, { message: 'Rlerror', tag: NOTAG, ecode: E.EINVAL });
  c.expectError('Tversion', { msize: 8192, version: VERSION }, E.EINVAL);
  c.attr(fid);
});

scenario('Tversion in mid-session clunks every fid', (c, store) => {
  const opened = c.create('opened', 'x');
  c.mkdir('dir');
  c.walk('dir');
  const orphan = c.create('orphan', '12345');
  c.unlink('orphan');
  assert.equal(store.server.inspect(), { sessions: 1, fids: 4, inodes: 4, orphans: 1, reclaiming: 0, bytes: 5 });

  const reply = exchange(c.wire, 'Tversion', { msize: 4096, version: VERSION }, NOTAG);
  assert.is(reply?.message, 'Rversion');
  assert.equal(store.server.inspect(), { ...AT_REST, sessions: 1, reclaiming: 1, bytes: 5 });
  for (const fid of [ROOT, opened, orphan]) c.expectError('Tgetattr', { fid, request_mask: 0 }, E.EBADF);
  assert.equal(store.server.inspect(), { ...AT_REST, sessions: 1 }, 'the orphan was reclaimed in passing');
  c.call('Tattach', ATTACH);
  assert.is(c.text('opened'), 'x');
});

scenario('a Tversion that fails ends the session too', (c) => {
  c.walk('');
  const reply = exchange(c.wire, 'Tversion', { msize: 7, version: VERSION }, NOTAG);
  assert.is(reply?.message, 'Rlerror');
  assert.is(exchange(c.wire, 'Tgetattr', { fid: ROOT, request_mask: 0 }), null);
});

scenario('attach: only the exported tree, without authentication', (c) => {
  const fid = c.fid();
  for (const aname of ['/', '']) {
    c.call('Tattach', { ...ATTACH, fid, aname });
    c.clunk(fid);
  }
  for (const aname of ['/etc', '..', '/../', '/..', '//', '.']) {
    c.expectError('Tattach', { ...ATTACH, fid, aname }, E.EPERM, aname);
  }
  c.expectError('Tattach', { ...ATTACH, fid, afid: 7 }, E.EPERM, 'an unknown afid');
  c.expectError('Tattach', { ...ATTACH, fid: ROOT }, E.EBADF, 'the fid is in use');
  c.expectError('Tattach', { ...ATTACH, fid: NOFID }, E.EBADF);
  c.expectError('Tauth', { afid: fid, uname: '', aname: '', n_uname: 0 }, E.ENOENT);
  c.expectError('Tclunk', { fid }, E.EBADF, 'none of it made a fid');
});

scenario('a fid is of its session only', (c, store) => {
  const other = store.client();
  const fid = c.create('f', 'mine');
  assert.is(fid, other.fid());
  other.expectError('Tread', { fid, offset: 0, count: 9 }, E.EBADF);
  other.expectError('Tclunk', { fid }, E.EBADF);
  assert.is(c.read(fid), 'mine');
});

scenario(
  'no more fids than a session may have',
  (c, store) => {
    const fids = Array.from({ length: 9 }, () => c.walk(''));
    c.expectError('Twalk', { fid: ROOT, newfid: c.fid(), wname: [] }, E.EMFILE);
    c.expectError('Tattach', { ...ATTACH, fid: c.fid() }, E.EMFILE);
    c.expectError('Txattrwalk', { fid: ROOT, newfid: c.fid(), name: '' }, E.EMFILE);
    assert.is(store.server.inspect().fids, 10);
    c.call('Twalk', { fid: ROOT, newfid: ROOT, wname: ['.'] });
    c.clunk(fids[0]!);
    c.walk('');
  },
  { maxFids: 10 },
);

scenario('fid numbers far apart', (c, store) => {
  for (const newfid of [65_535, 65_536, 2 ** 31, NOFID - 1]) {
    c.call('Twalk', { fid: ROOT, newfid, wname: [] });
    c.expectError('Twalk', { fid: ROOT, newfid, wname: [] }, E.EBADF);
    c.attr(newfid);
  }
  assert.is(store.server.inspect().fids, 5);
  c.clunk(65_536);
  c.expectError('Tclunk', { fid: 65_536 }, E.EBADF);
  assert.is(store.server.inspect().fids, 4);
});

scenario('flush: of anything, twice, of itself', (c) => {
  for (const oldtag of [1, 1, 77, NOTAG]) c.call('Tflush', { oldtag });
  const fid = c.create('f');
  c.call('Tflush', { oldtag: 1 });
  c.write(fid, 'still open');
});

/** A frame with the bytes of `name` after which `change` has written. */
function raw(change: (bytes: number[]) => void): Uint8Array {
  const bytes = [...encodeFrame('Twalk', { tag: 3, fid: ROOT, newfid: 9, wname: ['ab'] })];
  change(bytes);
  return Uint8Array.from(bytes);
}

test('a frame whose size is a lie closes the connection', () => {
  const lies: [string, Uint8Array][] = [
    ['no bytes', new Uint8Array(0)],
    ['six bytes', new Uint8Array(6)],
    ['size 0', raw((bytes) => (bytes[0] = 0))],
    ['size 6', raw((bytes) => (bytes[0] = 6))],
    ['one less', raw((bytes) => bytes[0]!--)],
    ['one more', raw((bytes) => bytes[0]!++)],
    ['2^32 - 1', raw((bytes) => bytes.splice(0, 4, 255, 255, 255, 255))],
    ['more than msize', encodeFrame('Twrite', { tag: 1, fid: 1, offset: 0, data: new Uint8Array(4096) })],
  ];
  for (const [why, bytes] of lies) {
    const store = new MemfsStore();
    const c = store.client(4096);
    c.create('f');
    assert.is(c.frame(bytes), null, why);
    assert.equal(store.server.inspect(), AT_REST, why);
    assert.is(c.frame(encodeFrame('Tclunk', { tag: 1, fid: ROOT })), null, 'it stays closed');
    store.rest();
  }
});

scenario('a frame that is whole but no message is answered', (c) => {
  const wrong: [string, number, Uint8Array][] = [
    ['a string past the end', E.EINVAL, raw((bytes) => (bytes[17] = 3))],
    ['fewer names than declared', E.EINVAL, raw((bytes) => (bytes[15] = 2))],
    ['more names than declared', E.EINVAL, raw((bytes) => (bytes[15] = 0))],
    ['17 names', E.EINVAL, raw((bytes) => (bytes[15] = 17))],
    ['bytes left over', E.EINVAL, raw((bytes) => (bytes[0] = bytes.push(0)))],
    ['an R-message', E.ENOTSUP, encodeFrame('Rclunk', { tag: 3 })],
    ['Rlerror', E.ENOTSUP, encodeFrame('Rlerror', { tag: 3, ecode: 5 })],
    ['an unknown type', E.ENOTSUP, raw((bytes) => (bytes[4] = 255))],
    ['Topen of 9P2000', E.ENOTSUP, raw((bytes) => (bytes[4] = 112))],
    ['Tlerror', E.ENOTSUP, raw((bytes) => (bytes[4] = 6))],
    ['type 0', E.ENOTSUP, raw((bytes) => (bytes[4] = 0))],
  ];
  for (const [why, ecode, bytes] of wrong) {
    const reply = decodeFrame(c.frame(bytes)!);
    assert.equal(reply, { message: 'Rlerror', tag: 3, ecode }, why);
  }
  c.expectError('Tclunk', { fid: 9 }, E.EBADF, 'none of it walked');
});

scenario('a Twrite whose count is not what came', (c) => {
  const fid = c.create('f', 'before');
  for (const lie of [-1, 1, 100]) {
    const bytes = encodeFrame('Twrite', { tag: 3, fid, offset: 0, data: new Uint8Array(10) });
    bytes[19] = 10 + lie;
    assert.equal(decodeFrame(c.frame(bytes)!), { message: 'Rlerror', tag: 3, ecode: E.EINVAL }, `${lie}`);
  }
  assert.is(c.read(fid), 'before');
});

scenario(
  'a Tread of 2^32 - 1 bytes gives what a message holds',
  (c) => {
    const fid = c.create('f');
    c.write(fid, new Uint8Array(3000).fill(1));
    c.write(fid, new Uint8Array(3000).fill(1), 3000);
    const reply = c.frame(encodeFrame('Tread', { tag: 1, fid, offset: 0, count: 2 ** 32 - 1 }))!;
    assert.is(reply.length, 4096, 'all of msize');
    const { data } = c.call('Tread', { fid, offset: 4085, count: 2 ** 32 - 1 });
    assert.equal([...data], new Array(6000 - 4085).fill(1));
  },
  { msize: 4096 },
);

/** A Tread, Twrite or Tsetattr of any 64 bits as its offset or size. */
function offsets(name: 'Tread' | 'Twrite' | 'Tsetattr', fid: number, value: bigint): Uint8Array {
  const at = { Tread: 11, Twrite: 11, Tsetattr: 27 }[name];
  const bytes =
    name === 'Tread'
      ? encodeFrame(name, { tag: 3, fid, offset: 0, count: 1 })
      : name === 'Twrite'
        ? encodeFrame(name, { tag: 3, fid, offset: 0, data: new Uint8Array(1) })
        : encodeFrame(name, {
            ...{ tag: 3, fid, valid: 8, mode: 0, uid: 0, gid: 0, size: 0 },
            ...{ atime_sec: 0, atime_nsec: 0, mtime_sec: 0, mtime_nsec: 0 },
          });
  new DataView(bytes.buffer).setBigUint64(at, value, true);
  return bytes;
}

scenario('offsets and sizes beyond every file', (c) => {
  const fid = c.create('f', 'text');
  const cases: [bigint, read: number, write: number][] = [
    [2n ** 64n - 1n, E.EINVAL, E.EINVAL],
    [2n ** 63n, E.EINVAL, E.EINVAL],
    [2n ** 63n - 1n, E.EOVERFLOW, E.EOVERFLOW],
    [2n ** 53n, E.EOVERFLOW, E.EOVERFLOW],
    [2n ** 53n - 1n, 0, E.EFBIG],
    [2n ** 40n, 0, E.EFBIG],
  ];
  for (const [value, read, write] of cases) {
    const errno = (name: 'Tread' | 'Twrite' | 'Tsetattr') => {
      const reply = decodeFrame(c.frame(offsets(name, fid, value))!);
      return reply.message === 'Rlerror' ? reply.ecode : 0;
    };
    assert.equal([errno('Tread'), errno('Twrite'), errno('Tsetattr')], [read, write, write], `${value}`);
  }
  assert.is(c.text('f'), 'text');
});

scenario('the end of a session releases its references, and none of another session', (c, store) => {
  const other = store.client();
  c.file('shared', 'both');
  const mine = c.open('shared', O_RDWR);
  const theirs = other.open('shared', O_RDONLY);
  c.mkdir('dir');
  c.call('Tlopen', { fid: c.walk('dir'), flags: O_RDONLY });
  c.unlink('shared');
  c.session.close();
  c.session.close();
  assert.equal(store.server.inspect(), { sessions: 1, fids: 2, inodes: 2, orphans: 1, reclaiming: 0, bytes: 4 });
  assert.is(other.read(theirs), 'both');
  assert.is(c.frame(encodeFrame('Tclunk', { tag: 1, fid: mine })), null);
});

test.run();
