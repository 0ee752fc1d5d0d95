// Path resolution: the number of messages, symlinks, `..`, confinement, and directories that move meanwhile.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { QTDIR, QTFILE, QTSYMLINK } from '../../../9p/constants.ts';
import { Found } from './found.ts';
import { parsePath } from './path.ts';
import * as resolver from './resolver.ts';
import { named, MemfsTree, closeTrees } from '../../testing.ts';

test.after.each(closeTrees);

const found = new Found();

/** Finds a path from the root and clunks the fid: the inode's number, or the errno's name. */
function find(world: MemfsTree, path: string, follow = true): number | string {
  const { at, root } = world;
  const errno = resolver.find(at, root, parsePath(path), follow, found);
  if (errno !== 0) {
    world.atRest();
    return named(errno);
  }
  const ino = world.inoOf(found.fid);
  found.release();
  world.atRest();
  return ino;
}

function small(): MemfsTree {
  return new MemfsTree().make(
    'a/',
    'a/b/',
    'a/b/file',
    'file',
    'empty/',
    'link -> a/b',
    'a/up -> ../file',
    'a/b/deep -> ../up',
    'slash -> a/b/',
    'fslash -> file/',
    'dot -> .',
    'dangling -> nowhere',
    'loop -> loop',
    'out -> ../x',
    'a/out -> ../../x',
    'abs -> /file',
  );
}

test('a plain path costs one Twalk', () => {
  const world = small();
  const { at, root } = world;
  for (const path of ['file', 'a/b/file', './a//b/./file', 'a/b/', 'a/b/.']) {
    let errno = -1;
    const sent = world.messages(() => (errno = resolver.find(at, root, parsePath(path), true, found)));
    assert.is(errno, 0, path);
    assert.equal(sent, ['Twalk'], path);
    found.release();
  }
  world.atRest();
});

test('a missing file costs a Twalk, and one message more each for its errno and its clunk after the first name', () => {
  const world = small();
  const { at, root } = world;
  const lost = (path: string): string[] =>
    world.messages(() => assert.is(named(resolver.find(at, root, parsePath(path), true, found)), 'ENOENT'));
  assert.equal(lost('x'), ['Twalk']);
  assert.equal(lost('a/b/x'), ['Twalk', 'Twalk', 'Twalk', 'Tclunk']);
  world.atRest();
});

test('the parent of a name is walked to in one Twalk, and in none when it is the directory itself', () => {
  const world = small();
  const { at, root } = world;
  assert.equal(
    world.messages(() => assert.is(resolver.findParent(at, root, parsePath('new'), found), 0)),
    [],
  );
  assert.is(found.fid, root);
  assert.ok(found.borrowed);
  assert.equal(
    world.messages(() => assert.is(resolver.findParent(at, root, parsePath('a/b/new'), found), 0)),
    ['Twalk'],
  );
  assert.is(world.inoOf(found.fid), world.ino('a/b'));
  found.release();
  world.atRest();
});

const FOUND: [path: string, what: string][] = [
  ['a', 'a'],
  ['a/b/file', 'a/b/file'],
  ['link', 'a/b'],
  ['link/', 'a/b'],
  ['link/file', 'a/b/file'],
  ['link/../up', 'file'],
  ['a/up', 'file'],
  ['a/b/deep', 'file'],
  ['link/deep', 'file'],
  ['slash', 'a/b'],
  ['slash/file', 'a/b/file'],
  ['dot/dot/./dot/a', 'a'],
  ['a/..//a/b/../b/file', 'a/b/file'],
  ['link/..', 'a'],
];
for (const [path, what] of FOUND) {
  test(`'${path}' leads to ${what}`, () => {
    const world = small();
    assert.is(find(world, path), world.ino(what));
  });
}

