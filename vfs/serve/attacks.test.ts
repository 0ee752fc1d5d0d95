// Hostile clients: raw frames over TCP. The numbers are those of docs/security.md.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LOCK_FLAGS_BLOCK, NOTAG, VERSION } from '../9p/constants.ts';
import { encodeFrame } from '../9p/schema/interpret.ts';
import { O_CREAT, O_RDONLY, O_RDWR } from '../linux/constants.ts';
import { attack, changed, lock, open, raw, times } from './attacks-testing.ts';
import { attach } from './testing.ts';

attack('50: a request before Tversion', async (_, tcp) => {
  for (const frame of [
    encodeFrame('Tattach', { tag: 1, ...attach(0) }),
    encodeFrame('Tclunk', { tag: 1, fid: 0 }),
    encodeFrame('Tread', { tag: 1, fid: 0, offset: 0, count: 100 }),
  ]) {
    const fresh = await tcp.connect();
    assert.is(await raw(fresh, frame), 'closed');
  }
});

attack('51, 52, 53: msize and version', async (_, tcp) => {
  const fresh = await tcp.connect();
  for (const msize of [0, 7, 24, 511]) {
    assert.is(await fresh.errno('Tversion', { msize, version: VERSION }, NOTAG), 'EINVAL', `${msize}`);
  }
  const most = (await fresh.ask('Tversion', { msize: 2 ** 32 - 1, version: VERSION }, NOTAG)) as never as {
    msize: number;
  };
  assert.is(most.msize, 65_536);
  for (const version of ['9P2000', '9P2000.u', 'x'.repeat(400), '']) {
    const reply = await fresh.ask('Tversion', { msize: 8192, version }, NOTAG);
    assert.is((reply as never as { version: string }).version, 'unknown');
  }
  assert.is(await fresh.errno('Tattach', attach(0)), 'closed');
});

attack('54: Tversion in the middle of a session ends its fids and orphans', async (c, _, server) => {
  await open(c, 1, 'f', O_RDWR);
  await c.errno('Twalk', { fid: 0, newfid: 2, wname: [] });
  await c.errno('Tlcreate', { fid: 2, name: 'gone', flags: O_RDWR | O_CREAT, mode: 0o600, gid: 0 });
  await c.errno('Tunlinkat', { dfid: 0, name: 'gone', flags: 0 });
  assert.equal([server.inspect().fids, server.inspect().orphans], [6, 1]);
  await c.version();
  assert.equal([server.inspect().fids, server.inspect().orphans], [3, 0]);
  assert.is(await c.errno('Tread', { fid: 1, offset: 0, count: 1 }), 'EBADF');
});

attack('55: a size field of 0 to 6, above msize, or of 4 GiB', async (_, tcp) => {
  const before = process.memoryUsage().arrayBuffers;
  for (const begun of [false, true]) {
    for (const size of [0, 1, 6, 8193, 70_000, 2 ** 31, 2 ** 32 - 1]) {
      const fresh = await tcp.connect();
      if (begun) await fresh.begin();
      const bytes = Uint8Array.from({ length: 64 }, () => TYPE_TGETATTR);
      new DataView(bytes.buffer).setUint32(0, size, true);
      fresh.send(bytes);
      await fresh.ended();
    }
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 8 << 20, 'no large buffer is made');
  const early = await tcp.connect();
  early.send(encodeFrame('Tversion', { tag: NOTAG, msize: 8192, version: 'v'.repeat(600) }).subarray(0, 40));
  await early.ended();
});
const TYPE_TGETATTR = 24;

