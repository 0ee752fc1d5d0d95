// The entries of a listing as objects: their numbers, and their order.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WireDirent, encodeDirent, TYPE, type Message } from '../9p/codec.gen.ts';
import { Packet } from '../9p/packet.ts';
import type { Iov } from '../lib/iov.ts';
import { DT_DIR, DT_REG, S_IFDIR, S_IFREG } from '../linux/constants.ts';
import { E } from '../linux/errno.ts';
import type { Transport } from '../transport/transport.ts';
import { AtCalls } from './at/at-calls.ts';
import { Client } from './client.ts';
import { DirectoryListing } from './directory-listing.ts';
import { entriesOf, sortByName } from './entries.ts';

const encoder = new TextEncoder();

/** strcmp(3) of two names. */
function strcmp(a: string, b: string): number {
  const [x, y] = [encoder.encode(a), encoder.encode(b)];
  const at = x.findIndex((byte, i) => byte !== y[i]);
  return at < 0 ? x.length - y.length : x[at]! - (y[at] ?? -1);
}

test('names are sorted by their bytes, on both sides of the surrogates', () => {
  const characters = ['a', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'];
  const names = ['', 'aa', ...characters, ...characters.flatMap((one) => characters.map((other) => `x${one}${other}`))];
  for (const a of names)
    for (const b of names) {
      const sorted = sortByName([a, b].map((name) => ({ name, ino: 0, kind: 0 })));
      const expected = strcmp(a, b) <= 0 ? [a, b] : [b, a];
      assert.equal(
        sorted.map(({ name }) => name),
        expected,
      );
    }
});

/** A server with one directory: each Treaddir returns the entry behind the cookie. ENOENT: no entry has it. */
class OneEach implements Transport {
  readonly msize = 1 << 17;
  private readonly entries: readonly Partial<WireDirent>[];

  constructor(entries: readonly Partial<WireDirent>[]) {
    this.entries = entries;
  }

  rpc(t: Message, r: Message, iov: Iov): number {
    Object.assign(r, { version: t.version, msize: t.msize, nwqid: t.nwname, count: 0 });
    if (t.type !== TYPE.Treaddir) return 0;
    const before = this.entries.findIndex(
      ({ cookie_lo: lo, cookie_hi: hi }) => lo! >>> 0 === t.cookie_lo >>> 0 && hi! >>> 0 === t.cookie_hi >>> 0,
    );
    if (before < 0 && (t.cookie_lo !== 0 || t.cookie_hi !== 0)) return E.ENOENT;
    const entry = this.entries[before + 1];
    if (entry === undefined) return 0;
    const packet = new Packet(64);
    r.count = encodeDirent(Object.assign(new WireDirent(), entry), packet, 0, 64);
    iov.u8.set(packet.u8.subarray(0, r.count));
    return 0;
  }

  close(): void {
    // Nothing is held.
  }
}

test('inode numbers above 32 bits are whole, and so is the cookie of the next message', () => {
  // Each differs from the one before it in one half.
  const cookies = [
    { cookie_lo: 7, cookie_hi: 1 },
    { cookie_lo: 8, cookie_hi: 1 },
    { cookie_lo: 8, cookie_hi: 2 },
    { cookie_lo: 0xffff_ffff, cookie_hi: 2 },
  ];
  const client = new Client(
    new OneEach([
      { name: '.', ...cookies[0] },
      { name: 'a', dtype: DT_REG, qid_path_lo: 5, qid_path_hi: 3, ...cookies[1] },
      { name: 'b', dtype: DT_DIR, qid_path_lo: 0xffff_fffe, qid_path_hi: 0x1f_ffff, ...cookies[2] },
      { name: 'c', dtype: DT_REG, qid_path_lo: 1, qid_path_hi: 0, ...cookies[3] },
    ]),
  );
  assert.is(client.attach(), 0);
  assert.equal(entriesOf(DirectoryListing.open(new AtCalls(client), client.root)), [
    { name: 'a', ino: 3 * 2 ** 32 + 5, kind: S_IFREG },
    { name: 'b', ino: 2 ** 53 - 2, kind: S_IFDIR },
    { name: 'c', ino: 1, kind: S_IFREG },
  ]);
  assert.is(client.fidsInUse, 1, 'the listing is closed');
});

test.run();
