// The generated codec against the interpreter of the message table: the same bytes and the same refusals.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { E } from '../linux/errno.ts';
import { decode, encode, isT, Message, NAMES, TYPE } from './codec.gen.ts';
import { decodeFrame } from './schema/interpret.ts';
import { Packet } from './packet.ts';
import { type MessageRow, ROWS } from './schema/rows.ts';
import { anyFields, decodeBytes, fill, frameOf, packetOf, read, rowOf, sample, samples } from './schema/testing.ts';

const ROOM = 1 << 20;
const anyRow = fc.constantFrom(...ROWS);
/** A row and fields for it. */
const anyMessage = anyRow.chain((row) => anyFields(row).map((fields) => ({ row, fields })));

function hasData(row: MessageRow): boolean {
  return row.items.at(-1)?.kind === 'data';
}

function withSize(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(0, copy.length, true);
  return copy;
}

function hex(text: string): Uint8Array {
  const parts = text.match(/'[^']*'|[0-9a-f]{2}/g) ?? [];
  return Uint8Array.from(
    parts.flatMap((part) => (part[0] === "'" ? [...Buffer.from(part.slice(1, -1))] : [parseInt(part, 16)])),
  );
}

for (const row of ROWS) {
  test(`${row.name}: the codec and the interpreter agree both ways`, () => {
    const packet = new Packet(ROOM);
    const m = new Message();
    fc.assert(
      fc.property(anyFields(row), (fields) => {
        const frame = frameOf(row, fields);
        fill(m, row, fields);
        const written = encode(m, packet, ROOM);
        const payload = hasData(row) ? (fields.data as Uint8Array) : new Uint8Array(0);
        assert.is(written, frame.length - payload.length);
        assert.equal(packet.u8.slice(0, written), frame.slice(0, written));
        assert.equal(decodeFrame(frame), { message: row.name, ...fields });
        const back = new Message();
        assert.is(decode(back, packetOf(frame), frame.length), 0);
        assert.equal(read(back, row, frame), { message: row.name, ...fields });
      }),
      { numRuns: 60 },
    );
  });
}

test('frames written by hand from the manual', () => {
  const cases: [string, object][] = [
    [
      "15000000 64 ffff 00200000 0800 '9P2000.L'",
      { message: 'Tversion', tag: 0xffff, msize: 8192, version: '9P2000.L' },
    ],
    [
      "1d000000 6e 0100 01000000 02000000 0200 0300 'usr' 0500 'local'",
      { message: 'Twalk', tag: 1, fid: 1, newfid: 2, wname: ['usr', 'local'] },
    ],
    [
      '16000000 6f 0100 0100 80 01000000 ac1f2c00000000ff',
      { message: 'Rwalk', tag: 1, wqid: [{ type: 0x80, version: 1, path: 0xff000000002c1facn }] },
    ],
    [
      '17000000 74 0200 05000000 0600000001000000 00800000',
      { message: 'Tread', tag: 2, fid: 5, offset: 2 ** 32 + 6, count: 32768 },
    ],
    ["11000000 75 0200 06000000 'hello' 0a", { message: 'Rread', tag: 2, data: hex("'hello' 0a") }],
    ['0b000000 07 0300 02000000', { message: 'Rlerror', tag: 3, ecode: 2 }],
    [
      "17000000 4a 0400 01000000 0200 'ab' 02000000 0200 'cd'",
      { message: 'Trenameat', tag: 4, olddirfid: 1, oldname: 'ab', newdirfid: 2, newname: 'cd' },
    ],
  ];
  for (const [text, expected] of cases) {
    const bytes = hex(text);
    assert.equal(decodeFrame(bytes), expected);
    const m = new Message();
    assert.is(decode(m, packetOf(bytes), bytes.length), 0, text);
    assert.equal(read(m, rowOf(NAMES[m.type]), bytes), expected);
  }
});

test('every truncation is refused', () => {
  for (const row of ROWS) {
    for (const frame of samples(row, 8)) {
      const whole = new Message();
      assert.is(decodeBytes(frame, whole), 0, row.name);
      for (let length = 0; length < frame.length; length++) {
        const cut = frame.slice(0, length);
        // The header alone of a message with a payload is valid: the payload may be elsewhere.
        const header = hasData(row) && length === whole.data_offset;
        assert.is(decodeBytes(cut), header ? 0 : E.EINVAL, `${row.name} cut at ${length}`);
        if (length >= 7) assert.is(decodeBytes(withSize(cut)), E.EINVAL, `${row.name} made ${length} long`);
      }
    }
  }
});

