// Paths, renames and removals across the mounts of a namespace.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } from '../linux/constants.ts';
import { memfs } from '../backends/memfs/index.ts';
import { ram } from '../backends/ram/index.ts';
import { Found } from '../client/at/resolve/found.ts';
import { FileStatus } from '../client/attributes.ts';
import type { Attachment } from '../connect/attachment.ts';
import { errnoName } from '../linux/errno.ts';
import { serverFor, type LocalSource } from '../connect/server-for.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { NamespaceMounts } from './mounts.ts';

const found = new Found();

/** A namespace, its calls made at its root; after the test nothing may be left on any server. */
class JoinedTree {
  readonly mounts = new NamespaceMounts<LocalSource>(serverFor);
  private readonly tree: Record<string, LocalSource>;

  constructor(tree: Record<string, LocalSource>) {
    this.tree = tree;
    for (const [path, source] of Object.entries(tree)) this.mounts.add(path, source, Object.keys(tree));
    try {
      this.mounts.join();
    } catch (error) {
      this.mounts.close();
      throw error;
    }
  }

  get at() {
    return this.mounts.all()[0]!.at;
  }

  get root(): number {
    return this.at.client.root;
  }

  open(path: string, flags = O_RDONLY): string {
    const errno = this.at.openat(this.root, path, flags, found);
    if (errno === 0) found.release();
    return errnoName(errno);
  }

  stat(path: string, follow = true): { dev: number; ino: number; nlink: number } | string {
    const { at, root } = this;
    const status = new FileStatus();
    const errno = at.statat(root, path, follow, 0xfff, status);
    if (errno !== 0) return errnoName(errno);
    return { dev: status.device, ino: status.attributes.qid_path_lo, nlink: status.attributes.nlink };
  }

  call(name: 'mkdirat' | 'rmdirat' | 'unlinkat', path: string): string {
    return errnoName(this.at[name](this.root, path));
  }

  rename(from: string, to: string): string {
    const errno = this.at.renameat(this.root, from, this.at, this.root, to);
    return errnoName(errno);
  }

  link(from: string, to: string): string {
    const errno = this.at.linkat(this.root, from, false, this.at, this.root, to);
    return errnoName(errno);
  }

  end(): void {
    this.mounts.close();
    for (const source of Object.values(this.tree)) assert.equal(serverFor(source).inspect(), AT_REST);
  }
}

function world(title: string, tree: () => Record<string, LocalSource>, run: (w: JoinedTree) => void): void {
  test(title, () => {
    const w = new JoinedTree(tree());
    run(w);
    w.end();
  });
}

const volume = (files: Record<string, string | null>) => memfs(Volume.fromJSON(files));
const tree = () => ({
  '/': volume({ '/f': 'root', '/src/hidden': 'covered', '/d/e/g': '', '/down': null }),
  '/src': volume({ '/f': 'src', '/sub/x': '', '/lib/below': 'covered' }),
  '/src/lib': volume({ '/a': 'lib' }),
  '/new': ram(),
  '/far/off/place': ram(),
});

world('the longest prefix wins, and files below a mount point are hidden', tree, (w) => {
  const root = w.stat('f') as { dev: number };
  const src = w.stat('src/f') as { dev: number };
  const lib = w.stat('src/lib/a') as { dev: number };
  assert.is(new Set([root.dev, src.dev, lib.dev]).size, 3, 'a file system id each');
  assert.is(w.stat('src/hidden'), 'ENOENT');
  assert.is(w.stat('src/lib/below'), 'ENOENT');
  assert.is((w.stat('src') as { dev: number }).dev, src.dev, 'the mount point is the root of the mounted tree');
  assert.is((w.stat('src/lib/') as { dev: number }).dev, lib.dev);
});

world('.. crosses back', tree, (w) => {
  assert.equal(w.stat('src/../f'), w.stat('f'));
  assert.equal(w.stat('src/lib/../f'), w.stat('src/f'));
  assert.equal(w.stat('src/lib/../../f'), w.stat('f'));
  assert.equal(w.stat('src/sub/../lib/../../src/lib/a'), w.stat('src/lib/a'));
  assert.is(w.stat('src/../..'), 'OUTSIDE', 'not out of the root');
  const from = w.mounts.all()[2]!.at;
  assert.is(from.statat(from.client.root, '../f', true, 0, new FileStatus()), 0, 'from a mount of its own');
  assert.is(from.lookup(from.client.root, '../f', true, found), 0);
  assert.is(found.tree, w.mounts.all()[1]!.at);
  found.release();
  assert.is(from.statat(from.client.root, '../../f', true, 0, new FileStatus()), 0);
  assert.is(from.lookup(from.client.root, '../../f', true, found), 0);
  assert.is(found.tree, w.at);
  found.release();
  assert.is(from.openat(from.client.root, '..', O_RDONLY, found), 0);
  assert.is(
    from.statat(from.client.root, '../../src/..', true, 0, new FileStatus()),
    0,
    'where it ends is clunked as well',
  );
  assert.is(found.tree, w.mounts.all()[1]!.at);
  found.release();
});

