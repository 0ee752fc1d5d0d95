// Tests preopens that nest: mount points in listings, cookies, and paths across mounts.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ram } from '../vfs/backends/ram/index.ts';
import { ROOT, TestGuest, type GuestEntry } from '../testing/test-guest.ts';

/** A guest with two mounts on existing directories of its root, and two on names that do not exist there. */
function guest(run: (g: TestGuest) => void): void {
  const stores = { '/src': ram(), '/d/x': ram(), '/new': ram(), '/also new': ram() };
  const g = new TestGuest({
    files: { '/src': null, '/d/f': 'text', '/f': '' },
    preopens: (server) => ({ '/': server, ...stores }),
  });
  run(g);
  g.end();
}

const names = (entries: readonly GuestEntry[]) => entries.map(({ name }) => name);

test('mount points appear in listings', () =>
  guest((g) => {
    const { entries } = g.readdir(ROOT);
    assert.equal(names(entries).sort(), ['.', '..', 'also new', 'd', 'f', 'new', 'src']);
    assert.equal(names(g.readdir(g.open('d')).entries).sort(), ['.', '..', 'f', 'x']);
    for (const { name, type, ino } of entries) {
      if (name === 'f') continue;
      assert.is(type, 3, `${name} is a directory`);
      if (name.endsWith('new')) assert.is(ino, g.stat(name).ino, name);
    }
  }));

test('the listing goes on at every cookie, in a buffer of any size', () =>
  guest((g) => {
    const all = g.readdir(ROOT).entries;
    for (const [i, { next }] of all.entries()) {
      assert.equal(names(g.readdir(ROOT, 4096, next).entries), names(all.slice(i + 1)));
    }
    const whole = g.readdir(ROOT).used;
    for (let size = 1; size < whole; size++) assert.is(g.readdir(ROOT, size).used, size);
    for (const size of [40, 60, 100]) {
      const seen: string[] = [];
      for (let cookie = 0n; ;) {
        const { entries, used } = g.readdir(ROOT, size, cookie);
        seen.push(...names(entries));
        if (used < size) break;
        cookie = entries.at(-1)!.next;
      }
      assert.equal(seen, names(all), String(size));
    }
  }));

test('cookies that no listing returned list nothing that is not there', () =>
  guest((g) => {
    const all = names(g.readdir(ROOT).entries);
    for (const low of [3n, 7n, 24n, 25n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn]) {
      assert.is(g.readdir(ROOT, 4096, (0x4000_0000n << 32n) | low).used, 0, String(low));
      for (const high of [0x4000_0001n, 0x3fff_ffffn, 0xffff_ffffn]) {
        const { entries } = g.readdir(ROOT, 4096, (high << 32n) | low);
        assert.equal(names(entries), all.slice(-2), `${high} ${low}: behind the end of the directory's own`);
      }
    }
    const later = g.readdir(ROOT, 4096, (0x4000_0000n << 32n) | 1n);
    assert.equal(names(later.entries), all.slice(-1), 'the second of the two that are mounts only');
  }));

test('paths cross, and .. of a preopen leads to the one around it', () =>
  guest((g) => {
    g.ok('path_create_directory', ROOT, 'new/sub');
    assert.equal(g.stat('new/sub'), g.stat('sub', true, ROOT + 3));
    assert.equal(g.stat('new/sub/../../d/f'), g.stat('d/f'));
    assert.equal(g.stat('../f', true, ROOT + 3), g.stat('f'));
    assert.equal(g.stat('../../d/f', true, ROOT + 2), g.stat('d/f'));
    assert.is(g.call('path_rename', ROOT, 'f', ROOT, 'new/f'), 'EXDEV');
    assert.is(g.call('path_rename', ROOT, 'f', ROOT + 3, '../g'), 'ok');
    assert.is(g.call('path_unlink_file', ROOT, '../f'), 'ENOTCAPABLE');
    const dir = g.open('new/sub');
    assert.is(g.call('path_unlink_file', dir, '../../f'), 'ENOTCAPABLE', 'a descriptor that is no mount is a bound');
  }));

test.run();
