// Conformance of rename(2) and of recursive removal.
import * as assert from '../assert.ts';
import { errnoName } from '../../vfs/linux/errno.ts';
import type { Kit, Part } from '../kit.ts';
import { remove, rename } from '../../vfs/client/rare-messages.ts';

/** A file, an empty and a full directory, a symlink: for all pairs of them. */
function furnish(kit: Kit, prefix: string): void {
  kit.put(`${prefix}file`, prefix);
  kit.mkdir(`${prefix}empty`);
  kit.mkdir(`${prefix}full`);
  kit.put(`${prefix}full/x`, prefix);
  kit.symlink(`${prefix}file`, `${prefix}link`);
}

/** rename(2): source, target, result. */
const MATRIX: [from: string, to: string, result: string][] = [
  ['file', 'file', 'ok'],
  ['file', 'link', 'ok'],
  ['file', 'empty', 'EISDIR'],
  ['file', 'full', 'EISDIR'],
  ['file', 'none', 'ok'],
  ['link', 'file', 'ok'],
  ['link', 'link', 'ok'],
  ['link', 'empty', 'EISDIR'],
  ['link', 'none', 'ok'],
  ['empty', 'file', 'ENOTDIR'],
  ['empty', 'link', 'ENOTDIR'],
  ['empty', 'empty', 'ok'],
  ['empty', 'full', 'ENOTEMPTY'],
  ['empty', 'none', 'ok'],
  ['full', 'file', 'ENOTDIR'],
  ['full', 'link', 'ENOTDIR'],
  ['full', 'empty', 'ok'],
  ['full', 'full', 'ENOTEMPTY'],
  ['full', 'none', 'ok'],
  ['none', 'file', 'ENOENT'],
  ['none', 'none', 'ENOENT'],
];

