// The message of each method of the client, field by field: what a transport written by anyone is given to send.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encode, type Message } from '../9p/codec.gen.ts';
import {
  IOHDRSZ,
  NOFID,
  NONUNAME,
  NOTAG,
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_GID,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  SETATTR_SIZE,
  SETATTR_UID,
  VERSION,
} from '../9p/constants.ts';
import { Packet } from '../9p/packet.ts';
import { decodeFrame, type Frame } from '../9p/schema/interpret.ts';
import { ROWS } from '../9p/schema/rows.ts';
import { E } from '../linux/errno.ts';
import { Iov } from '../lib/iov.ts';
import type { Transport } from '../transport/transport.ts';
import { Client } from './client.ts';
import * as rare from './rare-messages.ts';

const MSIZE = 512;
const MOST = MSIZE - IOHDRSZ;

/** A transport that keeps each request as a frame, and answers it with `errno` or a reply of few fields. */
class Recorder implements Transport {
  readonly msize = MSIZE;
  readonly sent: Frame[] = [];
  errno = 0;
  /** Fields of the next replies. */
  reply: Partial<Message> = {};

  rpc(t: Message, r: Message, iov: Iov): number {
    const packet = new Packet(MSIZE);
    const end = encode(t, packet, MSIZE);
    assert.ok(end > 0, `the request can be encoded: ${end}`);
    const bytes = packet.u8.slice(0, packet.view.getUint32(0, true));
    if (end < bytes.length) iov.gather(bytes.subarray(end));
    this.sent.push(decodeFrame(bytes));
    if (this.errno !== 0) return this.errno;
    Object.assign(r, { type: t.type + 1, tag: t.tag, nwqid: t.nwname, count: t.count }, this.reply);
    return 0;
  }

  close(): void {}
}

/** A client that has attached. Its request is full of values that no call wants to send, before and after. */
function attached(): { client: Client; transport: Recorder } {
  const transport = new Recorder();
  transport.reply = { version: VERSION, msize: MSIZE };
  const client = new Client(transport);
  spoil(client.t);
  assert.is(client.attach('user', 'tree'), 0);
  transport.reply = {};
  spoil(client.t);
  return { client, transport };
}

function spoil(t: Message): void {
  const fields = t as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'number') fields[name] = 77;
    if (typeof value === 'string') fields[name] = 'stale';
  }
}

function iovOf(text: string): Iov {
  const iov = new Iov();
  const u8 = new TextEncoder().encode(text);
  iov.single(u8, 0, u8.length);
  return iov;
}

test('attach: Tversion, then Tattach', () => {
  const { client, transport } = attached();
  const fid = client.root;
  assert.equal(transport.sent, [
    { message: 'Tversion', tag: NOTAG, msize: MSIZE, version: VERSION },
    { message: 'Tattach', tag: 1, fid, afid: NOFID, uname: 'user', aname: 'tree', n_uname: NONUNAME },
  ]);
});

test('attach fails if the server speaks another version, or wants messages that cannot be', () => {
  const wrong = [{ version: '9P2000' }, { version: 'unknown' }, { msize: MSIZE + 1 }, { msize: IOHDRSZ }, { msize: 0 }];
  for (const reply of wrong) {
    const transport = new Recorder();
    transport.reply = { version: VERSION, msize: MSIZE, ...reply };
    const client = new Client(transport);
    assert.is(client.attach(), E.EPROTO, JSON.stringify(reply));
    assert.is(client.fidsInUse, 0);
    assert.is(client.root, -1);
  }
  const transport = new Recorder();
  transport.reply = { version: VERSION, msize: IOHDRSZ + 1 };
  const client = new Client(transport);
  assert.is(client.attach(), 0);
  assert.is(client.msize, IOHDRSZ + 1);
});

/** Time fields of a Tsetattr that sets no times. */
const NO_TIMES = { atime_sec: 0, atime_nsec: 0, mtime_sec: 0, mtime_nsec: 0 };