test('bytes left over are refused', () => {
  for (const row of ROWS) {
    const frame = Uint8Array.from([...sample(row), 0]);
    assert.is(decodeBytes(frame), E.EINVAL, row.name);
    assert.is(decodeBytes(withSize(frame)), E.EINVAL, row.name);
  }
});

test('an end beyond the packet, and a size field beyond the end, are refused', () => {
  const packet = packetOf(sample(rowOf('Tclunk')));
  const m = new Message();
  assert.is(decode(m, packet, packet.u8.length + 1), E.EINVAL);
  packet.view.setUint32(0, 0xffffffff, true);
  assert.is(decode(m, packet, packet.u8.length), E.EINVAL);
});

/** Decodes by codec and interpreter, and compares: no throw, and the same verdict and message. */
function compare(bytes: Uint8Array): void {
  const m = new Message();
  const errno = decode(m, packetOf(bytes), bytes.length);
  let frame: unknown;
  try {
    frame = decodeFrame(bytes);
  } catch (error) {
    // Only the codec takes a header whose payload is elsewhere.
    const apart = errno === 0 && m.count > 0 && bytes.length === m.data_offset && hasData(rowOf(NAMES[m.type]));
    assert.ok(errno > 0 || apart, `accepted, but ${(error as Error).message}`);
    return;
  }
  assert.is(errno, 0, `refused ${JSON.stringify([...bytes])}`);
  assert.equal(read(m, rowOf(NAMES[m.type]), bytes), frame);
}

test('random bytes never throw, and both say the same of them', () => {
  const header = fc.tuple(anyRow, fc.uint8Array({ maxLength: 80 }));
  fc.assert(
    fc.property(header, ([row, body]) => {
      compare(body);
      compare(withSize(Uint8Array.from([0, 0, 0, 0, row.type, 1, 0, ...body])));
    }),
    { numRuns: 3000 },
  );
});

test('damaged frames never throw, and both say the same of them', () => {
  const damage = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(anyMessage, damage, ({ row, fields }, changes) => {
      const frame = frameOf(row, fields);
      for (const [at, byte] of changes) frame[at % frame.length] = byte;
      compare(frame);
    }),
    { numRuns: 4000 },
  );
});

test('a payload may be elsewhere', () => {
  for (const row of ROWS.filter(hasData)) {
    const m = new Message();
    const packet = new Packet(64);
    fill(m, row, { tag: 1, fid: 1, offset: 0, data: new Uint8Array(100_000) });
    const header = encode(m, packet, 200_000);
    assert.is(header, row.name === 'Twrite' ? 23 : 11);
    assert.is(packet.view.getUint32(0, true), header + 100_000);
    const back = new Message();
    assert.is(decode(back, packet, header), 0);
    assert.is(back.count, 100_000);
    assert.is(back.data_offset, header);
    assert.is(decode(back, packet, header + 1), E.EINVAL);
    packet.view.setUint32(0, header + 99_999, true);
    assert.is(decode(back, packet, header), E.EINVAL, 'count and size disagree');
  }
});

test('a message longer than the limit or the packet is not written', () => {
  fc.assert(
    fc.property(anyMessage, fc.nat(400), ({ row, fields }, cut) => {
      const frame = frameOf(row, fields);
      const m = new Message();
      fill(m, row, fields);
      const header = frame.length - (hasData(row) ? (fields.data as Uint8Array).length : 0);
      assert.is(encode(m, new Packet(header), frame.length), header);
      assert.is(encode(m, new Packet(ROOM), Math.max(0, frame.length - 1 - cut)), -E.EMSGSIZE);
      assert.is(encode(m, new Packet(Math.max(0, header - 1 - cut)), ROOM), -E.EMSGSIZE);
    }),
  );
});

test('a count near 2^32 does not wrap', () => {
  const m = new Message();
  m.type = TYPE.Rread;
  m.count = 0xffffffff;
  assert.is(encode(m, new Packet(64), 0xffffffff), -E.EMSGSIZE);
  const bytes = hex('0a000000 75 0100 ffffffff');
  assert.is(decodeBytes(bytes), E.EINVAL);
});

