// DirectoryEntries and DirectoryListing: the cursor, the end, mounts, and wrong replies of a server.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WireDirent, encodeDirent, TYPE, type Message } from '../9p/codec.gen.ts';
import { Packet } from '../9p/packet.ts';
import type { Iov } from '../lib/iov.ts';
import { DT_DIR, DT_LNK, DT_REG, DT_UNKNOWN } from '../linux/constants.ts';
import { E, errnoName } from '../linux/errno.ts';
import type { Transport } from '../transport/transport.ts';
import { AtCalls } from './at/at-calls.ts';
import { Client } from './client.ts';
import { DirectoryEntries, DirectoryListing } from './directory-listing.ts';
import { SYNTHETIC_COOKIE, type MountTable } from './at/mount-table.ts';
import { closeTrees, small } from './testing.ts';

test.after.each(closeTrees);

const decoder = new TextDecoder();

interface EntryRecord {
  name: string;
  type: number;
  ino: number;
  cookie: [lo: number, hi: number];
}

/** The current entry, as a record. */
function recordOf(entry: DirectoryEntries): EntryRecord {
  return {
    name: decoder.decode(entry.u8.subarray(entry.nameStart, entry.end)),
    type: entry.type,
    ino: (entry.inoHi >>> 0) * 2 ** 32 + (entry.inoLo >>> 0),
    cookie: [entry.cookieLo, entry.cookieHi],
  };
}

/** All entries behind a cookie, in requests of `room` bytes. */
function all(listing: DirectoryListing, room: number, cookie: [number, number] = [0, 0]): EntryRecord[] {
  const entries = new DirectoryEntries();
  const list: EntryRecord[] = [];
  for (let [lo, hi] = cookie; ; [lo, hi] = list.at(-1)!.cookie) {
    const count = listing.read(entries, lo, hi, room);
    assert.ok(count >= 0, errnoName(-count));
    if (count === 0) return list;
    while (entries.next()) list.push(recordOf(entries));
  }
}

function opened(at: AtCalls, dir: number): DirectoryListing {
  const listing = DirectoryListing.open(at, dir);
  if (typeof listing === 'number') throw new Error(errnoName(listing));
  return listing;
}

test('every entry once, with its type and inode number, whatever is asked for at once', () => {
  const world = small();
  const listing = opened(world.at, world.root);
  const whole = all(listing, 1 << 16);
  assert.equal(
    whole
      .map(({ name, type }) => [name, type])
      .filter(([name]) => ['.', '..', 'dir', 'file', 'link'].includes(String(name)))
      .sort(),
    [
      ['.', DT_DIR],
      ['..', DT_DIR],
      ['dir', DT_DIR],
      ['file', DT_REG],
      ['link', DT_LNK],
    ],
  );
  assert.is(whole.find(({ name }) => name === 'file')!.ino, world.ino('file'));
  for (const room of [1, 60, 100]) assert.equal(all(listing, room), whole, `${room} bytes`);
  for (const [i, { cookie }] of whole.entries()) assert.equal(all(listing, 64, cookie), whole.slice(i + 1));
  listing.close();
  world.atRest();
});

test('two listings with a buffer each do not disturb one another', () => {
  const world = small();
  const [one, other] = [opened(world.at, world.root), opened(world.at, world.root)];
  const [a, b] = [new DirectoryEntries(), new DirectoryEntries()];
  assert.ok(one.read(a, 0, 0, 1 << 16) > 0);
  assert.ok(a.next() && a.next());
  const second = recordOf(a);
  assert.ok(other.read(b, ...second.cookie, 1 << 16) > 0);
  assert.ok(b.next());
  assert.equal(recordOf(a), second);
  assert.ok(a.next());
  assert.equal(recordOf(a), recordOf(b));
  one.close();
  other.close();
  world.atRest();
});

test('open: ENOTDIR for a fid that is not a directory, and no fid is left', () => {
  const world = small();
  const file = world.client.walk(world.root, ['file'], 0, 1);
  assert.is(DirectoryListing.open(world.at, file), E.ENOTDIR);
  world.client.clunk(file);
  world.atRest();
});

/** Encodes an entry. */
function encoded(name: string, lo: number, hi: number, dtype = DT_UNKNOWN): Uint8Array {
  const entry = new WireDirent();
  Object.assign(entry, { name, cookie_lo: lo, cookie_hi: hi, dtype, qid_path_hi: 0xffff_ffff, qid_path_lo: 7 });
  const packet = new Packet(400);
  return packet.u8.slice(0, encodeDirent(entry, packet, 0, 400));
}

/** A mount table of which only these entries are asked for. */
function mountsOf(entries: readonly Uint8Array[]): MountTable {
  return {
    mayCross: () => false,
    mountAt: () => null,
    busy: () => 0,
    syntheticEntries: () => entries,
    parentMount: () => null,
  };
}

test('entries of mounts come last, and their cookies go on after them', () => {
  const world = small();
  const extra = ['one', 'two', 'three'].map((name, i) => encoded(name, i + 1, SYNTHETIC_COOKIE, DT_DIR));
  world.at.mountTable = mountsOf(extra);
  const dir = world.client.walk(world.root, ['empty'], 0, 1);
  const listing = opened(world.at, dir);
  const names = (list: EntryRecord[]): string => list.map(({ name }) => name).join(' ');
  assert.is(names(all(listing, 10)), '. .. one two three');
  assert.is(names(all(listing, 10, [1, SYNTHETIC_COOKIE])), 'two three');
  assert.is(names(all(listing, 10, [3, SYNTHETIC_COOKIE])), '');
  assert.is(names(all(listing, 10, [-1, SYNTHETIC_COOKIE])), '');
  listing.close();
  world.client.clunk(dir);
  world.atRest();
});

