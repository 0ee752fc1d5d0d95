// A service over TCP: replies, pipelines, exports, limits and time-outs.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LOCK_FLAGS_BLOCK, NOTAG, VERSION } from '../9p/constants.ts';
import { encodeFrame } from '../9p/schema/interpret.ts';
import { ram } from '../backends/ram/index.ts';
import { O_CREAT, O_RDWR } from '../linux/constants.ts';
import { Server } from '../server/server.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { TcpService, attach, type RawSocket } from './testing.ts';
import type { ServiceOptions } from './index.ts';

/** Runs a test with a service of one tree in memory, which is at rest afterwards. */
function served(title: string, run: (tcp: TcpService, server: Server) => Promise<void>, options: ServiceOptions = {}) {
  test(title, async () => {
    const server = new Server(ram(), { msize: 1 << 20 });
    const tcp = await TcpService.start(server, options);
    try {
      await run(tcp, server);
      await tcp.stop();
    } finally {
      tcp.abandon();
    }
  });
}

const data = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 31 + (i >> 8));

/** Makes a file with fid 1, with content. */
async function create(c: RawSocket, name: string, content: Uint8Array, msize = 8192): Promise<void> {
  assert.is(await c.errno('Twalk', { fid: 0, newfid: 1, wname: [] }), 'Rwalk');
  assert.is(await c.errno('Tlcreate', { fid: 1, name, flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 }), 'Rlcreate');
  for (let at = 0; at < content.length; at += msize - 24)
    await c.ask('Twrite', { fid: 1, offset: at, data: content.subarray(at, at + msize - 24) });
}

/** Content of an open fid. */
async function content(c: RawSocket, fid: number, count: number, length: number): Promise<Uint8Array> {
  const whole = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const reply = (await c.ask('Tread', { fid, offset: at, count })) as unknown as { data: Uint8Array };
    assert.ok(reply.data.length > 0);
    whole.set(reply.data, at);
    at += reply.data.length;
  }
  return whole;
}

for (const msize of [512, 8192, 65_536, 1 << 20]) {
  served(`files are written and read with msize ${msize}`, async (tcp) => {
    const c = await (await tcp.connect()).begin(msize);
    const length = Math.min(400_000, msize * 20);
    await create(c, 'f', data(length), msize);
    assert.equal(await content(c, 1, 0xffffffff, length), data(length));
    await c.close();
  });
}

served('requests in one packet are settled in their order', async (tcp, server) => {
  const c = await (await tcp.connect()).begin();
  const frames = [
    encodeFrame('Twalk', { tag: 1, fid: 0, newfid: 1, wname: [] }),
    encodeFrame('Tlcreate', { tag: 2, fid: 1, name: 'f', flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 }),
    encodeFrame('Twrite', { tag: 3, fid: 1, offset: 0, data: data(5000) }),
    encodeFrame('Tunlinkat', { tag: 4, dfid: 0, name: 'f', flags: 0 }),
    encodeFrame('Tgetattr', { tag: 5, fid: 1, request_mask: 0x7ff }),
    encodeFrame('Tread', { tag: 6, fid: 1, offset: 0, count: 5000 }),
    encodeFrame('Tclunk', { tag: 7, fid: 1 }),
    encodeFrame('Tgetattr', { tag: 8, fid: 1, request_mask: 0x7ff }),
  ];
  c.send(...frames);
  await c.until(() => c.replies.length === 8, '8 replies');
  assert.equal(
    c.replies.map(({ message, tag }) => `${tag} ${message}`),
    ['1 Rwalk', '2 Rlcreate', '3 Rwrite', '4 Runlinkat', '5 Rgetattr', '6 Rread', '7 Rclunk', '8 Rlerror'],
  );
  const [, , , , attr, read] = c.replies as unknown as [
    0,
    0,
    0,
    0,
    { nlink: number; size: number },
    { data: Uint8Array },
  ];
  assert.equal([attr.nlink, attr.size], [0, 5000]);
  assert.equal(read.data, data(5000));
  assert.is(server.inspect().fids, 1);
  await c.close();
});

