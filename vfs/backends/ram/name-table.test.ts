// Directory entries and their listings under removal and re-creation.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { S_IFDIR, S_IFREG } from '../../linux/constants.ts';
import { Era } from './clones/era.ts';
import { RamInode } from './inode.ts';
import type { NameTable } from './name-table.ts';
import type { NamesCursor } from './names-cursor.ts';

const ERA = new Era(1);
let made = 0;

function inode(): RamInode {
  return new RamInode(++made, S_IFREG | 0o644, 0, 0, null, ERA);
}

/** The entries of a new directory. */
function newNames(): NameTable {
  return new RamInode(++made, S_IFDIR | 0o755, 0, 0, null, ERA).ownChildren;
}

function rest(cursor: NamesCursor): string[] {
  const names = [];
  while (cursor.next()) names.push(cursor.name);
  return names;
}

test('entries are listed in the order in which they were made, with what they name', () => {
  const names = newNames();
  assert.is(names.size, 0);
  assert.equal(rest(names.list()), []);
  assert.is(names.get('a'), null);
  const [a, b] = [inode(), inode()];
  names.add('b', b);
  names.add('a', a);
  assert.is(names.get('a'), a);
  const cursor = names.list();
  assert.ok(cursor.next());
  assert.equal([cursor.name, cursor.ino, cursor.kind], ['b', b.ino, S_IFREG]);
  assert.equal(rest(cursor), ['a']);
  assert.not(cursor.next());
});

test('a name that is removed is not there, and may come back for another inode', () => {
  const names = newNames();
  names.add('a', inode());
  names.add('b', inode());
  names.remove('a');
  assert.is(names.get('a'), null);
  assert.is(names.size, 1);
  assert.equal(rest(names.list()), ['b']);
  const other = inode();
  names.add('a', other);
  assert.is(names.get('a'), other);
  assert.is(names.size, 2);
  assert.equal(rest(names.list()).sort(), ['a', 'b']);
});

test('a listing goes on rightly while all that it has come upon is removed', () => {
  const names = newNames();
  const all = Array.from({ length: 1000 }, (_, i) => `name${i}`);
  for (const name of all) names.add(name, inode());
  const cursor = names.list();
  const seen: string[] = [];
  while (cursor.next()) {
    seen.push(cursor.name);
    names.remove(cursor.name);
  }
  assert.equal(seen, all);
  assert.is(names.size, 0);
});

/** A listing, and the names that existed throughout. */
interface Listing {
  cursor: NamesCursor;
  stayed: Set<string>;
  seen: Set<string>;
}

test('at random: as a Map has it, and every listing gives each survivor once', () => {
  const names = newNames();
  const model = new Map<string, RamInode>();
  const listings: Listing[] = [];
  let seed = 20231123;
  let ended = 0;
  const random = (below: number) => (seed = (Math.imul(seed, 48271) >>> 0) % 0x7fffffff) % below;

  const step = (listing: Listing): boolean => {
    if (!listing.cursor.next()) return false;
    const { name, ino } = listing.cursor;
    assert.is(model.get(name)!.ino, ino);
    // A name removed and added again may be listed twice.
    assert.ok(!listing.stayed.has(name) || !listing.seen.has(name), `${name} twice`);
    listing.seen.add(name);
    return true;
  };

  for (let i = 0; i < 120_000; i++) {
    // The directory grows to some hundred entries and shrinks again.
    const name = `n${random(i % 20_000 < 10_000 ? 400 : 40)}`;
    const there = model.get(name);
    assert.is(names.get(name), there ?? null);
    if (there === undefined) {
      const fresh = inode();
      names.add(name, fresh);
      model.set(name, fresh);
    } else {
      names.remove(name);
      model.delete(name);
      for (const { stayed } of listings) stayed.delete(name);
    }
    assert.is(names.size, model.size);
    if (random(500) === 0) listings.push({ cursor: names.list(), stayed: new Set(model.keys()), seen: new Set() });
    const listing = listings[random(listings.length + 1)];
    if (listing === undefined || step(listing)) continue;
    for (const survivor of listing.stayed) assert.ok(listing.seen.has(survivor), `${survivor} was left out`);
    listings.splice(listings.indexOf(listing), 1);
    ended++;
  }
  assert.ok(ended > 50, `${ended} listings came to their end`);
});

test.run();
