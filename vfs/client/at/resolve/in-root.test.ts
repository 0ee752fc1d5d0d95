// Paths resolved as in a chroot(2): absolute paths and symlinks, and `..` of the root.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } from '../../../linux/constants.ts';
import { errnoName } from '../../../linux/errno.ts';
import { named, MemfsTree, closeTrees } from '../../testing.ts';
import { AtCalls } from '../at-calls.ts';
import { Found } from './found.ts';
import { realpathat } from '../realpath.ts';

test.after.each(closeTrees);

const found = new Found();

/** A tree whose root for the paths is `jail`; there are files of the same names outside. */
class Jail {
  readonly world = new MemfsTree().make(
    'file',
    'dir/',
    'jail/',
    'jail/file',
    'jail/dir/',
    'jail/dir/sub/',
    'jail/dir/file',
    'jail/abs -> /dir/file',
    'jail/dir/top -> /',
    'jail/dir/up -> ../../../../dir',
    'jail/dir/sub/slash -> //dir//',
    'jail/new -> /dir/new',
    'jail/loop -> /loop',
    'jail/deep -> /dir/sub/../top/abs',
  );
  readonly at = new AtCalls(this.world.client, true);
  readonly root = this.world.client.walk(this.world.root, ['jail'], 0, 1);

  ino(path: string, follow = true): number | string {
    const errno = this.at.lookup(this.root, path, follow, found);
    if (errno !== 0) return named(errno);
    const ino = this.world.inoOf(found.fid);
    found.release();
    return ino;
  }

  open(path: string, flags: number): string {
    const errno = this.at.openat(this.root, path, flags, found);
    if (errno === 0) found.release();
    return errnoName(errno);
  }

  end(): void {
    this.world.client.clunk(this.root);
    this.world.atRest();
  }
}

const FOUND: [path: string, what: string, real: string][] = [
  ['/', 'jail', '/'],
  ['//', 'jail', '/'],
  ['.', 'jail', '/'],
  ['..', 'jail', '/'],
  ['/../..', 'jail', '/'],
  ['dir/../../..', 'jail', '/'],
  ['/file', 'jail/file', '/file'],
  ['../file', 'jail/file', '/file'],
  ['/dir/../../file', 'jail/file', '/file'],
  ['abs', 'jail/dir/file', '/dir/file'],
  ['dir/top', 'jail', '/'],
  ['dir/top/..', 'jail', '/'],
  ['dir/top/abs', 'jail/dir/file', '/dir/file'],
  ['dir/up/file', 'jail/dir/file', '/dir/file'],
  ['dir/sub/slash', 'jail/dir', '/dir'],
  ['dir/sub/slash/sub/', 'jail/dir/sub', '/dir/sub'],
  ['deep', 'jail/dir/file', '/dir/file'],
];
for (const [path, what, real] of FOUND) {
  test(`${path} is ${real}`, () => {
    const jail = new Jail();
    assert.is(jail.ino(path), jail.world.ino(what));
    assert.is(realpathat(jail.at, jail.root, path), real);
    jail.end();
  });
}

test('errnos', () => {
  const jail = new Jail();
  for (const [path, errno] of [
    ['', 'ENOENT'],
    ['/x', 'ENOENT'],
    ['/x/..', 'ENOENT'],
    ['new', 'ENOENT'],
    ['/file/', 'ENOTDIR'],
    ['abs/..', 'ENOTDIR'],
    ['loop', 'ELOOP'],
    [`/${'x'.repeat(4096)}`, 'ENAMETOOLONG'],
  ] as const) {
    assert.is(jail.ino(path), errno, path);
    const real = realpathat(jail.at, jail.root, path);
    assert.is(typeof real === 'number' ? errnoName(real) : real, errno, `realpath ${path}`);
  }
  assert.is(jail.ino('loop', false), jail.world.ino('jail/loop'));
  jail.end();
});

test('files are made, renamed and removed inside', () => {
  const jail = new Jail();
  const { at, root } = jail;
  assert.is(jail.open('new', O_WRONLY | O_CREAT | O_EXCL), 'EEXIST');
  assert.is(jail.open('new', O_WRONLY | O_CREAT | O_NOFOLLOW), 'ELOOP');
  assert.is(jail.open('new', O_WRONLY | O_CREAT), 'ok', 'where the absolute symlink leads');
  assert.is(jail.world.ino('jail/dir/new'), jail.ino('/../dir/new'));
  assert.is(jail.open('/', O_RDONLY), 'ok');
  assert.is(jail.open('/', O_RDONLY | O_CREAT), 'EISDIR');
  assert.is(errnoName(at.mkdirat(root, '/../made')), 'ok');
  assert.is(errnoName(at.renameat(root, '/made', at, root, 'dir/top/moved')), 'ok');
  assert.is(errnoName(at.linkat(root, '/file', false, at, root, '/moved/../../linked')), 'ok');
  assert.is(errnoName(at.symlinkat('/file', root, '/moved/link')), 'ok');
  assert.is(at.readlinkat(root, 'dir/top/moved/link'), '/file');
  for (const path of ['/', '//'])
    assert.equal(
      [at.mkdirat(root, path), at.rmdirat(root, path), at.unlinkat(root, path)].map(errnoName),
      ['EEXIST', 'EBUSY', 'EISDIR'],
      path,
    );
  assert.is(errnoName(at.rmdirat(root, '/..')), 'ENOTEMPTY');
  assert.is(errnoName(at.rmdirat(root, '/.')), 'EINVAL');
  assert.is(errnoName(at.renameat(root, '/', at, root, 'x')), 'EBUSY');
  assert.equal(jail.world.volume.readdirSync('/').sort(), ['dir', 'file', 'jail']);
  jail.end();
});

test.run();