served('frames come in pieces of any size', async (tcp) => {
  const c = await (await tcp.connect()).begin();
  await create(c, 'f', data(6000));
  const frames = Buffer.concat([
    encodeFrame('Twrite', { tag: 1, fid: 1, offset: 6000, data: data(3000) }),
    encodeFrame('Tgetattr', { tag: 2, fid: 1, request_mask: 0x7ff }),
    encodeFrame('Tread', { tag: 3, fid: 1, offset: 0, count: 8000 }),
  ]);
  for (const piece of [1, 2, 3, 5, 7, 64, 1000, 3021]) {
    c.replies.length = 0;
    for (let at = 0; at < frames.length; at += piece) {
      c.socket.write(frames.subarray(at, at + piece));
      // Each piece is a packet of its own, as far as the system lets it.
      if (piece > 3 || at % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await c.until(() => c.replies.length === 3, 'three replies');
    const [write, attr, read] = c.replies as unknown as [{ count: number }, { size: number }, { data: Uint8Array }];
    assert.equal([write.count, attr.size, read.data.length], [3000, 9000, 8000]);
  }
  await c.close();
});

served('a blocking lock holds up nobody, and Tflush cancels it', async (tcp) => {
  const c = await (await tcp.connect()).begin();
  await create(c, 'f', data(1));
  const lock = (fid: number, ltype: number, proc_id: number, flags: number) => {
    return { fid, ltype, flags, start: 0, length: 0, proc_id, client_id: 'c' };
  };
  assert.is(await c.errno('Tlock', lock(1, 1, 1, 0)), 'Rlock');
  const other = await (await tcp.connect()).begin();
  await other.errno('Twalk', { fid: 0, newfid: 1, wname: ['f'] });
  await other.errno('Tlopen', { fid: 1, flags: O_RDWR });
  other.send(encodeFrame('Tlock', { tag: 5, ...lock(1, 1, 2, LOCK_FLAGS_BLOCK) }));
  assert.is(await other.errno('Tgetattr', { fid: 1, request_mask: 0 }, 6), 'Rgetattr', 'served meanwhile');
  assert.is(await other.errno('Tflush', { oldtag: 5 }, 7), 'Rflush');
  other.send(encodeFrame('Tlock', { tag: 5, ...lock(1, 1, 2, LOCK_FLAGS_BLOCK) }));
  assert.is(await other.errno('Tgetattr', { fid: 1, request_mask: 0 }, 6), 'Rgetattr');
  assert.is(await c.errno('Tlock', lock(1, 2, 1, 0)), 'Rlock');
  assert.equal((await other.next())?.tag, 5, 'the lock is free');
  await c.close();
  await other.close();
});

test('the aname chooses the export', async () => {
  const [one, two] = [new Server(ram()), new Server(ram())];
  const tcp = await TcpService.start({ src: one, '/deep/er': two });
  const c = await (await tcp.connect()).begin();
  assert.equal([one.inspect().fids, two.inspect().fids], [1, 0], 'an empty name is the first export');
  assert.is(await c.errno('Tattach', attach(1, '/src')), 'Rattach');
  assert.is(await c.errno('Tattach', attach(2, 'deep/er')), 'EBUSY', 'the session is on another one');
  for (const aname of ['no', '/', 'src/..', '../src', 'src/', '/deep', 'constructor', '__proto__']) {
    const fresh = await tcp.connect();
    await fresh.version();
    assert.is(await fresh.errno('Tattach', attach(0, aname)), aname === '/' ? 'Rattach' : 'EPERM', aname);
    await fresh.close();
  }
  await c.errno('Tclunk', { fid: 0 });
  await c.errno('Tclunk', { fid: 1 });
  assert.is(await c.errno('Tattach', attach(2, 'deep/er')), 'Rattach', 'without fids it can go to another one');
  assert.equal([one.inspect(), two.inspect().fids], [AT_REST, 1]);
  await c.errno('Tmkdir', { dfid: 2, name: 'd', mode: 0o755, gid: 0 });
  assert.is(await c.errno('Tversion', { msize: 8192, version: VERSION }, NOTAG), 'Rversion');
  assert.is(await c.errno('Tattach', attach(0, 'src')), 'Rattach');
  assert.is(await c.errno('Twalk', { fid: 0, newfid: 1, wname: ['d'] }), 'ENOENT');
  await c.close();
  await tcp.stop();
});

served(
  'one client too many is closed',
  async (tcp) => {
    const some = await Promise.all([1, 2, 3].map(async () => (await tcp.connect()).begin()));
    const more = await tcp.connect();
    await more.ended();
    assert.is(tcp.service.clients, 3);
    await some[0]!.close();
    await tcp.service.end();
    await Promise.all(some.map((client) => client.ended()));
  },
  { maxClients: 3 },
);

served(
  'a client without a fid is closed in time, one with a fid stays',
  async (tcp) => {
    const silent = await tcp.connect();
    const halfway = await tcp.connect();
    await halfway.version();
    const slow = await tcp.connect();
    slow.send(encodeFrame('Tversion', { tag: NOTAG, msize: 8192, version: VERSION }).subarray(0, 9));
    const attached = await (await tcp.connect()).begin();
    await Promise.all([silent.ended(), halfway.ended(), slow.ended()]);
    assert.is(await attached.errno('Tclunk', { fid: 0 }), 'Rclunk', 'it is there');
    await attached.ended();
  },
  { handshakeTimeout: 150 },
);

served(
  'a request that does not come whole in time ends the connection, however many bytes come',
  async (tcp) => {
    const c = await (await tcp.connect()).begin();
    const frame = encodeFrame('Twrite', { tag: 1, fid: 0, offset: 0, data: data(4000) });
    const begin = Date.now();
    for (let at = 0; !c.isClosed && at < frame.length; at += 8) {
      c.socket.write(frame.subarray(at, at + 8));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await c.ended();
    assert.ok(Date.now() - begin >= 200);
  },
  { stallTimeout: 200 },
);

served(
  'an idle client is closed if that is asked for, but not one that waits for a lock',
  async (tcp) => {
    const c = await (await tcp.connect()).begin();
    await create(c, 'f', data(1));
    const lock = { ltype: 1, start: 0, length: 0, client_id: 'c' };
    await c.errno('Tlock', { fid: 1, flags: 0, proc_id: 1, ...lock });
    const waits = await (await tcp.connect()).begin();
    await waits.errno('Twalk', { fid: 0, newfid: 1, wname: ['f'] });
    await waits.errno('Tlopen', { fid: 1, flags: O_RDWR });
    waits.send(encodeFrame('Tlock', { tag: 9, fid: 1, flags: LOCK_FLAGS_BLOCK, proc_id: 2, ...lock }));
    await c.ended();
    assert.is((await waits.next())?.tag, 9, 'it was not closed before');
    await waits.ended();
  },
  { idleTimeout: 250 },
);

served(
  'a client that reads nothing is held up, then closed; the heap does not grow',
  async (tcp) => {
    const c = await (await tcp.connect()).begin(1 << 20);
    await create(c, 'f', data(1 << 20), 1 << 20);
    c.socket.pause();
    const read = encodeFrame('Tread', { tag: 1, fid: 1, offset: 0, count: 1 << 20 });
    const before = process.memoryUsage();
    for (let i = 0; i < 2000; i++) c.socket.write(read);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    const { rss } = process.memoryUsage();
    assert.ok(rss - before.rss < 64 << 20, `${(rss - before.rss) >> 20} MiB`);
    const end = Date.now() + 10_000;
    while (tcp.service.clients > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.is(tcp.service.clients, 0);
    c.socket.resume();
    await c.ended();
  },
  { stallTimeout: 400 },
);

served('a client that is slow to read gets every reply', async (tcp) => {
  const c = await (await tcp.connect()).begin(1 << 20);
  await create(c, 'f', data(1 << 20), 1 << 20);
  c.socket.pause();
  const frames: Uint8Array[] = [];
  for (let tag = 1; tag <= 20; tag++) {
    frames.push(encodeFrame('Tread', { tag, fid: 1, offset: tag * 100, count: 1 << 19 }));
    frames.push(encodeFrame('Tgetattr', { tag: 100 + tag, fid: 1, request_mask: 0x7ff }));
  }
  c.send(...frames);
  await new Promise((resolve) => setTimeout(resolve, 100));
  c.socket.resume();
  await c.until(() => c.replies.length === 40, '40 replies');
  const whole = data(1 << 20);
  for (const [i, reply] of c.replies.entries()) {
    const tag = (i >> 1) + 1;
    assert.is(reply.tag, i % 2 === 0 ? tag : 100 + tag);
    if (i % 2 === 1) continue;
    const { data: got } = reply as unknown as { data: Uint8Array };
    assert.is(Buffer.compare(got, whole.subarray(tag * 100, tag * 100 + (1 << 19))), 0, `reply ${tag}`);
  }
  await c.close();
});

served('a client that has sent all gets the replies to it', async (tcp) => {
  const c = await (await tcp.connect({ allowHalfOpen: true })).begin();
  c.socket.end(encodeFrame('Tgetattr', { tag: 3, fid: 0, request_mask: 0 }));
  assert.is((await c.next())?.message, 'Rgetattr');
  await c.ended();
});

served(
  'bytes in flight of all clients together are limited',
  async (tcp) => {
    const good = await (await tcp.connect()).begin();
    const c = await (await tcp.connect()).begin(1 << 20);
    const frame = encodeFrame('Twrite', { tag: 1, fid: 0, offset: 0, data: data(900_000) });
    c.socket.write(frame.subarray(0, 800_000));
    await c.ended();
    assert.is(await good.errno('Tgetattr', { fid: 0, request_mask: 0 }), 'Rgetattr');
    await good.close();
  },
  { maxInFlight: 500_000 },
);

served('the end of the service lets clients read their replies', async (tcp) => {
  const c = await (await tcp.connect()).begin(1 << 20);
  await create(c, 'f', data(1 << 20), 1 << 20);
  c.send(encodeFrame('Tread', { tag: 1, fid: 1, offset: 0, count: 1 << 20 }));
  await c.until(() => tcp.service.clients === 1, 'the client');
  await new Promise((resolve) => setTimeout(resolve, 50));
  await tcp.service.end();
  assert.is(((await c.next()) as unknown as { data: Uint8Array }).data.length, (1 << 20) - 11);
  await c.ended();
});

test.run();