const REFUSED: [path: string, errno: string][] = [
  ['', 'ENOENT'],
  ['x', 'ENOENT'],
  ['x/', 'ENOENT'],
  ['x/..', 'ENOENT'],
  ['a/x/b', 'ENOENT'],
  ['dangling', 'ENOENT'],
  ['dangling/x', 'ENOENT'],
  ['file/', 'ENOTDIR'],
  ['file/.', 'ENOTDIR'],
  ['file/x', 'ENOTDIR'],
  ['file/..', 'ENOTDIR'],
  ['file/../a', 'ENOTDIR'],
  ['a/b/file/x', 'ENOTDIR'],
  ['a/up/x', 'ENOTDIR'],
  ['fslash', 'ENOTDIR'],
  ['loop', 'ELOOP'],
  ['loop/x', 'ELOOP'],
  ['n'.repeat(256), 'ENAMETOOLONG'],
  [`a/${'n'.repeat(256)}`, 'ENAMETOOLONG'],
  [`a/${'é'.repeat(128)}/x`, 'ENAMETOOLONG'],
  [`x/${'n'.repeat(256)}`, 'ENOENT'],
  [`file/${'n'.repeat(256)}`, 'ENOTDIR'],
  ['./'.repeat(2048), 'ENAMETOOLONG'],
  [`/${'x'.repeat(4096)}`, 'ENAMETOOLONG'],
  ['/', 'OUTSIDE'],
  ['/file', 'OUTSIDE'],
  ['..', 'OUTSIDE'],
  ['../file', 'OUTSIDE'],
  ['a/../..', 'OUTSIDE'],
  ['a/../../file', 'OUTSIDE'],
  ['link/../../..', 'OUTSIDE'],
  ['x/../..', 'ENOENT'],
  ['out', 'OUTSIDE'],
  ['a/out', 'OUTSIDE'],
  ['a/out/x', 'OUTSIDE'],
  ['abs', 'OUTSIDE'],
  ['abs/x', 'OUTSIDE'],
];
for (const [path, errno] of REFUSED) {
  test(`'${path.slice(0, 20)}' (${path.length}) is ${errno}`, () => {
    assert.is(find(small(), path), errno);
  });
}

test('a symlink to the directory that it is in', () => {
  const world = small();
  const { at, root } = world;
  for (const [target, path] of [
    ['.', 'here'],
    ['./', 'a/here'],
    ['deep/..', 'a/through'],
  ] as const) {
    assert.is(at.symlinkat(target, root, path), 0);
    const errno = resolver.find(at, root, parsePath(path), true, found);
    if (errno === 0) found.release();
    assert.is(errno === 0 ? found.type : named(errno), target === 'deep/..' ? 'ENOENT' : QTDIR, path);
  }
});

test('a symlink at the end is followed when asked, and always before a slash', () => {
  const world = small();
  const { at, root } = world;
  const type = (path: string, follow: boolean): number => {
    assert.is(resolver.find(at, root, parsePath(path), follow, found), 0, path);
    found.release();
    return found.type;
  };
  assert.is(type('link', false), QTSYMLINK);
  assert.is(type('link', true), QTDIR);
  assert.is(type('link/', false), QTDIR);
  assert.is(type('link/.', false), QTDIR);
  assert.is(type('link/deep', false), QTSYMLINK);
  assert.is(type('a/up', true), QTFILE);
  assert.is(type('dangling', false), QTSYMLINK);
  assert.is(find(world, 'dangling/', false), 'ENOENT');
  assert.is(type('abs', false), QTSYMLINK);
  world.atRest();
});

test('40 symlinks are followed, 41 are ELOOP', () => {
  const chain = ['l0 -> file'];
  for (let i = 1; i <= 41; i++) chain.push(`l${i} -> l${i - 1}`);
  const world = new MemfsTree().make('file', ...chain);
  assert.is(find(world, 'l39'), world.ino('file'), 'l39 goes through 40');
  assert.is(find(world, 'l40'), 'ELOOP');
  assert.is(find(world, 'l40', false), world.ino('l40'));
  assert.is(find(world, 'l39/x'), 'ENOTDIR');
});

test('symlinks in the middle of a path count, too', () => {
  const world = new MemfsTree().make('d/', 'd/self -> .', 'd/file');
  assert.is(find(world, `d/${'self/'.repeat(40)}file`), world.ino('d/file'));
  assert.is(find(world, `d/${'self/'.repeat(41)}file`), 'ELOOP');
});