/** rename(2). */
export function renames({ test, when }: Part): void {
  for (const where of ['', 'sub/']) {
    const place = where === '' ? 'in one directory' : 'into another directory';
    test(`every kind over every kind, ${place}`, (kit) => {
      for (const [from, to, result] of MATRIX) {
        kit.mkdir('box');
        assert.is(errnoName(kit.mount.at.mkdirat(kit.root, 'box/sub')), 'ok');
        furnish(kit, 'box/a-');
        furnish(kit, `box/${where}b-`);
        const say = `${from} over ${to}`;
        const source = from === 'none' ? null : kit.stat(`box/a-${from}`);
        const target = to === 'none' ? null : kit.stat(`box/${where}b-${to}`);
        assert.is(kit.rename(`box/a-${from}`, `box/${where}b-${to}`), result, say);
        const moved = result === 'ok';
        assert.is(kit.exists(`box/a-${from}`), source !== null && !moved, say);
        const there = moved ? source : target;
        assert.is(kit.exists(`box/${where}b-${to}`), there !== null, say);
        if (there !== null) assert.is(kit.stat(`box/${where}b-${to}`).ino, there.ino, say);
        removeTree(kit, 'box');
      }
    });
  }

  test('a directory neither into itself nor over what holds it', (kit) => {
    kit.mkdir('a');
    kit.mkdir('a/b');
    kit.mkdir('a/b/c');
    kit.put('a/b/c/f', 'x');
    assert.is(kit.rename('a', 'a/x'), 'EINVAL');
    assert.is(kit.rename('a', 'a/b/x'), 'EINVAL');
    assert.is(kit.rename('a', 'a/b/c'), 'EINVAL');
    assert.is(kit.rename('a/b/c', 'a'), 'ENOTEMPTY');
    assert.is(kit.rename('a/b/c/f', 'a/b'), 'ENOTEMPTY');
    assert.is(kit.rename('a', 'a'), 'ok');
    assert.is(kit.get('a/b/c/f'), 'x');
  });

  test('two names of one inode are left as they are', (kit) => {
    kit.put('a', 'x');
    assert.is(kit.rename('a', 'a'), 'ok');
    if (!kit.subject.backend.capabilities.hardLinks) return;
    kit.link('a', 'b');
    assert.is(kit.rename('a', 'b'), 'ok');
    assert.equal(kit.list(''), ['a', 'b']);
    assert.is(kit.stat('a').nlink, 2);
  });

  test('a directory that moves takes its `..` along', (kit) => {
    kit.mkdir('a');
    kit.mkdir('b');
    kit.mkdir('a/d');
    const fid = kit.walk('a/d');
    const child = kit.client.walk(fid, ['..'], 0, 1);
    assert.is(kit.fstat(child).ino, kit.stat('a').ino);
    assert.is(kit.rename('a/d', 'b/e'), 'ok');
    const now = kit.client.walk(fid, ['..'], 0, 1);
    assert.is(kit.fstat(now).ino, kit.stat('b').ino);
    const top = kit.client.walk(fid, ['..', '..', '..', '..'], 0, 4);
    assert.is(kit.fstat(top).ino, kit.fstat(kit.root).ino);
    kit.clunk(fid, child, now, top);
  });

  test('fids follow their inode, opened and walked, also below a directory that moves', (kit) => {
    kit.mkdir('a');
    kit.mkdir('a/b');
    kit.put('a/b/f', 'one');
    const walked = kit.walk('a/b/f');
    const opened = kit.open('a/b/f', 2);
    const dir = kit.walk('a/b');
    assert.is(kit.rename('a', 'z'), 'ok');
    assert.is(kit.rename('z/b/f', 'z/b/g'), 'ok');
    kit.put('z/b/f', 'impostor');
    assert.is(kit.read(opened), 'one');
    assert.is(kit.fstat(walked).ino, kit.fstat(opened).ino);
    assert.is(kit.lopen(walked), 'ok');
    assert.is(kit.read(walked), 'one');
    const found = kit.client.walk(dir, ['g'], 0, 1);
    assert.is(kit.fstat(found).ino, kit.fstat(opened).ino);
    kit.clunk(walked, opened, dir, found);
  });

  test('Trename and Tremove act on the inode’s own name only', (kit) => {
    kit.put('f', 'old');
    const fid = kit.walk('f');
    assert.is(errnoName(rename(kit.client, fid, kit.root, 'g')), 'ok');
    assert.equal(kit.list(''), ['g']);
    assert.is(errnoName(rename(kit.client, fid, kit.root, 'h')), 'ok');
    kit.unlink('h');
    kit.put('h', 'new');
    assert.is(errnoName(rename(kit.client, fid, kit.root, 'i')), 'ENOENT');
    assert.is(errnoName(remove(kit.client, fid)), 'ENOENT');
    assert.is(kit.get('h'), 'new');
    const again = kit.walk('h');
    assert.is(errnoName(remove(kit.client, again)), 'ok');
    assert.equal(kit.list(''), []);
    const root = kit.clone(kit.root);
    assert.is(errnoName(rename(kit.client, root, kit.root, 'x')), 'EBUSY');
    assert.is(errnoName(remove(kit.client, root)), 'EBUSY');
  });

  when(
    ({ outside }) => outside !== undefined,
    'the store has no access from outside',
    'a name that has become another file’s is not renamed or removed through the old fid',
    (kit) => {
      const { fs } = kit.outside;
      kit.put('f', 'old');
      const a = kit.walk('f');
      const b = kit.walk('f');
      fs.unlinkSync(kit.out('f'));
      fs.writeFileSync(kit.out('f'), 'new');
      assert.is(errnoName(rename(kit.client, a, kit.root, 'g')), 'ENOENT');
      assert.is(errnoName(remove(kit.client, b)), 'ENOENT');
      assert.is(kit.get('f'), 'new');
      kit.clunk(a);
    },
  );
}

/** rm -r. */
function removeTree(kit: Kit, path: string): void {
  for (const name of kit.list(path)) {
    const child = `${path}/${name}`;
    if (kit.stat(child).kind === 0o040000) removeTree(kit, child);
    else assert.is(kit.unlink(child), 'ok', child);
  }
  assert.is(kit.rmdir(path), 'ok', path);
}
