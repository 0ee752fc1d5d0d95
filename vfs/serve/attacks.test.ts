// Hostile clients: raw frames over TCP. The numbers are those of docs/security.md.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LOCK_FLAGS_BLOCK, NOTAG, VERSION } from '../9p/constants.ts';
import { encodeFrame } from '../9p/schema/interpret.ts';
import { ram } from '../backends/ram/index.ts';
import { O_CREAT, O_RDONLY, O_RDWR } from '../linux/constants.ts';
import { errnoName } from '../linux/errno.ts';
import { Server, type ServerOptions } from '../server/server.ts';
import { TcpService, attach, type RawSocket } from './testing.ts';

const times = { atime_sec: 0, atime_nsec: 0, mtime_sec: 0, mtime_nsec: 0 };

/** A server with `d/`, `d/e/` and `f`, of 7 bytes. At the end a good client is still served, and nothing is left. */
function attack(
  title: string,
  run: (c: RawSocket, tcp: TcpService, server: Server) => Promise<void>,
  options: ServerOptions = {},
): void {
  test(title, async () => {
    const server = new Server(ram(), { msize: 65_536, ...options });
    const tcp = await TcpService.start(server);
    try {
      const good = await (await tcp.connect()).begin();
      await good.errno('Tmkdir', { dfid: 0, name: 'd', mode: 0o755, gid: 0 });
      await good.errno('Twalk', { fid: 0, newfid: 1, wname: ['d'] });
      await good.errno('Tmkdir', { dfid: 1, name: 'e', mode: 0o755, gid: 0 });
      await good.errno('Twalk', { fid: 0, newfid: 2, wname: [] });
      await good.errno('Tlcreate', { fid: 2, name: 'f', flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 });
      await good.errno('Twrite', { fid: 2, offset: 0, data: new TextEncoder().encode('content') });
      const c = await (await tcp.connect()).begin();
      await run(c, tcp, server);
      assert.is(await good.errno('Tgetattr', { fid: 2, request_mask: 0 }), 'Rgetattr', 'others are served');
      await Promise.all([c.close(), good.close()]);
      await tcp.stop();
    } finally {
      tcp.abandon();
    }
  });
}

/** A frame with changed bytes; its size field counts it. */
function changed(frame: Uint8Array, change: (view: DataView, bytes: Uint8Array) => Uint8Array | void): Uint8Array {
  const bytes = Uint8Array.from(frame);
  const made = change(new DataView(bytes.buffer), bytes) ?? bytes;
  new DataView(made.buffer).setUint32(0, made.length, true);
  return made;
}

/** Sends a raw frame: the name of the errno or of the reply, or `closed`. */
async function raw(c: RawSocket, frame: Uint8Array): Promise<string> {
  c.send(frame);
  const reply = await c.next();
  if (reply === null) return 'closed';
  return reply.message === 'Rlerror' ? errnoName(reply.ecode) : reply.message;
}

/** Walks to a name with a new fid, and opens it. */
async function open(c: RawSocket, fid: number, name: string, flags: number): Promise<void> {
  assert.is(await c.errno('Twalk', { fid: 0, newfid: fid, wname: [name] }), 'Rwalk');
  assert.is(await c.errno('Tlopen', { fid, flags }), 'Rlopen');
}

type Walked = { wqid: { path: bigint }[] };

attack('38: `..` at the root is the root', async (c) => {
  const up = (await c.ask('Twalk', { fid: 0, newfid: 1, wname: ['..', '..', '..'] })) as unknown as Walked;
  const here = (await c.ask('Twalk', { fid: 0, newfid: 2, wname: ['d', '..'] })) as unknown as Walked;
  assert.equal(new Set([...up.wqid, here.wqid[1]!].map(({ path }) => path)).size, 1);
});

attack('39: a slash, nothing or NUL in a name', async (c) => {
  for (const name of ['a/b', '', 'a\0', '/', '../f', 'd/..']) {
    assert.is(await c.errno('Twalk', { fid: 0, newfid: 1, wname: [name] }), 'EINVAL', name);
    assert.is(await c.errno('Tmkdir', { dfid: 0, name, mode: 0o755, gid: 0 }), 'EINVAL', name);
    assert.is(await c.errno('Tsymlink', { dfid: 0, name, symtgt: 'x', gid: 0 }), 'EINVAL', name);
    assert.is(await c.errno('Tunlinkat', { dfid: 0, name, flags: 0 }), 'EINVAL', name);
  }
});

