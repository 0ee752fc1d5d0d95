// Copy-up: what it preserves, and which calls do not trigger it.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_MODE, SETATTR_MTIME, SETATTR_MTIME_SET } from '../../../9p/constants.ts';
import { O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../../../linux/constants.ts';
import { type Kit, tick } from '../../../../testing/kit.ts';
import { ram } from '../../ram/index.ts';
import { COST, nameCost } from '../../../backend/space.ts';
import { hostDir } from '../../hostdir/index.ts';
import { scratch } from '../../../../testing/scratch.ts';
import { age, getXattr, overlaid, setXattr, write } from '../testing.ts';
import { mknod, setMode } from '../../../client/rare-messages.ts';

test('a copy-up keeps number, mode, times and links, of the file and of the directories above it', () => {
  overlaid(
    (kit) => {
      kit.mkdir('d');
      kit.mkdir('d/e');
      kit.put('d/e/f', 'lower');
      age(kit, 'd/e/f', 0o640);
      age(kit, 'd/e', 0o710);
      age(kit, 'd', 0o701);
    },
    (kit) => {
      const root = kit.fstat(kit.root);
      const before = ['d', 'd/e', 'd/e/f'].map((path) => kit.stat(path));
      tick();
      // Changes the file and nothing of its directories, not even their ctime.
      const fid = kit.open('d/e/f', O_RDWR);
      kit.write(fid, 0, 'LO');
      kit.clunk(fid);
      const after = ['d', 'd/e', 'd/e/f'].map((path) => kit.stat(path));
      assert.equal(after.slice(0, 2), before.slice(0, 2));
      assert.equal(kit.fstat(kit.root), root);
      const [, , was] = before;
      const [, , is] = after;
      assert.equal([is!.ino, is!.perm, is!.nlink, is!.atime], [was!.ino, was!.perm, was!.nlink, was!.atime]);
      assert.ok(is!.mtime !== was!.mtime && is!.ctime !== was!.ctime);
      assert.is(kit.get('d/e/f'), 'LOwer');
    },
  );
});

test('a copy-up into a directory that was changed since it was copied itself moves none of its times', () => {
  overlaid(
    (kit) => {
      kit.mkdir('d');
      kit.put('d/f', 'lower');
    },
    (kit) => {
      kit.put('d/new', '');
      const before = kit.stat('d');
      tick();
      write(kit, 'd/f', 'LO');
      assert.equal(kit.stat('d'), before);
    },
  );
});

test('each kind of change copies up, and changes what it is to change', () => {
  const changes: [what: string, run: (kit: Kit, fid: number) => unknown, moved: string][] = [
    ['chmod', (kit, fid) => setMode(kit.client, fid, SETATTR_MODE, 0o600), 'perm ctime'],
    ['utimes', (kit, fid) => kit.client.setTimes(fid, SETATTR_MTIME | SETATTR_MTIME_SET, 0, 0, 7, 8), 'mtime ctime'],
    ['truncate', (kit, fid) => kit.setSize(fid, 2), 'size mtime ctime'],
    ['truncate to more', (kit, fid) => kit.setSize(fid, 20), 'size mtime ctime'],
    ['xattr', (kit, fid) => setXattr(kit, fid, 'user.a', 'x'), 'ctime'],
    ['link', (kit, fid) => kit.client.link(kit.root, fid, 'other'), 'nlink ctime'],
    ['rename', (kit) => kit.rename('f', 'g'), 'ctime'],
  ];
  for (const [what, change, moved] of changes) {
    overlaid(
      (kit) => {
        kit.put('f', 'lower');
        age(kit, 'f', 0o644);
      },
      (kit) => {
        const fid = kit.walk('f');
        const reader = kit.open('f');
        const before = kit.fstat(fid);
        change(kit, fid);
        const after = kit.fstat(reader);
        const keys = (Object.keys(after) as (keyof typeof after)[]).filter(
          (key) => key !== 'blocks' && key !== 'version' && after[key] !== before[key],
        );
        assert.equal(keys.sort().join(' '), moved.split(' ').sort().join(' '), what);
        assert.is(kit.read(reader), 'lower'.padEnd(after.size, '.').slice(0, after.size), what);
        kit.clunk(fid, reader);
      },
    );
  }
});

test('a descriptor opened before the copy-up sees the file’s later life, by every fid and name', () => {
  overlaid(
    (kit) => {
      kit.put('f', 'before');
      kit.link('f', 'g');
    },
    (kit) => {
      const reader = kit.open('f');
      const writer = kit.open('g', O_RDWR);
      const walked = kit.walk('g');
      assert.is(kit.read(reader), 'before');
      assert.is(kit.write(writer, 0, 'AFTER'), 5);
      assert.is(kit.read(reader), 'AFTERe');
      assert.is(kit.lopen(walked, O_RDWR), 'ok');
      assert.is(kit.write(walked, 6, '+'), 1);
      assert.is(kit.read(writer), 'AFTERe+');
      assert.is(kit.get('f'), 'AFTERe+');
      assert.is(kit.get('g'), 'AFTERe+');
      kit.unlink('f');
      kit.unlink('g');
      assert.is(kit.read(reader), 'AFTERe+');
      kit.clunk(reader, writer, walked);
    },
  );
});

test('opening for writing and reading copy nothing', () => {
  const upper = ram();
  overlaid(
    (kit) => {
      kit.mkdir('d');
      kit.put('d/f', 'x');
      kit.symlink('f', 'd/l');
    },
    (kit) => {
      kit.clunk(kit.open('d/f', O_RDWR | O_CREAT));
      assert.is(kit.get('d/f'), 'x');
      assert.is(kit.readlink('d/l'), 'f');
      kit.list('d');
      assert.is(kit.mkdir('d'), 'EEXIST');
      assert.is(upper.entries(upper.root()), 0);
    },
    { upper },
  );
});

test('O_TRUNC does not copy the data, and what does not fit leaves nothing behind', () => {
  const costs = nameCost('d') + nameCost('big') + nameCost('also') + COST.directory + 3 * COST.inode;
  const upper = ram({ capacity: costs + 1000 });
  overlaid(
    (kit) => {
      kit.mkdir('d');
      kit.put('d/big', 'x'.repeat(5000));
      kit.put('d/also', 'y'.repeat(5000));
    },
    (kit) => {
      const before = kit.stat('d/big');
      const fid = kit.open('d/big', O_RDWR);
      assert.is(kit.write(fid, 0, 'X'), 'ENOSPC');
      assert.is(kit.read(fid, 0, 2), 'xx');
      assert.equal(kit.fstat(fid), before);
      assert.is(kit.setSize(fid, 3), 'ok');
      assert.is(kit.write(fid, 3, 'X'), 1);
      assert.is(kit.read(fid), 'xxxX');
      kit.clunk(fid);
      kit.clunk(kit.open('d/also', O_WRONLY | O_TRUNC));
      assert.is(kit.stat('d/also').size, 0);
      assert.equal(kit.list('d'), ['also', 'big']);
    },
    { upper },
  );
});

test('holes are not filled by a copy-up, nor data changed', () => {
  overlaid(
    (kit) => {
      const fid = kit.open('f', O_RDWR | O_CREAT);
      kit.write(fid, 2 ** 21 + 5, 'middle');
      kit.setSize(fid, 2 ** 28);
      kit.clunk(fid);
      const all = kit.open('hole', O_RDWR | O_CREAT);
      kit.setSize(all, 2 ** 31);
      kit.clunk(all);
    },
    (kit) => {
      write(kit, 'f', 'start');
      const fid = kit.open('f');
      assert.is(kit.read(fid, 0, 8), 'start...');
      assert.is(kit.read(fid, 2 ** 21 + 4, 8), '.middle.');
      assert.is(kit.fstat(fid).size, 2 ** 28);
      assert.ok(kit.fstat(fid).blocks * 512 <= 3 * 2 ** 20, `${kit.fstat(fid).blocks} blocks`);
      kit.clunk(fid);
      write(kit, 'hole', 'start');
      assert.ok(kit.stat('hole').size === 2 ** 31 && kit.stat('hole').blocks <= 8);
    },
  );
});

test('attributes are copied, and a symlink’s target', () => {
  overlaid(
    (kit) => {
      kit.put('f', '');
      const fid = kit.walk('f');
      setXattr(kit, fid, 'user.one', '1');
      setXattr(kit, fid, 'user.two', '2');
      kit.clunk(fid);
      kit.symlink('to/nowhere', 'l');
      mknod(kit.client, kit.root, 'pipe', 0o010640, 0, 0);
    },
    (kit) => {
      for (const path of ['f', 'l', 'pipe']) age(kit, path, 0o604);
      assert.is(getXattr(kit, 'f', 'user.one'), '1');
      assert.is(getXattr(kit, 'f', ''), 'user.one\0user.two\0'.replaceAll('\0', '.'));
      assert.is(kit.readlink('l'), 'to/nowhere');
      assert.equal([kit.stat('pipe').kind, kit.stat('pipe').perm], [0o010000, 0o604]);
      for (const path of ['f', 'l', 'pipe']) assert.is(kit.stat(path).mtime, '2000.987654321');
    },
  );
});

test('a symlink that was copied up to a host directory is read by its other names once the copy has none', () => {
  const { root, remove } = scratch();
  const upper = hostDir(root);
  overlaid(
    (kit) => {
      kit.mkdir('d');
      kit.symlink('../to', 'l');
      assert.is(kit.link('l', 'd/m'), 'ok');
    },
    (kit) => {
      age(kit, 'l', 0o777);
      assert.is(kit.unlink('l'), 'ok');
      assert.is(kit.readlink('d/m'), '../to');
      assert.is(kit.stat('d/m').nlink, 1);
    },
    { upper },
  );
  upper.close();
  remove();
});

test('a read moves no atime of the lower layer, but that of a changed file', () => {
  overlaid(
    (kit) => {
      kit.put('f', 'x');
      kit.symlink('f', 'l');
      kit.mkdir('d');
      for (const path of ['f', 'd']) age(kit, path, 0o755);
    },
    (kit) => {
      assert.is(kit.get('f'), 'x');
      kit.list('d');
      kit.readlink('l');
      assert.equal([kit.stat('f').atime, kit.stat('d').atime], ['1000.123456789', '1000.123456789']);
      write(kit, 'f', 'y');
      assert.is(kit.stat('f').atime, '1000.123456789');
      kit.get('f');
      assert.ok(Number(kit.stat('f').atime) > 1e9);
      kit.clunk(kit.open('f', O_RDONLY));
    },
  );
});

test.run();
