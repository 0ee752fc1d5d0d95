// Random and malformed frames, failing backends and cut connections: the server stays alive and leaks nothing.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOFID, NOTAG, VERSION } from '../9p/constants.ts';
import { AT_REMOVEDIR, O_CREAT, O_RDONLY, O_RDWR } from '../linux/constants.ts';
import { decodeFrame, encodeFrame, type Frame } from '../9p/schema/interpret.ts';
import { ROWS, type Row } from '../9p/schema/rows.ts';
import { anyFields } from '../9p/schema/testing.ts';
import { MemfsStore } from '../../testing/memfs-store.ts';
import { type RawClient, ROOT, Wire } from '../../testing/raw-client.ts';

const CAPACITY = 1 << 20;

const anyFid = fc.oneof(
  { weight: 30, arbitrary: fc.nat(5) },
  { weight: 1, arbitrary: fc.constantFrom(7, 65_536, NOFID) },
);
const anyName = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('a', 'b', 'c', 'd') },
  { weight: 1, arbitrary: fc.constantFrom('.', '..', '', 'a/b', 'x'.repeat(256)) },
);

/** Fields that mean something on a small tree with few fids; the rest is as the table allows. */
const LIKELY: Record<string, fc.Arbitrary<unknown>> = {
  fid: anyFid,
  newfid: anyFid,
  dfid: anyFid,
  olddirfid: anyFid,
  newdirfid: anyFid,
  afid: fc.constant(NOFID),
  name: anyName,
  oldname: anyName,
  newname: anyName,
  aname: fc.constantFrom('', '/', 'x'),
  wname: fc.oneof({ weight: 9, arbitrary: fc.array(anyName, { maxLength: 2 }) }, fc.array(anyName, { maxLength: 16 })),
  offset: fc.oneof({ weight: 9, arbitrary: fc.nat(100) }, fc.maxSafeNat()),
  size: fc.oneof({ weight: 9, arbitrary: fc.nat(100) }, fc.maxSafeNat()),
  count: fc.oneof({ weight: 9, arbitrary: fc.nat(200) }, fc.nat(0xffffffff)),
  cookie: fc.oneof({ weight: 9, arbitrary: fc.bigInt(0n, 9n) }, fc.bigInt(0n, 2n ** 64n - 1n)),
  attr_size: fc.oneof({ weight: 9, arbitrary: fc.nat(10) }, fc.maxSafeNat()),
  start: fc.nat(20),
  length: fc.nat(20),
  ltype: fc.nat(3),
  proc_id: fc.nat(2),
  valid: fc.oneof({ weight: 9, arbitrary: fc.nat(0x1ff) }, fc.nat(0xffffffff)),
  atime_nsec: fc.nat(999_999_999),
  mtime_nsec: fc.nat(1_000_000_000),
  symtgt: anyName,
  client_id: fc.constantFrom('', 'c'),
  mode: fc.oneof(fc.nat(0o777), fc.nat(0o177777)),
  msize: fc.constantFrom(0, 512, 8192, 0xffffffff),
  version: fc.constantFrom(VERSION, VERSION, '9P2000'),
};

function anyRequest(row: Row): fc.Arbitrary<Uint8Array> {
  const likely = Object.entries(LIKELY).filter(([name]) => row.items.some((item) => item.name === name));
  // The flags of open(2) and those of unlinkat(2) share no useful values.
  const flags =
    row.name === 'Tunlinkat'
      ? fc.constantFrom(0, AT_REMOVEDIR)
      : row.name === 'Txattrcreate'
        ? fc.nat(3)
        : fc.oneof(
            { weight: 9, arbitrary: fc.constantFrom(0, 1, 2, 0o102, 0o302, 0o1002, 0o2002) },
            fc.nat(0xffffffff),
          );
  const over = Object.fromEntries(likely);
  if (row.items.some(({ name }) => name === 'flags')) over.flags = flags;
  return fc.tuple(anyFields(row), fc.record(over, { noNullPrototype: true })).map(([fields, better]) => {
    const tag = row.name === 'Tversion' ? NOTAG : 1;
    return encodeFrame(row.name, { ...fields, ...better, tag } as never);
  });
}

