// Tries the capture of 9P messages: its blocks and headers by a reader of its own, its messages by the codec.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TYPE, Message, decode } from '../../vfs/9p/codec.gen.ts';
import { Packet } from '../../vfs/9p/packet.ts';
import { OFLAGS } from '../preview1/abi/structs.ts';
import { DATA, OUT, READ_WRITE, ROOT, TestGuest } from '../../testing/test-guest.ts';
import { capture } from './capture.ts';

interface Segment {
  flags: number;
  toServer: boolean;
  port: number;
  seq: number;
  ack: number;
  data: Uint8Array;
}

/** The sum of 16-bit words with the carries added, which is 0xffff over a header with its checksum. */
function ones(bytes: Uint8Array): number {
  let total = 0;
  for (const [i, byte] of bytes.entries()) total += i % 2 === 0 ? byte << 8 : byte;
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x1_0000);
  return total;
}

/** Reads a capture, and checks each header. */
function segmentsOf(bytes: Uint8Array): Segment[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assert.is(view.getUint32(0, true), 0x0a0d0d0a);
  assert.is(view.getUint32(8, true), 0x1a2b3c4d);
  const segments: Segment[] = [];
  for (let at = 0, length; at < bytes.length; at += length) {
    length = view.getUint32(at + 4, true);
    assert.is(length % 4, 0);
    assert.is(view.getUint32(at + length - 4, true), length, 'the length stands at both ends of a block');
    if (view.getUint32(at, true) !== 6) continue;
    const size = view.getUint32(at + 20, true);
    assert.is(view.getUint32(at + 24, true), size);
    const packet = bytes.subarray(at + 28, at + 28 + size);
    const ip = new DataView(packet.buffer, packet.byteOffset, size);
    assert.is(ip.getUint16(2), size);
    assert.is(ones(packet.subarray(0, 20)), 0xffff, 'IPv4 checksum');
    const pseudo = new Uint8Array(12 + size - 20);
    pseudo.set(packet.subarray(12, 20));
    pseudo[9] = 6;
    new DataView(pseudo.buffer).setUint16(10, size - 20);
    pseudo.set(packet.subarray(20), 12);
    assert.is(ones(pseudo), 0xffff, 'TCP checksum');
    const toServer = ip.getUint16(22) === 564;
    segments.push({
      flags: packet[33]!,
      toServer,
      port: ip.getUint16(toServer ? 20 : 22),
      seq: ip.getUint32(24),
      ack: ip.getUint32(28),
      data: packet.slice(40),
    });
  }
  return segments;
}

/** The messages of one connection, put together from its segments, whose numbers follow each other. */
function messagesOf(segments: readonly Segment[]): { m: Message; payload: Uint8Array }[] {
  const next = new Map<boolean, number>();
  const kept = new Map<boolean, number[]>([
    [true, []],
    [false, []],
  ]);
  const found: { m: Message; payload: Uint8Array }[] = [];
  for (const { toServer, seq, ack, data, flags } of segments) {
    assert.is(seq, next.get(toServer) ?? 0);
    if (flags !== 2) assert.is(ack, next.get(!toServer) ?? 0);
    next.set(toServer, seq + data.length + ((flags & 3) === 0 ? 0 : 1));
    const bytes = kept.get(toServer)!;
    bytes.push(...data);
    while (bytes.length >= 4) {
      const frame = new Uint8Array(bytes);
      const size = new DataView(frame.buffer).getUint32(0, true);
      if (size > bytes.length) break;
      const m = new Message();
      assert.is(decode(m, new Packet(frame.slice(0, size)), size), 0);
      const isData = m.type === TYPE.Twrite || m.type === TYPE.Rread || m.type === TYPE.Rreaddir;
      found.push({ m, payload: isData ? frame.slice(m.data_offset, m.data_offset + m.count) : new Uint8Array(0) });
      bytes.splice(0, size);
    }
  }
  for (const bytes of kept.values()) assert.is(bytes.length, 0, 'a message is cut off');
  return found;
}

function captured(body: (g: TestGuest) => void): Segment[] {
  const parts: Uint8Array[] = [];
  const g = new TestGuest({ files: { '/f': 'text of f' }, trace: capture((bytes) => parts.push(bytes)) });
  body(g);
  g.end();
  return segmentsOf(new Uint8Array(parts.flatMap((part) => [...part])));
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test('each message with its payload, in order, between a handshake and an end', () => {
  const segments = captured((g) => {
    const fd = g.open('new', { oflags: OFLAGS.CREAT, rights: READ_WRITE });
    g.ok('fd_write', fd, ...g.texts('in two ', 'ranges'), OUT);
    const f = g.open('f');
    g.ok('fd_read', f, ...g.iovs([DATA, 4], [DATA + 100, 100]), OUT);
    assert.is(g.tryOpen('none'), 'ENOENT');
    g.ok('fd_close', fd);
    g.ok('fd_close', f);
    g.call('fd_readdir', ROOT, DATA, 1000, 0n, OUT);
  });
  assert.equal(
    segments.map(({ flags }) => flags).filter((flags) => flags !== 0x18),
    [2, 0x12, 0x10, 0x11, 0x11, 0x10],
  );
  const messages = messagesOf(segments);
  assert.is(TYPE[messages[0]!.m.type], 'Tversion');
  assert.is(messages[1]!.m.version, '9P2000.L');
  const find = (type: number): string[] =>
    messages.filter(({ m }) => m.type === type).map(({ payload }) => textOf(payload));
  assert.equal(find(TYPE.Twrite), ['in two ranges']);
  assert.equal(find(TYPE.Rread), ['text of f']);
  assert.is(find(TYPE.Rlerror).length, 1);
  assert.match(find(TYPE.Rreaddir)[0]!, /new/);
  for (let i = 0; i < messages.length; i += 2) {
    assert.is(messages[i]!.m.type % 2, 0);
    assert.is(messages[i]!.m.tag, messages[i + 1]!.m.tag);
  }
});

test('a message that is longer than a packet', () => {
  const size = 200_000;
  const segments = captured((g) => {
    g.grow(Math.ceil((DATA + size) / 65_536));
    const fd = g.open('new', { oflags: OFLAGS.CREAT, rights: READ_WRITE });
    new Uint8Array(g.memory.buffer).fill(120, DATA + 16, DATA + 16 + size);
    g.ok('fd_write', fd, ...g.iovs([DATA + 16, size]), OUT);
  });
  const write = messagesOf(segments).find(({ m }) => m.type === TYPE.Twrite)!;
  assert.is(write.payload.length, size);
  assert.ok(write.payload.every((byte) => byte === 120));
});

test('each attachment is a connection of its own', () => {
  const parts: Uint8Array[] = [];
  const trace = capture((bytes) => parts.push(bytes));
  const guests = [new TestGuest({ trace }), new TestGuest({ trace })];
  for (const g of guests) g.end();
  const segments = segmentsOf(new Uint8Array(parts.flatMap((part) => [...part])));
  const ports = [...new Set(segments.map(({ port }) => port))];
  assert.is(ports.length, 2);
  for (const port of ports) messagesOf(segments.filter((segment) => segment.port === port));
});

test.run();