test('paths of more than 16 names, which no single Twalk carries', () => {
  const world = new MemfsTree();
  const names: string[] = [];
  for (let depth = 1; depth <= 40; depth++) {
    names.push(`d${depth}`);
    world.make(`${names.join('/')}/`);
  }
  for (const depth of [15, 16, 17, 32, 33, 40]) {
    const path = names.slice(0, depth).join('/');
    assert.is(resolver.find(world.at, world.root, parsePath(path), true, found), 0, `${depth} deep`);
    const { fid } = found;
    world.make(`${path}/mark`);
    const mark = world.client.walk(fid, ['mark'], 0, 1);
    assert.ok(mark > 0, `${depth} deep`);
    world.client.clunk(mark);
    world.client.clunk(fid);
    assert.is(find(world, `${path}/..`), find(world, names.slice(0, depth - 1).join('/')), `${depth}: ..`);
    assert.is(find(world, `${path}/x`), 'ENOENT');
  }
});

test('`..` of a moved directory is where it is now', () => {
  const world = new MemfsTree().make('a/', 'a/d/', 'b/', 'l -> a/d/..');
  assert.is(find(world, 'l'), world.ino('a'));
  world.volume.renameSync('/a/d', '/b/d');
  assert.is(find(world, 'l'), 'ENOENT');
  assert.is(find(world, 'b/d/..'), world.ino('b'));
});

test('a plain path of more than 16 names takes a Twalk for each 16, and keeps none of the directories', () => {
  const names = Array.from({ length: 40 }, () => 'd');
  const world = new MemfsTree({ maxFids: 3 });
  world.volume.mkdirSync(`/${names.join('/')}`, { recursive: true });
  world.make(`${names.join('/')}/link -> .`, 'top -> d');
  const path = names.join('/');
  const sent = world.messages(() => assert.is(find(world, path), world.ino('d') + 39));
  assert.equal(sent.slice(0, 5), ['Twalk', 'Twalk', 'Tclunk', 'Twalk', 'Tclunk']);
  // A symlink at the end is not followed, or costs a walk in steps; so does a missing name.
  assert.is(find(world, `${path}/link`, false), world.ino('d') + 40);
  assert.is(find(world, `${path}/link`), 'EMFILE');
  assert.is(find(world, `${path}/x`), 'EMFILE');
});

test('`..` sends no Twalk', () => {
  const world = small();
  const { at, root } = world;
  const path = parsePath('a/b/../up/../../file');
  assert.equal(
    world.messages(() => assert.is(resolver.find(at, root, parsePath('a/b/../up'), false, found), 0)),
    ['Twalk', 'Twalk', 'Tclunk', 'Twalk', 'Tclunk'],
  );
  found.release();
  assert.is(named(resolver.find(at, root, path, true, found)), 'ENOTDIR');
  world.atRest();
});

test('a path with `..` needs as many fids as it is deep, and is EMFILE with fewer', () => {
  const depth = 20;
  const down = Array.from({ length: depth }, () => 'd').join('/');
  const path = `${down}${'/..'.repeat(depth - 1)}/f`;
  for (let spare = 0; spare <= depth; spare++) {
    const world = new MemfsTree({ maxFids: 1 + spare });
    world.volume.mkdirSync(`/${down}`, { recursive: true });
    world.make('d/f');
    const result = resolver.find(world.at, world.root, parsePath(path), true, found);
    assert.is(named(result), spare < depth ? 'EMFILE' : 'ok', `${spare} fids`);
    if (result === 0) found.release();
    world.atRest();
  }
});

test('`..` of a directory that was removed meanwhile is the one that the path went through', () => {
  const world = new MemfsTree().make('a/', 'a/b/', 'a/f');
  const right = world.ino('a/f');
  let errno = 0;
  world.meanwhile(
    2,
    () => world.volume.rmdirSync('/a/b'),
    () => (errno = resolver.find(world.at, world.root, parsePath('a/b/../f'), true, found)),
  );
  assert.is(named(errno), 'ok');
  assert.is(world.inoOf(found.fid), right);
  found.release();
  world.atRest();
});