const REQUESTS = ROWS.filter(({ name }) => name.startsWith('T') && name !== 'Tversion');
/** Twalk and Tlopen make what the others need. */
const WEIGHTS: Record<string, number> = {
  Twalk: 8,
  Tlopen: 4,
  Tlcreate: 4,
  Tauth: 1,
  Tflush: 1,
  Tattach: 1,
  Tremove: 1,
};
const anyGood = fc.oneof(...REQUESTS.map((row) => ({ weight: WEIGHTS[row.name] ?? 2, arbitrary: anyRequest(row) })));
const anyVersion = anyRequest(ROWS.find(({ name }) => name === 'Tversion')!);

/** A frame with some bytes changed, cut or appended; its size field is put right again, or not. */
const anyBroken = fc
  .tuple(
    anyGood,
    fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 }),
    fc.integer({ min: -8, max: 8 }),
    fc.boolean(),
  )
  .map(([frame, changes, more, honest]) => {
    const bytes = new Uint8Array(Math.max(0, frame.length + more));
    bytes.set(frame.subarray(0, bytes.length));
    for (const [at, value] of changes) bytes[at % Math.max(1, bytes.length)] = value;
    if (honest && bytes.length >= 4) new DataView(bytes.buffer).setUint32(0, bytes.length, true);
    return bytes;
  });

const anySteps = fc.array(
  fc.record({
    who: fc.nat(1),
    bytes: fc.oneof(
      { weight: 200, arbitrary: anyGood },
      { weight: 6, arbitrary: anyBroken },
      { weight: 1, arbitrary: anyVersion },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    ),
  }),
  { minLength: 20, maxLength: 120 },
);

/** A client of the small messages, with some fids: two files, one of them open, and two directories, one open. */
function begin(store: MemfsStore): RawClient {
  const c = store.client(8192);
  for (const name of ['a', 'd']) c.errno('Tmkdir', { dfid: ROOT, name, mode: 0o755, gid: 0 });
  c.errno('Tmknod', { dfid: ROOT, name: 'b', mode: 0o644, major: 0, minor: 0, gid: 0 });
  for (const [i, name] of ['a', 'd', 'b', 'b'].entries()) {
    c.errno('Twalk', { fid: ROOT, newfid: i + 1, wname: [name] });
    if (i % 2 === 1) c.errno('Tlopen', { fid: i + 1, flags: name === 'b' ? O_RDWR : O_RDONLY });
  }
  return c;
}

function reply(c: RawClient, bytes: Uint8Array): Frame | null {
  const answer = c.frame(bytes);
  if (answer === null) return null;
  assert.ok(answer.length <= (c.session.msize || CAPACITY), 'no answer is longer than msize');
  return decodeFrame(answer);
}

test('whatever two clients send is answered or ends the connection, and leaves nothing', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const store = new MemfsStore({ capacity: CAPACITY, msize: CAPACITY, maxFids: 100 });
      const clients = [begin(store), begin(store)];
      for (const { who, bytes } of steps) {
        const answer = reply(clients[who]!, bytes);
        if (answer === null || answer.message === 'Rversion') {
          clients[who]!.session.close();
          clients[who] = begin(store);
        }
        if (answer !== null && answer.message !== 'Rlerror') assert.is(answer.message.slice(1), nameOf(bytes).slice(1));
        const { sessions, fids, inodes, orphans } = store.server.inspect();
        assert.is(sessions, 2);
        assert.ok(fids <= 200 && inodes <= fids && orphans <= inodes);
      }
      store.rest();
    }),
    { numRuns: 250 },
  );
});

function nameOf(bytes: Uint8Array): string {
  return ROWS.find(({ type }) => type === bytes[4])!.name;
}

