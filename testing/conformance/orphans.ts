// Conformance of orphans: inodes that are open and have no name.
import * as assert from '../assert.ts';
import { O_CREAT, O_EXCL, O_RDWR, O_WRONLY, S_IFREG } from '../../vfs/linux/constants.ts';
import { errnoName } from '../../vfs/linux/errno.ts';
import type { Part } from '../kit.ts';
import { mknod, rename, setMode, statfs } from '../../vfs/client/rare-messages.ts';

/** Inodes without a name. */
export function orphans({ test, when }: Part): void {
  test('an open file outlives its name, with all its calls', (kit) => {
    const fid = kit.open('f', O_RDWR | O_CREAT);
    kit.write(fid, 0, 'data');
    const { ino } = kit.fstat(fid);
    assert.is(kit.unlink('f'), 'ok');
    assert.equal([kit.server.inspect().orphans, kit.server.inspect().bytes], [1, 4]);
    assert.is(kit.fstat(fid).nlink, 0);
    assert.is(kit.fstat(fid).ino, ino);
    assert.is(kit.read(fid), 'data');
    assert.is(kit.write(fid, 4, '+more'), 5);
    assert.is(kit.read(fid), 'data+more');
    assert.is(kit.setSize(fid, 2), 'ok');
    assert.is(kit.read(fid), 'da');
    assert.is(errnoName(setMode(kit.client, fid, 1, 0o600)), 'ok');
    assert.is(errnoName(kit.client.setTimes(fid, 0x1b0, 5, 6, 7, 8)), 'ok');
    assert.is(kit.fstat(fid).mtime, '7.000000008');
    assert.is(errnoName(kit.client.fsync(fid, false)), 'ok');
    assert.is(errnoName(statfs(kit.client, fid)), 'ok');
    assert.is(errnoName(kit.client.link(kit.root, fid, 'g')), 'ENOENT');
    assert.is(errnoName(rename(kit.client, fid, kit.root, 'g')), 'ENOENT');
    assert.equal(kit.list(''), []);
    const copy = kit.clone(fid);
    kit.clunk(fid);
    assert.is(kit.lopen(copy, O_WRONLY), 'ok');
    assert.is(kit.write(copy, 0, 'DA'), 2);
    assert.is(kit.server.inspect().orphans, 1);
    kit.clunk(copy);
    assert.is(kit.server.inspect().orphans, 0);
  });

  test('a fid that was only walked holds the file, too', (kit) => {
    kit.put('f', 'data');
    const fid = kit.walk('f');
    assert.is(kit.unlink('f'), 'ok');
    assert.is(kit.fstat(fid).nlink, 0);
    assert.is(kit.setSize(fid, 2), 'ok');
    const copy = kit.clone(fid);
    assert.is(kit.lopen(fid, O_RDWR), 'ok');
    assert.is(kit.read(fid), 'da');
    kit.clunk(fid);
    assert.is(kit.lopen(copy), 'ok');
    assert.is(kit.read(copy), 'da');
    kit.clunk(copy);
  });

  test('a name made again is another inode', (kit) => {
    const old = kit.open('f', O_RDWR | O_CREAT);
    kit.write(old, 0, 'old');
    kit.unlink('f');
    const fresh = kit.open('f', O_RDWR | O_CREAT | O_EXCL);
    kit.write(fresh, 0, 'new!');
    assert.isNot(kit.fstat(old).ino, kit.fstat(fresh).ino);
    assert.is(kit.read(old), 'old');
    assert.is(kit.get('f'), 'new!');
    assert.equal([kit.fstat(old).nlink, kit.fstat(fresh).nlink], [0, 1]);
    kit.clunk(old);
    assert.is(kit.get('f'), 'new!');
    kit.clunk(fresh);
  });

  test('a file replaced by a rename becomes an orphan', (kit) => {
    kit.put('a', 'source');
    kit.put('b', 'target');
    const opened = kit.open('b', O_RDWR);
    const walked = kit.walk('b');
    assert.is(kit.rename('a', 'b'), 'ok');
    assert.is(kit.get('b'), 'source');
    assert.is(kit.fstat(opened).nlink, 0);
    assert.is(kit.read(opened), 'target');
    assert.is(kit.lopen(walked), 'ok');
    assert.is(kit.read(walked), 'target');
    kit.clunk(opened);
    assert.is(kit.server.inspect().orphans, 1);
    kit.clunk(walked);
  });

  when(
    ({ backend }) => backend.capabilities.hardLinks,
    'it makes no hard links',
    'with a second name it is none',
    (kit) => {
      kit.put('a', 'x');
      kit.link('a', 'b');
      const fid = kit.open('a');
      kit.unlink('a');
      assert.is(kit.server.inspect().orphans, 0);
      kit.unlink('b');
      assert.is(kit.server.inspect().orphans, 1);
      assert.is(kit.read(fid), 'x');
      kit.clunk(fid);
    },
  );

  test('a removed symlink can still be read', (kit) => {
    kit.symlink('target', 'l');
    const fid = kit.walk('l');
    assert.is(kit.unlink('l'), 'ok');
    assert.is(errnoName(kit.client.readlink(fid)), 'ok');
    assert.is(kit.client.r.target, 'target');
    assert.is(kit.fstat(fid).nlink, 0);
    kit.clunk(fid);
  });

  test('a removed directory is empty, and nothing is made in it', (kit) => {
    kit.mkdir('a');
    kit.mkdir('a/d');
    kit.put('f', 'x');
    const opened = kit.walk('a/d');
    assert.is(kit.lopen(opened), 'ok');
    const dir = kit.walk('a/d');
    const file = kit.walk('f');
    assert.is(kit.rmdir('a/d'), 'ok');
    assert.equal(kit.listFid(opened), []);
    assert.is(kit.fstat(dir).nlink, 0);
    const { client } = kit;
    assert.is(errnoName(client.mkdir(dir, 'x', 0o700)), 'ENOENT');
    assert.is(errnoName(client.symlink(dir, 'x', 't')), 'ENOENT');
    assert.is(errnoName(mknod(client, dir, 'x', S_IFREG | 0o600, 0, 0)), 'ENOENT');
    assert.is(errnoName(client.link(dir, file, 'x')), 'ENOENT');
    assert.is(errnoName(client.renameat(kit.root, 'f', dir, 'x')), 'ENOENT');
    const copy = kit.clone(dir);
    assert.is(errnoName(client.lcreate(copy, 'x', O_RDWR, 0o600)), 'ENOENT');
    assert.is(errnoName(-client.walk(dir, ['x'], 0, 1)), 'ENOENT');
    const up = client.walk(dir, ['..'], 0, 1);
    assert.is(kit.fstat(up).ino, kit.stat('a').ino);
    // The same name again is another directory.
    kit.mkdir('a/d');
    kit.put('a/d/g', '');
    assert.equal(kit.listFid(opened), []);
    assert.isNot(kit.stat('a/d').ino, kit.fstat(dir).ino);
    kit.clunk(opened, dir, file, copy, up);
  });

  test('a whole tree is removed below its fids', (kit) => {
    kit.mkdir('a');
    kit.mkdir('a/b');
    kit.mkdir('a/b/c');
    kit.put('a/b/c/f', 'deep');
    const fids = [kit.walk('a'), kit.walk('a/b'), kit.walk('a/b/c')];
    const file = kit.open('a/b/c/f');
    for (const [path, isDir] of [
      ['a/b/c/f', false],
      ['a/b/c', true],
      ['a/b', true],
      ['a', true],
    ] as const) {
      assert.is(isDir ? kit.rmdir(path) : kit.unlink(path), 'ok');
    }
    assert.is(kit.server.inspect().orphans, 4);
    assert.is(kit.read(file), 'deep');
    kit.clunk(...fids, file);
  });

  test('a directory renamed over is removed', (kit) => {
    kit.mkdir('a');
    kit.put('a/f', '');
    kit.mkdir('b');
    const fid = kit.walk('b');
    assert.is(kit.rename('a', 'b'), 'ok');
    assert.is(kit.fstat(fid).nlink, 0);
    assert.is(errnoName(kit.client.mkdir(fid, 'x', 0o700)), 'ENOENT');
    assert.equal(kit.list('b'), ['f']);
    kit.clunk(fid);
  });

  test('500 orphans at once, clunked in another order', (kit) => {
    const fids: number[] = [];
    for (let i = 0; i < 500; i++) {
      const fid = kit.open('same', O_RDWR | O_CREAT | O_EXCL);
      assert.is(kit.write(fid, 0, String(i)), String(i).length);
      assert.is(kit.unlink('same'), 'ok');
      fids.push(fid);
    }
    assert.is(kit.server.inspect().orphans, 500);
    assert.is(new Set(fids.map((fid) => kit.fstat(fid).ino)).size, 500);
    for (let i = 0; i < 500; i++) assert.is(kit.read(fids[i]!), String(i));
    for (let i = 0; i < 500; i++) kit.clunk(fids[(i * 7) % 500]!);
  });

  test('the end of a session reclaims its orphans', (kit) => {
    const fid = kit.open('f', O_RDWR | O_CREAT);
    const walked = kit.walk('f');
    kit.unlink('f');
    assert.ok(fid > 0 && walked > 0);
    assert.is(kit.server.inspect().orphans, 1);
    kit.mount.close();
    assert.is(kit.server.inspect().orphans, 0);
    assert.is(kit.server.inspect().reclaiming, 0);
    // For the check at the end.
    kit.client.clunk(fid);
    kit.client.clunk(walked);
  });
}