test('`..` costs the same at any depth', () => {
  const depth = 1000;
  const world = new MemfsTree();
  const down = Array.from({ length: depth }, () => 'd').join('/');
  world.volume.mkdirSync(`/${down}`, { recursive: true });
  world.make(`down -> ${down}`, `${down}/up -> ${'../'.repeat(depth - 1)}`);
  const sent = world.messages(() => assert.is(find(world, 'down/up'), world.ino('d')));
  assert.ok(sent.length < 5 * depth, `${sent.length} messages`);
});

test('a directory that is moved while a path goes through it leads nowhere else', () => {
  const path = 'a/b/c/../../f';
  // Before each message: wherever the directories go, the path leads to where it began, or is not there.
  for (const moved of ['a', 'a/b', 'a/b/c'])
    for (let count = 0; count < 14; count++) {
      const world = new MemfsTree().make('base/', 'base/a/', 'base/a/b/', 'base/a/b/c/', 'base/a/f', 'base/f', 'f');
      world.make('away/', 'away/f', 'away/in/', 'away/in/f');
      const { at, root, client } = world;
      const base = client.walk(root, ['base'], 0, 1);
      const right = world.ino('base/a/f');
      let errno = 0;
      world.meanwhile(
        count,
        () => world.volume.renameSync(`/base/${moved}`, '/away/in/moved'),
        () => (errno = resolver.find(at, base, parsePath(path), true, found)),
      );
      const what = errno !== 0 ? named(errno) : world.inoOf(found.fid);
      assert.ok(what === right || what === 'ENOENT', `${moved} moved before message ${count}: ${what}`);
      if (errno === 0) found.release();
      client.clunk(base);
      world.atRest();
    }
});

test('an absolute path, and one above a directory, is refused below any directory', () => {
  const world = small();
  const { at, root, client } = world;
  const dir = client.walk(root, ['a', 'b'], 0, 2);
  for (const path of ['..', 'deep', './../b'])
    assert.is(named(resolver.find(at, dir, parsePath(path), true, found)), 'OUTSIDE', path);
  assert.is(named(resolver.findParent(at, dir, parsePath('../new'), found)), 'OUTSIDE');
  assert.is(resolver.findParent(at, dir, parsePath('..'), found), 0, 'a parent alone is not left');
  assert.is(found.fid, dir);
  client.clunk(dir);
  world.atRest();
});

test('findOrParent follows dangling symlinks to where the file would be', () => {
  const world = new MemfsTree().make('d/', 'd/l -> ../new', 'm -> d/l', 'n -> d/x/new', 's -> d/new/', 't -> new/.');
  const { at, root } = world;
  const place = (path: string): string => {
    const errno = resolver.findOrParent(at, root, parsePath(path), true, found);
    if (errno !== 0) return named(errno);
    const dir = world.inoOf(found.fid) === world.inoOf(root) ? '.' : 'd';
    found.release();
    world.atRest();
    return `${dir}/${found.missing}`;
  };
  assert.is(place('new'), './new');
  assert.is(place('d/new'), 'd/new');
  assert.is(place('d/l'), './new');
  assert.is(place('m'), './new');
  assert.is(place('n'), 'ENOENT');
  assert.is(place('s'), 'EISDIR');
  assert.is(place('t'), 'ENOENT');
  world.atRest();
});

test('findOrParent: a directory that is gone when its fid is made is ENOENT', () => {
  const world = new MemfsTree().make('d/');
  let errno = -1;
  world.meanwhile(
    1,
    () => world.volume.rmdirSync('/d'),
    () => (errno = resolver.findOrParent(world.at, world.root, parsePath('d/new'), true, found)),
  );
  assert.is(named(errno), 'ENOENT');
  world.atRest();
});

test('findOrParent resolves a symlink before the last name, also when an earlier Rwalk had a directory there', () => {
  const world = new MemfsTree().make('a/', 'a/b/', 'link -> a');
  // The Twalk ends at the symlink, so that its reply has one qid. The second one is still that of `a/b`.
  for (const [path, dir] of [
    ['link/new', 'a'],
    ['link/b/new', 'a/b'],
  ] as const) {
    const ino = find(world, dir);
    assert.is(named(resolver.findOrParent(world.at, world.root, parsePath(path), true, found)), 'ok', path);
    assert.equal([world.inoOf(found.fid), found.missing], [ino, 'new'], path);
    found.release();
  }
  world.atRest();
});

test.run();