test('reclamation that fails at random delays the end, and loses nothing', () => {
  fc.assert(
    fc.property(fc.array(anyGood, { minLength: 20, maxLength: 80 }), fc.array(fc.boolean()), (frames, luck) => {
      const store = new MemfsStore({ capacity: CAPACITY });
      const c = begin(store);
      let at = 0;
      store.faults.reclaim = () => (luck[at++ % luck.length] === true ? 5 : undefined);
      for (const bytes of frames) reply(c, bytes);
      delete store.faults.reclaim;
      store.rest();
    }),
    { numRuns: 100 },
  );
});

/** A session in which everything happens that holds something. */
function recording(): Uint8Array[] {
  const dir = { dfid: 0, mode: 0o755, gid: 0 };
  const lock = { ltype: 1, start: 0, length: 0, proc_id: 1, client_id: 'c' };
  const data = new TextEncoder().encode('content');
  const frames: Frame[] = [
    { message: 'Tversion', tag: NOTAG, msize: 8192, version: VERSION },
    { message: 'Tattach', tag: 1, fid: 0, afid: NOFID, uname: '', aname: '', n_uname: 0 },
    { message: 'Tmkdir', tag: 1, ...dir, name: 'd' },
    { message: 'Twalk', tag: 1, fid: 0, newfid: 1, wname: [] },
    { message: 'Tlcreate', tag: 1, fid: 1, name: 'f', flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 },
    { message: 'Twrite', tag: 1, fid: 1, offset: 0, data },
    { message: 'Tlock', tag: 1, fid: 1, flags: 0, ...lock },
    { message: 'Twalk', tag: 1, fid: 0, newfid: 2, wname: ['d'] },
    { message: 'Tlopen', tag: 1, fid: 2, flags: O_RDONLY },
    { message: 'Treaddir', tag: 1, fid: 2, cookie: 0n, count: 30 },
    { message: 'Twalk', tag: 1, fid: 0, newfid: 3, wname: ['f'] },
    { message: 'Tunlinkat', tag: 1, dfid: 0, name: 'f', flags: 0 },
    { message: 'Tunlinkat', tag: 1, dfid: 0, name: 'd', flags: AT_REMOVEDIR },
    { message: 'Twalk', tag: 1, fid: 3, newfid: 4, wname: [] },
    { message: 'Txattrcreate', tag: 1, fid: 4, name: 'user.a', attr_size: 7, flags: 0 },
    { message: 'Twrite', tag: 1, fid: 4, offset: 0, data },
    { message: 'Tclunk', tag: 1, fid: 4 },
    { message: 'Txattrwalk', tag: 1, fid: 3, newfid: 5, name: 'user.a' },
    { message: 'Tclunk', tag: 1, fid: 1 },
    { message: 'Tremove', tag: 1, fid: 3 },
    { message: 'Tclunk', tag: 1, fid: 2 },
    { message: 'Tclunk', tag: 1, fid: 5 },
    { message: 'Tstatfs', tag: 1, fid: 0 },
  ];
  return frames.map(({ message, ...fields }) => encodeFrame(message, fields as never));
}

test('the connection cut at every byte frees all fids and orphans', () => {
  const frames = recording();
  let most = 0;
  for (let last = 0; last < frames.length; last++) {
    const bytes = frames[last]!;
    for (let cut = 0; cut < bytes.length; cut++) {
      // To the server a cut inside a message is a short frame, or the end of the session.
      for (const end of ['frame', 'close']) {
        const store = new MemfsStore();
        const session = new Wire(store.server);
        const other = store.client();
        for (const frame of frames.slice(0, last)) assert.ok(session.frame(frame) !== null);
        most = Math.max(most, store.server.inspect().orphans);
        if (end === 'close') session.close();
        else assert.is(session.frame(bytes.subarray(0, cut)), null);
        const { sessions, fids, orphans } = store.server.inspect();
        assert.equal([sessions, fids, orphans], [1, 1, 0]);
        other.session.close();
        store.rest();
      }
    }
  }
  assert.is(most, 2, 'there were orphans to free');
});

test.run();