test('more than 16 names or qids are refused both ways', () => {
  const m = new Message();
  const packet = new Packet(1024);
  m.type = TYPE.Twalk;
  m.nwname = 17;
  assert.is(encode(m, packet, 1024), -E.EINVAL);
  m.nwname = -1;
  assert.is(encode(m, packet, 1024), -E.EINVAL);
  m.type = TYPE.Rwalk;
  m.nwqid = 17;
  assert.is(encode(m, packet, 1024), -E.EINVAL);
  const walk = Uint8Array.from([
    0,
    0,
    0,
    0,
    TYPE.Twalk,
    1,
    0,
    ...new Array(8).fill(0),
    17,
    0,
    ...new Array(34).fill(0),
  ]);
  assert.is(decodeBytes(withSize(walk)), E.EINVAL);
  const answer = Uint8Array.from([0, 0, 0, 0, TYPE.Rwalk, 1, 0, 17, 0, ...new Array(17 * 13).fill(0)]);
  assert.is(decodeBytes(withSize(answer)), E.EINVAL);
});

test('strings: length, surrogates, bytes that are not UTF-8', () => {
  const m = new Message();
  const packet = new Packet(80_000);
  m.type = TYPE.Tmkdir;
  const write = (name: string) => {
    m.name = name;
    return encode(m, packet, 80_000);
  };
  assert.is(write('x'.repeat(65535)), 21 + 65535);
  assert.is(write('x'.repeat(65536)), -E.EINVAL);
  assert.is(write('日'.repeat(21845)), 21 + 65535);
  assert.is(write('日'.repeat(21846)), -E.EINVAL);
  assert.is(write('\ud800'), -E.EILSEQ);
  assert.is(write('a\udc00b'), -E.EILSEQ);
  assert.is(write('é'), 23);
  assert.is(decode(m, packet, 23), 0);
  packet.u8[14] = 0x28;
  assert.is(decode(m, packet, 23), 0);
  assert.is(m.name, '\udcc3(');
  assert.is(write('\udcc3('), 23);
  assert.is(write('\udcc3\udca9'), -E.EILSEQ, 'the bytes of é, which have another text');
  assert.is(write('\udce9'.repeat(65535)), 21 + 65535);
  assert.is(write('\udce9'.repeat(65536)), -E.EINVAL);
});

test('an unknown message type is refused, and its tag is decoded', () => {
  const known = new Set(ROWS.map((row) => row.type));
  for (let type = 0; type < 256; type++) {
    assert.is(NAMES[type], ROWS.find((row) => row.type === type)?.name ?? '');
    assert.is(isT(type), NAMES[type].startsWith('T'));
    if (known.has(type)) continue;
    const m = new Message();
    assert.is(decodeBytes(Uint8Array.from([7, 0, 0, 0, type, 0x34, 0x12]), m), E.ENOTSUP);
    assert.is(m.tag, 0x1234);
    assert.is(m.type, type);
    assert.is(encode(m, new Packet(64), 64), -E.EINVAL);
  }
  const m = new Message();
  for (const type of [-1, 256, 366, 1.5, NaN]) {
    m.type = type;
    assert.is(encode(m, new Packet(64), 64), -E.EINVAL);
    assert.is(isT(type), false);
  }
});

test('a packet may stand on shared memory and in the middle of a buffer', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(512), 100, 300);
  const packet = new Packet(shared);
  const m = new Message();
  const row = rowOf('Tsymlink');
  const fields = { tag: 3, dfid: 4, name: 'ключ', symtgt: '/é'.repeat(50), gid: 0 };
  fill(m, row, fields);
  const length = encode(m, packet, 300);
  assert.equal(shared.slice(0, length), frameOf(row, fields));
  const back = new Message();
  assert.is(decode(back, packet, length), 0);
  assert.equal(read(back, row, shared), { message: 'Tsymlink', ...fields });
});

test('all messages have one set of fields, none of them missing at the start', () => {
  const before = Object.keys(new Message());
  for (const row of ROWS) {
    const m = new Message();
    decodeBytes(sample(row), m);
    assert.equal(Object.keys(m), before, row.name);
  }
});

test.run();