world('symlinks cross', tree, (w) => {
  assert.is(w.at.symlinkat('src/lib', w.root, 'l'), 0);
  assert.equal(w.stat('l/a'), w.stat('src/lib/a'));
  assert.equal(w.stat('l'), w.stat('src/lib'));
  assert.is(w.at.symlinkat('../../f', w.root, 'src/lib/up'), 0);
  assert.equal(w.stat('src/lib/up'), w.stat('f'));
  assert.is(w.at.symlinkat('new/made', w.root, 'dangling'), 0);
  assert.is(w.open('dangling', O_WRONLY | O_CREAT), 'ok');
  assert.is(typeof w.stat('new/made'), 'object', 'made where the link leads');
});

world('files are made and removed in the tree that they are in', tree, (w) => {
  assert.is(w.open('src/lib/made', O_WRONLY | O_CREAT), 'ok');
  assert.is(w.open('src/lib/made', O_WRONLY | O_CREAT | O_EXCL), 'EEXIST');
  assert.is(w.open('src/lib/other', O_WRONLY | O_CREAT | O_NOFOLLOW), 'ok');
  assert.is(w.call('mkdirat', 'src/lib/dir'), 'ok');
  assert.is(w.rename('src/lib/made', 'src/lib/dir/moved'), 'ok');
  assert.is(w.link('src/lib/dir/moved', 'src/lib/again'), 'ok');
  assert.is((w.stat('src/lib/again') as { nlink: number }).nlink, 2);
  assert.is(w.call('unlinkat', 'src/lib/again'), 'ok');
  assert.is(w.call('unlinkat', 'src/lib/dir/moved'), 'ok');
  assert.is(w.call('rmdirat', 'src/lib/dir'), 'ok');
});

world('rename and link to another tree are EXDEV, once both paths have been looked at', tree, (w) => {
  assert.is(w.rename('f', 'src/g'), 'EXDEV');
  assert.is(w.rename('src/f', 'src/lib/g'), 'EXDEV');
  assert.is(w.link('f', 'new/g'), 'EXDEV');
  assert.is(w.link('f', 'src/f'), 'EEXIST');
  assert.is(w.link('none', 'src/g'), 'ENOENT');
  assert.is(w.link('f', 'src/none/g'), 'ENOENT');
  assert.is(w.rename('f', 'src/none/g'), 'ENOENT');
  assert.is(w.rename('none/f', 'src/g'), 'ENOENT');
});

for (const point of ['src', 'new']) {
  world(`a mount point stays, whether there is a directory under it or not: ${point}`, tree, (w) => {
    assert.is(w.call('mkdirat', point), 'EEXIST');
    assert.is(w.call('unlinkat', point), 'EISDIR');
    assert.is(w.call('rmdirat', point), 'EBUSY');
    assert.is(w.rename(point, 'moved'), 'EBUSY');
    assert.is(w.rename('down', point), 'EBUSY');
    assert.is(w.link('f', point), 'EEXIST');
    assert.is(errnoName(w.at.symlinkat('x', w.root, point)), 'EEXIST');
    assert.is(w.open(point, O_WRONLY | O_CREAT), 'EISDIR');
    assert.is(w.open(point, O_WRONLY | O_CREAT | O_EXCL), 'EEXIST');
    assert.is(w.open(point, O_WRONLY | O_CREAT | O_NOFOLLOW), 'EISDIR');
    assert.is(w.open(`${point}/`, O_RDONLY), 'ok');
    assert.is(w.rename('none', 'moved'), 'ENOENT');
    assert.is(w.rename(point, 'none/moved'), 'ENOENT');
  });
}

world('a mount point in another tree than the one at which the path begins', tree, (w) => {
  assert.is(w.at.symlinkat('src', w.root, 'l'), 0);
  for (const path of ['src/lib', 'l/lib', 'src/sub/../lib']) {
    assert.is(w.call('mkdirat', path), 'EEXIST', path);
    assert.is(w.call('unlinkat', path), 'EISDIR', path);
    assert.is(w.call('rmdirat', path), 'EBUSY', path);
    assert.is(w.open(path, O_WRONLY | O_CREAT | O_EXCL), 'EEXIST', path);
    assert.is(w.rename(path, 'src/moved'), 'EBUSY', path);
    assert.is(w.rename('src/sub', path), 'EBUSY', path);
    assert.is(w.link('f', path), 'EEXIST', path);
  }
  // A path that begins in the mounted tree and leaves it by `..`.
  const src = w.mounts.all()[1]!.at;
  assert.is(errnoName(src.mkdirat(src.client.root, '../src/lib')), 'EEXIST');
  // namei.c: the slash of a path for O_CREAT, and two file systems, come before the mount point.
  assert.is(w.open('src/lib/', O_WRONLY | O_CREAT | O_EXCL), 'EISDIR');
  assert.is(w.rename('src', 'new/src'), 'EXDEV');
  assert.is(w.link('f', 'src/'), 'EEXIST');
});