attack('56: strings past the end, false counts, bytes left over', async (c) => {
  const walk = encodeFrame('Twalk', { tag: 1, fid: 0, newfid: 9, wname: ['d', 'e'] });
  const mkdir = encodeFrame('Tmkdir', { tag: 1, dfid: 0, name: 'new', mode: 0o755, gid: 0 });
  const bad = [
    changed(walk, (view) => view.setUint16(17, 0xffff, true)),
    changed(walk, (view) => view.setUint16(17, 4, true)),
    changed(walk, (view) => view.setUint16(15, 3, true)),
    changed(walk, (view) => view.setUint16(15, 1, true)),
    changed(walk, (view) => view.setUint16(15, 0xffff, true)),
    changed(walk, (_, bytes) => Uint8Array.of(...bytes, 0)),
    changed(walk, (_, bytes) => bytes.slice(0, 16)),
    changed(mkdir, (view) => view.setUint16(11, 100, true)),
    changed(mkdir, (_, bytes) => bytes.slice(0, 14)),
    changed(mkdir, (_, bytes) => Uint8Array.of(...bytes, 1, 2, 3)),
  ];
  for (const [i, frame] of bad.entries()) assert.is(await raw(c, frame), 'EINVAL', `${i}`);
  for (const type of [8, 12, 14, 24, 40, 70, 110, 116, 118, 120]) {
    assert.is(await raw(c, Uint8Array.of(7, 0, 0, 0, type, 1, 0)), 'EINVAL', `a header of type ${type} alone`);
  }
});

attack('57: unknown types and those of replies', async (c) => {
  for (const type of [0, 1, 2, 6, 7, 9, 13, 25, 101, 111, 117, 127, 200, 255]) {
    const errno = await raw(c, Uint8Array.of(7, 0, 0, 0, type, 1, 0));
    assert.ok(['EOPNOTSUPP', 'ENOTSUP', 'EINVAL'].includes(errno), `${type}: ${errno}`);
    const long = await raw(c, Uint8Array.of(40, 0, 0, 0, type, 1, 0, ...new Uint8Array(33)));
    assert.ok(['EOPNOTSUPP', 'ENOTSUP', 'EINVAL'].includes(long), `${type}: ${long}`);
  }
});

attack('58: a read of 4 GiB', async (c) => {
  await open(c, 1, 'f', O_RDWR);
  await c.errno('Tsetattr', { fid: 1, valid: 8, mode: 0, uid: 0, gid: 0, size: 1e6, ...times });
  const reply = (await c.ask('Tread', { fid: 1, offset: 0, count: 2 ** 32 - 1 })) as never as { data: Uint8Array };
  assert.is(reply.data.length, 8192 - 11);
});

attack('59: a write whose count is not its bytes', async (c) => {
  await open(c, 1, 'f', O_RDWR);
  const write = encodeFrame('Twrite', { tag: 1, fid: 1, offset: 0, data: new Uint8Array(100) });
  for (const count of [0, 99, 101, 2 ** 31, 2 ** 32 - 1]) {
    assert.is(
      await raw(
        c,
        changed(write, (view) => view.setUint32(19, count, true)),
      ),
      'EINVAL',
      `${count}`,
    );
  }
});

attack('60, 61: offsets and sizes beyond 2^53', async (c) => {
  await open(c, 1, 'f', O_RDWR);
  const read = encodeFrame('Tread', { tag: 1, fid: 1, offset: 0, count: 10 });
  const write = encodeFrame('Twrite', { tag: 1, fid: 1, offset: 0, data: Uint8Array.of(1) });
  const size = encodeFrame('Tsetattr', { tag: 1, fid: 1, valid: 8, mode: 0, uid: 0, gid: 0, size: 0, ...times });
  for (const [frame, at] of [
    [read, 11],
    [write, 11],
    [size, 27],
  ] as const) {
    for (const value of [2n ** 63n, 2n ** 64n - 1n]) {
      assert.is(
        await raw(
          c,
          changed(frame, (view) => view.setBigUint64(at, value, true)),
        ),
        'EINVAL',
        `${at} ${value}`,
      );
    }
    for (const value of [2n ** 53n, 2n ** 63n - 1n]) {
      const errno = await raw(
        c,
        changed(frame, (view) => view.setBigUint64(at, value, true)),
      );
      assert.ok(errno === 'EOVERFLOW' || errno === 'EFBIG', `${at} ${value}: ${errno}`);
    }
  }
  const sparse = await raw(
    c,
    changed(size, (view) => view.setBigUint64(27, 2n ** 52n, true)),
  );
  assert.ok(sparse === 'Rsetattr' || sparse === 'EFBIG', sparse);
});

