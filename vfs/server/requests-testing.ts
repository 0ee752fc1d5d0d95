// Arbitrary 9P requests for fast-check: well formed ones on few fids and names, and frames with damage.
import fc from 'fast-check';
import { NOFID, NOTAG, VERSION } from '../9p/constants.ts';
import { encodeFrame, type Frame } from '../9p/schema/interpret.ts';
import { ROWS, type MessageRow } from '../9p/schema/rows.ts';
import { anyFields } from '../9p/schema/testing.ts';
import { AT_REMOVEDIR, O_CREAT, O_RDONLY, O_RDWR } from '../linux/constants.ts';

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

/** Any request of a row; its tag is 1, or that of Tversion. */
function anyRequest(row: MessageRow): fc.Arbitrary<Uint8Array> {
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
/** A request that is well formed. */
export const anyGood = fc.oneof(
  ...REQUESTS.map((row) => ({ weight: WEIGHTS[row.name] ?? 2, arbitrary: anyRequest(row) })),
);
export const anyVersion = anyRequest(ROWS.find(({ name }) => name === 'Tversion')!);

/** A frame with some bytes changed, cut or appended; its size field is put right again, or not. */
export const anyBroken = fc
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

/** A session in which everything happens that holds something. */
export function recording(): Uint8Array[] {
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