world('a directory that a mount is in cannot be removed, and keeps it when it is renamed', tree, (w) => {
  const place = w.stat('far/off/place');
  assert.is(w.call('rmdirat', 'far'), 'EBUSY');
  assert.is(typeof place, 'object');
  assert.is(w.rename('src/sub', 'src/moved'), 'ok');
  assert.is(w.rename('src/lib', 'src/moved/lib'), 'EBUSY');
});

const inside = () => ({ '/': volume({ '/a/b': null }), '/a/b/point': ram() });
world('a mount on a name that its directory does not have', inside, (w) => {
  const point = w.stat('a/b/point');
  assert.is(w.call('rmdirat', 'a/b'), 'ENOTEMPTY');
  assert.is(w.call('mkdirat', 'c'), 'ok');
  assert.is(w.rename('c', 'a/b'), 'ENOTEMPTY');
  assert.is(w.rename('a/b', 'moved'), 'ok');
  assert.equal(w.stat('moved/point'), point);
  assert.is(w.stat('a/b/point'), 'ENOENT');
});

world('missing directories above a mount point exist, and none is created in the tree', tree, (w) => {
  const far = w.stat('far') as { dev: number };
  assert.is.not(far.dev, (w.stat('f') as { dev: number }).dev);
  assert.is.not((w.stat('far/off/place') as { dev: number }).dev, far.dev);
  assert.equal(w.stat('far/off/../../f'), w.stat('f'));
  assert.is(w.open('far/off/place/file', O_WRONLY | O_CREAT), 'ok');
  assert.is(w.open('far/off/file', O_WRONLY | O_CREAT), 'EROFS', 'what would be lost cannot be made');
  assert.is(w.call('mkdirat', 'far/dir'), 'EROFS');
});

const twice = () => {
  const store = volume({ '/x': '', '/again/y': '' });
  return { '/': store, '/again': store };
};
world('a tree in itself: the mounted tree has no mounts', twice, (w) => {
  assert.equal(w.stat('again/x'), w.stat('x'));
  assert.is(typeof w.stat('again/again/y'), 'object');
  assert.is(w.stat('again/again/x'), 'ENOENT');
  assert.is(w.rename('x', 'again/z'), 'EXDEV', 'as between two bind mounts');
});

test('a mount on or below a file is an error', () => {
  const make = (path: string) => () => new JoinedTree({ '/': volume({ '/f': '' }), [path]: ram() });
  assert.throws(make('/f'), 'Nothing can be mounted at /f: there is a file, not a directory.');
  assert.throws(make('/f/x'), 'Nothing can be mounted at /f/x: there is a file, not a directory.');
});

test('a mount behind a symlink that leads out of its tree is an error', () => {
  const store = ram();
  store.symlink(store.root(), 'out', '../..', 0, 0);
  const make = () => new JoinedTree({ '/a': store, '/a/out/x': ram() });
  assert.throws(make, 'Nothing can be mounted at /a/out/x: a symlink on the way leads out of the tree.');
});

test('a hidden mount is found and not listed; of the tree around it, it is a second place', () => {
  const [files, below] = [volume({ '/f': 'root', '/d/g': '' }), ram()];
  const mounts = new NamespaceMounts<LocalSource>(serverFor);
  const paths = ['/', '/home/u', '/home/u/here', '/d/in'];
  mounts.add('/', files, paths);
  mounts.add('/home/u', below, paths, true);
  mounts.add('/home/u/here', files, paths, true);
  mounts.add('/d/in', below, paths, true);
  mounts.join();
  const [{ at }] = mounts.all() as [Attachment];
  const { root } = at.client;
  assert.equal(at.mountTable!.syntheticEntries(root), []);
  assert.is(at.renameat(root, 'f', at, root, 'home/u/here/d/g2'), 0);
  assert.is(at.renameat(root, 'home/u/here/d/g2', at, root, 'f'), 0);
  assert.is(errnoName(at.renameat(root, 'f', at, root, 'home/u/f')), 'EXDEV');
  assert.is(errnoName(at.rmdirat(root, 'home/u/here')), 'EBUSY');
  assert.is(at.lookup(root, 'home/u/here/..', true, found), 0);
  assert.is(found.tree, mounts.all()[1]!.at);
  found.release();
  mounts.close();
  for (const source of [files, below]) assert.equal(serverFor(source).inspect(), AT_REST);
});

test.run();