attack('62, 63, 64: listings', async (c) => {
  await open(c, 1, 'd', O_RDONLY);
  await open(c, 2, 'f', O_RDONLY);
  for (const count of [0, 1, 24]) assert.is(await c.errno('Treaddir', { fid: 1, cookie: 0n, count }), 'EINVAL');
  for (const cookie of [999n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n]) {
    const reply = (await c.ask('Treaddir', { fid: 1, cookie, count: 1000 })) as never as { data: Uint8Array };
    assert.is(reply.data.length, 0, `${cookie}`);
  }
  assert.is(await c.errno('Tread', { fid: 1, offset: 0, count: 10 }), 'EISDIR');
  assert.is(await c.errno('Treaddir', { fid: 2, cookie: 0n, count: 1000 }), 'ENOTDIR');
});

attack('65, 66: a tag that is in use; Tflush of anything', async (c, _, server) => {
  await open(c, 1, 'f', O_RDWR);
  assert.is(await c.errno('Tlock', lock(1, 1, 1, 0)), 'Rlock');
  c.send(encodeFrame('Tlock', { tag: 5, ...lock(1, 1, 2, LOCK_FLAGS_BLOCK) }));
  assert.is(await c.errno('Tgetattr', { fid: 1, request_mask: 0 }, 5), 'EINVAL', 'the tag waits');
  for (const oldtag of [99, 7, NOTAG]) assert.is(await c.errno('Tflush', { oldtag }, 7), 'Rflush');
  assert.is(await c.errno('Tflush', { oldtag: 5 }, 7), 'Rflush');
  assert.is(await c.errno('Tflush', { oldtag: 5 }, 7), 'Rflush', 'twice');
  c.send(
    encodeFrame('Twalk', { tag: 1, fid: 0, newfid: 3, wname: [] }),
    encodeFrame('Tlcreate', { tag: 2, fid: 3, name: 'n', flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 }),
    encodeFrame('Tflush', { tag: 3, oldtag: 2 }),
    encodeFrame('Tclunk', { tag: 4, fid: 3 }),
  );
  await c.until(() => c.replies.length === 4, 'four replies');
  assert.equal(
    c.replies.splice(0).map(({ message }) => message),
    ['Rwalk', 'Rlcreate', 'Rflush', 'Rclunk'],
  );
  assert.is(server.inspect().fids, 5);
});

attack('67: NOTAG is for Tversion', async (c) => {
  assert.is(await c.errno('Tgetattr', { fid: 0, request_mask: 0 }, NOTAG), 'EINVAL');
  assert.is(await c.errno('Tversion', { msize: 8192, version: VERSION }, 1), 'EINVAL');
});

attack('68: Tlcreate and Twalk of one fid in one packet', async (c) => {
  for (let i = 0; i < 20; i++) {
    c.send(
      encodeFrame('Twalk', { tag: 1, fid: 0, newfid: 3, wname: [] }),
      encodeFrame('Tlcreate', { tag: 2, fid: 3, name: `n${i}`, flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 }),
      encodeFrame('Twalk', { tag: 3, fid: 3, newfid: 4, wname: ['x'] }),
      encodeFrame('Twalk', { tag: 4, fid: 3, newfid: 4, wname: [] }),
      encodeFrame('Tclunk', { tag: 5, fid: 3 }),
      encodeFrame('Tclunk', { tag: 6, fid: 4 }),
    );
    await c.until(() => c.replies.length === 6, 'six replies');
    const names = c.replies.splice(0).map(({ message }) => message);
    assert.equal(names, ['Rwalk', 'Rlcreate', 'Rlerror', 'Rwalk', 'Rclunk', 'Rclunk']);
  }
});