attack('40: `.` and `..` in create, unlink and rename', async (c) => {
  await c.errno('Twalk', { fid: 0, newfid: 1, wname: ['d'] });
  for (const name of ['.', '..']) {
    assert.is(await c.errno('Tlcreate', { fid: 1, name, flags: O_RDWR, mode: 0, gid: 0 }), 'EINVAL');
    assert.is(await c.errno('Tmkdir', { dfid: 1, name, mode: 0, gid: 0 }), 'EINVAL');
    assert.is(await c.errno('Tunlinkat', { dfid: 1, name, flags: 0x200 }), 'EINVAL');
    assert.is(await c.errno('Trenameat', { olddirfid: 1, oldname: name, newdirfid: 0, newname: 'x' }), 'EINVAL');
    assert.is(await c.errno('Trenameat', { olddirfid: 1, oldname: 'e', newdirfid: 0, newname: name }), 'EINVAL');
  }
});

attack('41: 17 names', async (c) => {
  const sixteen = encodeFrame('Twalk', { tag: 1, fid: 0, newfid: 1, wname: Array.from({ length: 16 }, () => '.') });
  assert.is(await raw(c, sixteen), 'Rwalk');
  await c.errno('Tclunk', { fid: 1 });
  const seventeen = changed(sixteen, (_, bytes) => {
    const more = new Uint8Array(bytes.length + 3);
    more.set(bytes);
    more.set([1, 0, 0x2e], bytes.length);
    more[15] = 17;
    return more;
  });
  assert.is(await raw(c, seventeen), 'EINVAL');
});

attack('42: a walk that fails behind the first name', async (c) => {
  const reply = (await c.ask('Twalk', { fid: 0, newfid: 1, wname: ['d', 'e', 'no', 'x'] })) as unknown as Walked;
  assert.is(reply.wqid.length, 2);
  assert.is(await c.errno('Tgetattr', { fid: 1, request_mask: 0 }), 'EBADF');
});

attack('43: newfid in use', async (c) => {
  await c.errno('Twalk', { fid: 0, newfid: 1, wname: ['d'] });
  assert.is(await c.errno('Twalk', { fid: 0, newfid: 1, wname: ['f'] }), 'EBADF');
  assert.is(await c.errno('Tattach', attach(1)), 'EBADF');
});

attack('44: a walk from an open fid leaves it where it is', async (c) => {
  await open(c, 1, 'd', O_RDONLY);
  assert.is(await c.errno('Twalk', { fid: 1, newfid: 1, wname: ['e'] }), 'EINVAL');
  assert.is(await c.errno('Twalk', { fid: 1, newfid: 2, wname: ['e'] }), 'Rwalk', 'as Linux walks');
  assert.is(await c.errno('Treaddir', { fid: 2, cookie: 0n, count: 1000 }), 'EBADF', 'the new one is not open');
});

attack('45: open twice', async (c) => {
  await open(c, 1, 'f', O_RDWR);
  assert.is(await c.errno('Tlopen', { fid: 1, flags: O_RDONLY }), 'EINVAL');
  assert.is(await c.errno('Tlcreate', { fid: 1, name: 'x', flags: O_RDWR, mode: 0, gid: 0 }), 'EINVAL');
});

attack('46: reads and writes of a fid that is not open, or not for this', async (c) => {
  await c.errno('Twalk', { fid: 0, newfid: 1, wname: ['f'] });
  const io = async (fid: number): Promise<string[]> => [
    await c.errno('Tread', { fid, offset: 0, count: 1 }),
    await c.errno('Twrite', { fid, offset: 0, data: Uint8Array.of(1) }),
    await c.errno('Tfsync', { fid, datasync: 0 }),
  ];
  assert.equal(await io(1), ['EBADF', 'EBADF', 'EBADF']);
  await c.errno('Tclunk', { fid: 1 });
  assert.equal(await io(1), ['EBADF', 'EBADF', 'EBADF']);
  await open(c, 2, 'f', 1);
  assert.equal(await io(2), ['EBADF', 'Rwrite', 'Rfsync']);
  await open(c, 3, 'f', O_RDONLY);
  assert.equal(await io(3), ['Rread', 'EBADF', 'Rfsync']);
});

attack('47: the fid of another session', async (c, tcp) => {
  const other = await (await tcp.connect()).begin();
  await open(other, 77, 'f', O_RDWR);
  assert.is(await c.errno('Tread', { fid: 77, offset: 0, count: 1 }), 'EBADF');
  assert.is(await c.errno('Tclunk', { fid: 77 }), 'EBADF');
  await other.close();
});

attack('48, 49: an afid; a name that is not exported', async (c) => {
  assert.is(await c.errno('Tattach', { ...attach(5), afid: 3 }), 'EPERM');
  for (const aname of ['etc', '/../', '/..', 'd', '/d', '.', '\0']) {
    assert.is(await c.errno('Tattach', attach(5, aname)), 'EPERM', aname);
  }
});

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

const lock = (fid: number, ltype: number, proc_id: number, flags: number) => {
  return { fid, ltype, flags, start: 0, length: 0, proc_id, client_id: 'c' };
};

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