/** A server that answers every request, and a Treaddir with what the test says. */
class Answers implements Transport {
  readonly msize = 1 << 17;
  readonly asked: number[] = [];
  reply: Uint8Array | number = new Uint8Array(0);

  rpc(t: Message, r: Message, iov: Iov): number {
    r.version = t.version;
    r.msize = t.msize;
    r.nwqid = t.nwname;
    if (t.type !== TYPE.Treaddir) return 0;
    this.asked.push(t.count);
    if (typeof this.reply === 'number') return this.reply;
    iov.u8.set(this.reply);
    r.count = this.reply.length;
    return 0;
  }

  close(): void {
    // Nothing is held.
  }
}

/** Entries that are longer together than a new buffer, and their names. */
function manyEntries(cookieHi: number): { entries: Uint8Array[]; names: string[] } {
  const names = Array.from({ length: 300 }, (_, i) => String(i).padEnd(250, 'x'));
  const entries = names.map((name, i) => encoded(name, i + 1, cookieHi));
  assert.ok(300 * 250 > new DirectoryEntries().u8.length);
  return { entries, names };
}

function answers(): { server: Answers; listing: DirectoryListing; entries: DirectoryEntries } {
  const server = new Answers();
  const client = new Client(server);
  assert.is(client.attach(), 0);
  return { server, listing: opened(new AtCalls(client), client.root), entries: new DirectoryEntries() };
}

test('the buffer grows to what is asked for, and to the entries of mounts', () => {
  const { server, listing, entries } = answers();
  const many = manyEntries(0);
  server.reply = Uint8Array.from(many.entries.flatMap((entry) => [...entry]));
  assert.is(listing.read(entries, 0, 0, server.reply.length), server.reply.length);
  const names: string[] = [];
  while (entries.next()) names.push(recordOf(entries).name);
  assert.equal(names, many.names);
  const mounts = manyEntries(SYNTHETIC_COOKIE);
  const world = small();
  world.at.mountTable = mountsOf(mounts.entries);
  const dir = world.client.walk(world.root, ['empty'], 0, 1);
  const outer = opened(world.at, dir);
  assert.equal(
    all(outer, 10).map(({ name }) => name),
    ['.', '..', ...mounts.names],
  );
  outer.close();
  world.client.clunk(dir);
  world.atRest();
});

test('all bits of inode numbers and cookies are kept', () => {
  const { server, listing, entries } = answers();
  server.reply = encoded('é', 0xffff_fffe, 0x8000_0001, 255);
  assert.is(listing.read(entries, -1, -1, 10), server.reply.length);
  assert.ok(entries.next());
  assert.equal(recordOf(entries), { name: 'é', type: 255, ino: 2 ** 64 - 2 ** 32 + 7, cookie: [-2, -0x7fff_ffff] });
  assert.not.ok(entries.next());
  assert.not.ok(entries.next());
});

test('an entry that is cut is left out; a reply without a whole one is EPROTO', () => {
  const { server, listing, entries } = answers();
  const [one, other] = [encoded('one', 1, 0), encoded('other', 2, 0)];
  for (let size = 1; size < one.length + other.length; size++) {
    server.reply = Uint8Array.of(...one, ...other).subarray(0, size);
    const count = listing.read(entries, 0, 0, 1000);
    if (size < one.length) assert.is(count, -E.EPROTO, String(size));
    else {
      assert.is(count, size);
      assert.ok(entries.next());
      assert.is(recordOf(entries).name, 'one');
      assert.not.ok(entries.next());
    }
  }
});

test('entries that no directory has are EPROTO, over any transport to another process', () => {
  const { server, listing, entries } = answers();
  const fine = encoded('fine', 7, 1);
  for (const [name, cookieLo, cookieHi] of [
    ['', 8, 1],
    ['a/b', 8, 1],
    ['a\0b', 8, 1],
    ['asked for again', 6, 1],
  ] as const) {
    server.reply = Uint8Array.of(...fine, ...encoded(name, cookieLo, cookieHi));
    assert.is(listing.read(entries, 6, 1, 1000), -E.EPROTO, name);
  }
  server.reply = Uint8Array.of(...fine, ...encoded('..', 8, 1));
  assert.is(listing.read(entries, 6, 1, 1000), server.reply.length);
});

test('EINVAL, of a server whose next entry is longer: asked once more for the longest one', () => {
  const { server, listing, entries } = answers();
  server.reply = E.EINVAL;
  assert.is(listing.read(entries, 0, 0, 100), -E.EINVAL);
  assert.equal(server.asked, [100 + 24 + 255, 100 + 24 + 65535]);
  server.reply = E.EIO;
  assert.is(listing.read(entries, 0, 0, 1 << 30), -E.EIO);
  assert.is(server.asked.length, 3);
  assert.ok(server.asked[2]! <= server.msize, 'never more than a message has');
});

test.run();
