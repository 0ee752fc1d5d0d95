// Conformance of reading a tree through a read-only backend.
import * as assert from '../assert.ts';
import { V9FS_MAGIC } from '../../vfs/9p/constants.ts';
import { DT_DIR, DT_LNK, DT_REG, S_IFDIR, S_IFREG } from '../../vfs/linux/constants.ts';
import { errnoName } from '../../vfs/linux/errno.ts';
import { Iov } from '../../vfs/lib/iov.ts';
import { tick, type Kit, type Part } from '../kit.ts';
import { BIG, LONG, MTIME, UNICODE } from './read-only-tree.ts';
import { statfs, xattrwalk } from '../../vfs/client/rare-messages.ts';

const MANY = Array.from({ length: 100 }, (_, i) => `n${String(i).padStart(3, '0')}`);

/** Reads of a read-only tree: everything exists, and reads change nothing. */
export function reads({ test, when }: Part): void {
  test('the tree has all its files', (kit) => {
    const { hardLinks, specialFiles } = kit.subject.backend.capabilities;
    const names = ['f', 'x', 'd', 'e', 'many', 'l', 'ld', 'dangling', 'loop', 'big', 'empty', LONG, UNICODE];
    if (hardLinks) names.push('h1', 'h2');
    if (specialFiles) names.push('fifo');
    assert.equal(kit.list(''), names.sort());
    assert.equal(kit.list('d'), ['g', 'sub']);
    assert.equal(kit.list('e'), []);
    assert.equal(kit.list('many'), MANY);
    for (const [path, text] of [
      ['f', 'data'],
      ['empty', ''],
      ['d/sub/deep', 'deep'],
      ['ld/g', 'g'],
      ['l', 'data'],
      [LONG, 'long'],
      [UNICODE, 'unicode'],
      ['d/../many/n099', '99'],
      ['none', 'ENOENT'],
      ['f/x', 'ENOTDIR'],
      ['loop', 'ELOOP'],
      ['dangling', 'ENOENT'],
      [`${LONG}x`, 'ENAMETOOLONG'],
    ] as const)
      assert.is(kit.get(path), text, path);
    assert.is(kit.readlink('l'), 'f');
    assert.is(kit.readlink('dangling'), 'nowhere');
    assert.is(kit.readlink('f'), 'EINVAL');
  });

  test('permissions', (kit) => {
    for (const [path, perm] of [
      ['f', 0o640],
      ['x', 0o755],
      ['d', 0o750],
      ['e', 0o1777],
    ] as const)
      assert.is(kit.stat(path).perm, perm, path);
  });

  test('kinds, sizes and times', (kit) => {
    for (const [path, kind] of [
      ['f', S_IFREG],
      ['x', S_IFREG],
      ['d', S_IFDIR],
      ['e', S_IFDIR],
    ] as const) {
      const stat = kit.stat(path);
      assert.is(stat.kind, kind, path);
      assert.is(stat.mtime, `${MTIME[0]}.${MTIME[1]}`, path);
    }
    assert.is(kit.stat('f').size, 4);
    assert.is(kit.stat('l').size, 1);
    assert.is(kit.stat('empty').size, 0);
  });

  test('inode numbers tell files apart, and are the same in listings', (kit) => {
    const seen = new Map<number, string>();
    for (const dir of ['', 'd', 'many']) {
      const fid = dir === '' ? kit.clone(kit.root) : kit.walk(dir);
      assert.is(kit.lopen(fid), 'ok');
      for (const { name, ino, type } of kit.listFid(fid)) {
        if (name === '.' || name === '..' || name === 'h2') continue;
        const path = dir === '' ? name : `${dir}/${name}`;
        const stat = kit.stat(path);
        assert.is(stat.ino, ino, path);
        assert.is(type, stat.kind >>> 12, path);
        assert.is(seen.get(ino), undefined, `${path} has the number of ${seen.get(ino)}`);
        seen.set(ino, path);
      }
      kit.clunk(fid);
    }
    assert.ok(!seen.has(kit.fstat(kit.root).ino));
    assert.ok(seen.size > 110);
  });

  test('links are counted', (kit) => {
    assert.is(kit.stat('f').nlink, 1);
    // Some file systems of a host do not count subdirectories.
    const dirs = [kit.fstat(kit.root).nlink, kit.stat('d').nlink, kit.stat('e').nlink];
    if (dirs[2] !== 1) assert.equal(dirs, [5, 3, 2]);
    if (!kit.subject.backend.capabilities.hardLinks) return;
    const [one, two] = [kit.stat('h1'), kit.stat('h2')];
    assert.equal(one, two);
    assert.is(one.nlink, 2);
    assert.is(kit.get('h2'), 'hard');
  });

  test('reads at any offset, in several ranges and past the end', (kit) => {
    assert.is(kit.stat('big').size, BIG.length);
    const fid = kit.open('big');
    const iov = new Iov();
    for (const [offset, length] of [
      [0, BIG.length],
      [0, BIG.length + 100],
      [1, 511],
      [299_990, 100],
      [BIG.length, 10],
      [BIG.length + 1000, 10],
    ] as const) {
      const bytes = new Uint8Array(length);
      iov.single(bytes, 0, length);
      const count = kit.client.read(fid, offset, iov);
      const wanted = BIG.subarray(offset, offset + length);
      assert.is(count, wanted.length, `${length} at ${offset}`);
      assert.is(Buffer.compare(bytes.subarray(0, count), wanted), 0);
    }
    const bytes = new Uint8Array(30);
    iov.reset(bytes);
    iov.add(0, 10);
    iov.add(20, 30);
    assert.is(kit.client.read(fid, 5, iov), 20);
    assert.equal([...bytes.subarray(0, 10), ...bytes.subarray(20)], [...BIG.subarray(5, 25)]);
    kit.clunk(fid);
  });

  test('a directory: each entry once, in messages of any size, and again from any cookie', (kit) => {
    const fid = kit.walk('many');
    assert.is(kit.lopen(fid), 'ok');
    const all = kit.listFid(fid);
    assert.equal(all.map(({ name }) => name).sort(), ['.', '..', ...MANY].sort());
    for (const room of [60, 200, 1000]) assert.equal(kit.listFid(fid, 0, room), all);
    for (const at of [0, 1, 2, 50, 101]) assert.equal(kit.listFid(fid, all[at]!.cookie), all.slice(at + 1));
    kit.clunk(fid);
    const types = kit.clone(kit.root);
    assert.is(kit.lopen(types), 'ok');
    const byName = new Map(kit.listFid(types).map((entry) => [entry.name, entry.type]));
    assert.equal([byName.get('f'), byName.get('d'), byName.get('l')], [DT_REG, DT_DIR, DT_LNK]);
    kit.clunk(types);
  });

  test('fids: clones, `..`, and many on one file', (kit) => {
    const deep = kit.walk('d/sub/deep');
    const clone = kit.clone(deep);
    assert.is(kit.fstat(clone).ino, kit.stat('d/sub/deep').ino);
    const sub = kit.walk('d/sub');
    const up = kit.client.walk(sub, ['..', '..', '..', 'f'], 0, 4);
    assert.is(kit.fstat(up).ino, kit.stat('f').ino);
    const opened = Array.from({ length: 20 }, () => kit.open('f'));
    assert.is(kit.server.inspect().inodes, 4);
    for (const fid of opened) assert.is(kit.read(fid, 1, 2), 'at');
    kit.clunk(deep, clone, sub, up, ...opened);
  });

  test('statfs', (kit) => {
    assert.is(errnoName(statfs(kit.client, kit.root)), 'ok');
    const { r } = kit.client;
    assert.equal([r.fstype, r.namelen], [V9FS_MAGIC, 255]);
    assert.ok(r.bsize > 0 && r.blocks > 0 && r.bfree <= r.blocks && r.bavail <= r.blocks && r.ffree <= r.files);
  });

  test('stat, walk and readlink move no atime', (kit) => {
    const atimes = (): string[] => ['f', 'big', 'd', 'many', 'l', 'ld'].map((path) => kit.stat(path).atime);
    const before = atimes();
    tick();
    for (const path of ['f', 'big', 'l', 'ld/g']) kit.get(path);
    for (const path of ['', 'd', 'many']) kit.list(path);
    for (const path of ['l', 'ld']) kit.readlink(path);
    assert.equal(atimes(), before);
  });

  when(
    ({ backend }) => backend.capabilities.xattrs,
    'it keeps none',
    'extended attributes are returned to the byte',
    (kit) => {
      const fid = kit.walk('f');
      assert.equal([...xattr(kit, fid, 'user.a')], [0, 10, 61, 255]);
      assert.is(new TextDecoder().decode(xattr(kit, fid, '')), 'user.a\0');
      assert.is(errnoName(-xattrwalk(kit.client, fid, 'user.b')), 'ENODATA');
      kit.clunk(fid);
    },
  );
}

function xattr(kit: Kit, fid: number, name: string): Uint8Array {
  const reader = xattrwalk(kit.client, fid, name);
  assert.ok(reader > 0, errnoName(-reader));
  const bytes = new Uint8Array(kit.client.r.size);
  const iov = new Iov();
  iov.single(bytes, 0, bytes.length);
  assert.is(kit.client.read(reader, 0, iov), bytes.length);
  kit.clunk(reader);
  return bytes;
}