/** A call of a client, and the request that it sends. `mode`, `uid`, `gid` of Tsetattr are compared only if valid. */
const CALLS: [name: string, call: (client: Client) => number, request: Record<string, unknown>][] = [
  ['clunk', (c) => c.clunk(5), { message: 'Tclunk', fid: 5 }],
  ['lopen', (c) => c.lopen(5, 0o2001), { message: 'Tlopen', fid: 5, flags: 0o2001 }],
  [
    'lcreate',
    (c) => c.lcreate(5, 'n', 0o102, 0o640),
    { message: 'Tlcreate', fid: 5, name: 'n', flags: 0o102, mode: 0o640, gid: 0 },
  ],
  [
    'readdir',
    (c) => c.readdir(5, 0xfffffff0, 0x40000000, iovOf('xyz')),
    { message: 'Treaddir', fid: 5, cookie: 0x40000000_fffffff0n, count: 3 },
  ],
  ['getattr', (c) => c.getattr(5, 0x7ff), { message: 'Tgetattr', fid: 5, request_mask: 0x7ff }],
  [
    'setSize',
    (c) => c.setSize(5, SETATTR_SIZE, 2 ** 40),
    { message: 'Tsetattr', fid: 5, valid: SETATTR_SIZE, size: 2 ** 40, ...NO_TIMES },
  ],
  [
    'setTimes',
    (c) => c.setTimes(5, SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET, -1, 2, 3, 4),
    {
      message: 'Tsetattr',
      fid: 5,
      valid: SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET,
      size: 0,
      atime_sec: -1,
      atime_nsec: 2,
      mtime_sec: 3,
      mtime_nsec: 4,
    },
  ],
  ['fsync', (c) => c.fsync(5, false), { message: 'Tfsync', fid: 5, datasync: 0 }],
  ['fdatasync', (c) => c.fsync(5, true), { message: 'Tfsync', fid: 5, datasync: 1 }],
  ['readlink', (c) => c.readlink(5), { message: 'Treadlink', fid: 5 }],
  ['mkdir', (c) => c.mkdir(5, 'd', 0o750), { message: 'Tmkdir', dfid: 5, name: 'd', mode: 0o750, gid: 0 }],
  ['symlink', (c) => c.symlink(5, 'l', 'to'), { message: 'Tsymlink', dfid: 5, name: 'l', symtgt: 'to', gid: 0 }],
  ['link', (c) => c.link(5, 6, 'n'), { message: 'Tlink', dfid: 5, fid: 6, name: 'n' }],
  ['unlinkat', (c) => c.unlinkat(5, 'n', 0x200), { message: 'Tunlinkat', dfid: 5, name: 'n', flags: 0x200 }],
  [
    'renameat',
    (c) => c.renameat(5, 'a', 6, 'b'),
    { message: 'Trenameat', olddirfid: 5, oldname: 'a', newdirfid: 6, newname: 'b' },
  ],
  ['remove', (c) => rare.remove(c, 5), { message: 'Tremove', fid: 5 }],
  [
    'mknod',
    (c) => rare.mknod(c, 5, 'n', 0o010644, 8, 9),
    { message: 'Tmknod', dfid: 5, name: 'n', mode: 0o010644, major: 8, minor: 9, gid: 0 },
  ],
  ['rename', (c) => rare.rename(c, 5, 6, 'n'), { message: 'Trename', fid: 5, dfid: 6, name: 'n' }],
  [
    'xattrcreate',
    (c) => rare.xattrcreate(c, 5, 'user.a', 99, 2),
    { message: 'Txattrcreate', fid: 5, name: 'user.a', attr_size: 99, flags: 2 },
  ],
  [
    'lock',
    (c) => rare.lock(c, 5, 1, 2, 30, 40, 50, 'me'),
    { message: 'Tlock', fid: 5, ltype: 1, flags: 2, start: 30, length: 40, proc_id: 50, client_id: 'me' },
  ],
  [
    'getlock',
    (c) => rare.getlock(c, 5, 1, 30, 40, 50, 'me'),
    { message: 'Tgetlock', fid: 5, ltype: 1, start: 30, length: 40, proc_id: 50, client_id: 'me' },
  ],
  [
    'setMode',
    (c) => rare.setMode(c, 5, SETATTR_MODE, 0o600),
    { message: 'Tsetattr', fid: 5, valid: SETATTR_MODE, mode: 0o600, size: 0, ...NO_TIMES },
  ],
  [
    'setOwner',
    (c) => rare.setOwner(c, 5, SETATTR_UID | SETATTR_GID, 11, 12),
    { message: 'Tsetattr', fid: 5, valid: SETATTR_UID | SETATTR_GID, uid: 11, gid: 12, size: 0, ...NO_TIMES },
  ],
  ['statfs', (c) => rare.statfs(c, 5), { message: 'Tstatfs', fid: 5 }],
];

/** Those of CALLS that return a count, and so the errno below zero. */
const COUNTING: ReadonlySet<string> = new Set(['readdir']);

for (const [name, call, request] of CALLS) {
  test(`${name}: its message, and the errno of the reply`, () => {
    const { client, transport } = attached();
    const { sent } = transport;
    assert.is(call(client) >= 0, true);
    const [frame] = sent.slice(2);
    assert.is(sent.length, 3, 'one message');
    const fields = frame as unknown as Record<string, unknown>;
    for (const field of ['mode', 'uid', 'gid']) if (!(field in request)) delete fields[field];
    assert.equal(fields, { tag: 1, ...request });
    transport.errno = E.EDQUOT;
    assert.is(call(client), COUNTING.has(name) ? -E.EDQUOT : E.EDQUOT, 'a call that returns a count is in COUNTING');
  });
}