attack(
  '69: more fids, orphans and waiting tags than there may be',
  async (c, _, server) => {
    const frames: Uint8Array[] = [];
    for (let fid = 1; fid <= 3000; fid++)
      frames.push(encodeFrame('Twalk', { tag: 1, fid: 0, newfid: fid * 977, wname: ['f'] }));
    c.send(...frames);
    await c.until(() => c.replies.length === 3000, '3000 replies');
    const refused = c.replies.splice(0).filter(({ message }) => message === 'Rlerror');
    assert.is(refused.length, 3000 - 999);
    assert.is(server.inspect().fids, 1003);
    await c.version();
    assert.is(await c.errno('Tattach', attach(0)), 'Rattach');
    const orphans: Uint8Array[] = [];
    for (let fid = 1; fid <= 900; fid++) {
      orphans.push(
        encodeFrame('Twalk', { tag: 1, fid: 0, newfid: fid, wname: [] }),
        encodeFrame('Tlcreate', { tag: 2, fid, name: 'o', flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 }),
        encodeFrame('Tunlinkat', { tag: 3, dfid: 0, name: 'o', flags: 0 }),
      );
    }
    c.send(...orphans);
    await c.until(() => c.replies.length === 2700, '2700 replies');
    assert.is(server.inspect().orphans, 900);
    c.replies.length = 0;
    assert.is(await c.errno('Tlock', lock(1, 1, 1, 0)), 'Rlock');
    const locks: Uint8Array[] = [];
    for (let tag = 10; tag < 2000; tag++)
      locks.push(encodeFrame('Tlock', { tag, ...lock(1, 1, tag, LOCK_FLAGS_BLOCK) }));
    c.send(...locks);
    // 256 wait for the lock of a file; the others are told to come again.
    await c.until(() => c.replies.length === 1990 - 256, 'the replies to the others');
    assert.ok(c.replies.every((reply) => (reply as never as { status: number }).status === 1));
    c.replies.length = 0;
    assert.is(await c.errno('Tgetattr', { fid: 0, request_mask: 0 }, 9), 'Rgetattr');
  },
  { maxFids: 1000 },
);

attack('72: listings while names come, go and move', async (c, tcp) => {
  const other = await (await tcp.connect()).begin();
  await open(c, 1, 'd', O_RDONLY);
  await other.errno('Twalk', { fid: 0, newfid: 1, wname: ['d'] });
  let cookie = 0n;
  for (let round = 0; round < 60; round++) {
    const frames: Uint8Array[] = [];
    for (let i = 0; i < 10; i++) {
      const name = `n${(round * 7 + i) % 40}`;
      frames.push(
        encodeFrame('Tmkdir', { tag: 1, dfid: 1, name, mode: 0o755, gid: 0 }),
        encodeFrame('Trenameat', { tag: 2, olddirfid: 1, oldname: name, newdirfid: 1, newname: `m${i}` }),
        encodeFrame('Tunlinkat', { tag: 3, dfid: 1, name: `m${(i * 3) % 10}`, flags: 0x200 }),
      );
    }
    other.send(...frames);
    const reply = (await c.ask('Treaddir', { fid: 1, cookie, count: 200 })) as never as {
      data: Uint8Array;
      message: string;
    };
    assert.is(reply.message, 'Rreaddir');
    const { data } = reply;
    cookie = 0n;
    for (let at = 0; at < data.length; at += 24 + data[at + 22]!) {
      cookie = new DataView(data.buffer, data.byteOffset).getBigUint64(at + 13, true);
    }
    await other.until(() => other.replies.length >= 30, '30 replies');
    other.replies.length = 0;
  }
  await other.close();
});

test.run();