test('walk: names from an index on to a new fid, which is free again if it fails', () => {
  const { client, transport } = attached();
  const fid = client.walk(5, ['a', 'b', 'c'], 1, 2);
  assert.ok(fid > 0 && fid !== client.root);
  assert.equal(transport.sent.at(-1), { message: 'Twalk', tag: 1, fid: 5, newfid: fid, wname: ['b', 'c'] });
  const clone = client.clone(fid);
  assert.equal(transport.sent.at(-1), { message: 'Twalk', tag: 1, fid, newfid: clone, wname: [] });
  assert.is(client.fidsInUse, 3);

  transport.errno = E.EACCES;
  client.r.nwqid = 7;
  assert.is(client.walk(5, ['a'], 0, 1), -E.EACCES);
  assert.is(client.r.nwqid, 0, 'no name was found');
  transport.errno = 0;
  transport.reply = { nwqid: 1 };
  assert.is(client.walk(5, ['a', 'b'], 0, 2), -E.ENOENT, 'the second name is missing');
  assert.is(client.r.nwqid, 1);
  transport.reply = { nwqid: 3 };
  assert.is(client.walk(5, ['a', 'b'], 0, 2), -E.EPROTO, 'more qids than names');
  assert.is(client.fidsInUse, 3);
});

test('xattrwalk: a new fid, which is free again if it fails', () => {
  const { client, transport } = attached();
  const fid = rare.xattrwalk(client, 5, 'user.a');
  assert.equal(transport.sent.at(-1), { message: 'Txattrwalk', tag: 1, fid: 5, newfid: fid, name: 'user.a' });
  assert.is(client.fidsInUse, 2);
  transport.errno = E.ENODATA;
  assert.is(rare.xattrwalk(client, 5, 'user.a'), -E.ENODATA);
  assert.is(client.fidsInUse, 2);
});

test('clunk and remove: the number is free again even on an error', () => {
  for (const drop of [(c: Client, fid: number) => c.clunk(fid), rare.remove]) {
    const { client, transport } = attached();
    const fid = client.clone(client.root);
    transport.errno = E.EIO;
    assert.is(drop(client, fid), E.EIO);
    assert.is(client.fidsInUse, 1);
  }
});

test('a transfer of msize less IOHDRSZ bytes is one message, a longer one is split there', () => {
  const { client, transport } = attached();
  for (const [length, counts] of [
    [0, [0]],
    [MOST, [MOST]],
    [MOST + 1, [MOST, 1]],
    [2 * MOST, [MOST, MOST]],
    [2 * MOST + 3, [MOST, MOST, 3]],
  ] as const) {
    const text = Array.from({ length }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');
    transport.sent.length = 0;
    assert.is(client.write(5, 1000, iovOf(text)), length);
    let offset = 1000;
    const expected = counts.map((count) => {
      const data = new TextEncoder().encode(text.slice(offset - 1000, offset - 1000 + count));
      offset += count;
      return { message: 'Twrite', tag: 1, fid: 5, offset: offset - count, data };
    });
    assert.equal(transport.sent, expected, `write of ${length}`);
    transport.sent.length = 0;
    assert.is(client.read(5, 1000, iovOf(text)), length);
    const reads = expected.map(({ data, offset }) => ({
      message: 'Tread',
      tag: 1,
      fid: 5,
      offset,
      count: data.length,
    }));
    assert.equal(transport.sent, reads, `read of ${length}`);
  }
});

test('a count above the bytes that were sent or asked for is EPROTO', () => {
  const { client, transport } = attached();
  transport.reply = { count: 4 };
  for (const call of [
    () => client.read(5, 0, iovOf('xyz')),
    () => client.write(5, 0, iovOf('xyz')),
    () => client.readdir(5, 0, 0, iovOf('xyz')),
  ])
    assert.is(call(), -E.EPROTO);
});

test('a split transfer ends at a short count, and an error after some bytes is not returned', () => {
  const { client, transport } = attached();
  transport.sent.length = 0;
  transport.reply = { count: MOST - 1 };
  assert.is(client.read(5, 0, iovOf('x'.repeat(3 * MOST))), MOST - 1);
  assert.is(transport.sent.length, 1);

  transport.errno = E.EIO;
  assert.is(client.read(5, 0, iovOf('x'.repeat(3 * MOST))), -E.EIO, 'the first message fails');
  transport.errno = 0;
  transport.reply = {};
  const rpc = transport.rpc.bind(transport);
  let left = 2;
  transport.rpc = (t, r, iov) => (left-- > 0 ? rpc(t, r, iov) : E.EIO);
  assert.is(client.write(5, 0, iovOf('x'.repeat(3 * MOST))), 2 * MOST, 'the third one does');
});

test('a listing asks for no more than a message holds', () => {
  const { client, transport } = attached();
  client.readdir(5, 0, 0, iovOf('x'.repeat(MSIZE)));
  assert.is((transport.sent.at(-1) as Frame<'Treaddir'>).count, MOST);
});

test('each request of the table has a call in this file', () => {
  const ownTests = ['Tversion', 'Tattach', 'Twalk', 'Txattrwalk', 'Tread', 'Twrite'];
  const neverSent = ['Tauth', 'Tflush'];
  const tried = new Set<unknown>([...CALLS.map(([, , { message }]) => message), ...ownTests, ...neverSent]);
  for (const { name } of ROWS) if (name.startsWith('T')) assert.ok(tried.has(name), `${name} has no row in CALLS`);
});

test.run();
