// JavaScript changes the Volume through memfs while guests use it.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { READ_WRITE, TestGuest } from '../../../testing/test-guest.ts';
import { O_CREAT, O_RDWR, S_IFDIR } from '../../linux/constants.ts';
import { createFs } from '../../fs/index.ts';
import { Namespace } from '../../namespace/index.ts';
import { Kit } from '../../../testing/kit.ts';
import { memfs } from './index.ts';

// JavaScript changes the volume while guests use it: the results are those of another process on Linux.

function withKit(files: Record<string, string>, run: (kit: Kit, volume: Volume) => void): void {
  const volume = Volume.fromJSON(files);
  const kit = new Kit({ backend: memfs(volume), dispose: () => {} });
  run(kit, volume);
  kit.end();
}

test('after reset() the new tree shows, to createFs, to a Namespace and to guests, and theirs to JavaScript', () => {
  const g = new TestGuest({ files: { '/old': 'old', '/d/old': 'old' } });
  const { volume } = g;
  const fs = createFs(memfs(volume));
  const namespace = new Namespace({ '/': memfs(volume), '/sub': memfs(new Volume()) });
  const old = g.open('old', { rights: READ_WRITE });
  const dir = g.open('d');
  assert.is(fs.readFileSync('/old', 'utf8'), 'old');
  const ino = fs.statSync('/').ino;
  for (let round = 0; round < 2; round++) {
    volume.reset();
    assert.equal([fs.readdirSync('/'), fs.existsSync('/old')], [[], false]);
    assert.equal(namespace.fs.readdirSync('/'), ['sub']);
    volume.writeFileSync('/new', 'new');
    volume.mkdirSync('/d');
    assert.equal([fs.readFileSync('/new', 'utf8'), fs.readdirSync('/').sort()], ['new', ['d', 'new']]);
    assert.is(namespace.fs.readFileSync('/new', 'utf8'), 'new');
    fs.writeFileSync('/d/from-fs', '1');
    namespace.fs.writeFileSync('/d/from-namespace', '2');
    const fd = g.open('d/from-guest', { oflags: 1, rights: READ_WRITE });
    g.ok('fd_close', fd);
    assert.equal((volume.readdirSync('/d') as string[]).sort(), ['from-fs', 'from-guest', 'from-namespace']);
    const { ino: same, nlink } = fs.statSync('/');
    assert.equal([same, nlink], [ino, 3]);
    assert.is(fs.renameSync('/d', '/e'), undefined);
    assert.equal((volume.readdirSync('/') as string[]).sort(), ['e', 'new']);
  }
  assert.is(g.server.inspect().orphans, 2, 'open files have lost their names');
  assert.is(g.read(old), 'old');
  assert.is(g.call('path_create_directory', dir, 'x'), 'ENOENT');
  g.ok('fd_close', old);
  g.ok('fd_close', dir);
  namespace.close();
  fs.unmount();
  g.end();
});

test('renamed over, an open file has no name and is an orphan', () => {
  withKit({ '/f': 'old', '/g': 'new' }, (kit, volume) => {
    const fid = kit.open('f', O_RDWR);
    assert.is(kit.fstat(fid).nlink, 1);
    volume.renameSync('/g', '/f');
    assert.equal([kit.fstat(fid).nlink, kit.server.inspect().orphans], [0, 1]);
    assert.equal([kit.read(fid), kit.get('f')], ['old', 'new']);
    assert.is(kit.stat('f').nlink, 1);
    kit.clunk(fid);
    assert.equal([kit.server.inspect().orphans, kit.get('f')], [0, 'new']);
  });
});

test('removed with its directory, so are a file and directories', () => {
  withKit({ '/d/e/f': 'f', '/d/e/g/h': 'h' }, (kit, volume) => {
    const [dir, below, file] = [kit.walk('d'), kit.walk('d/e/g'), kit.open('d/e/f', O_RDWR)];
    volume.rmSync('/d', { recursive: true });
    assert.equal(
      [dir, below, file].map((fid) => kit.fstat(fid).nlink),
      [0, 0, 0],
    );
    assert.is(kit.server.inspect().orphans, 3);
    assert.is(kit.read(file), 'f');
    for (const [at, names] of [
      [dir, ['e']],
      [dir, ['e', 'f']],
      [below, ['h']],
    ] as const) {
      assert.ok(kit.client.walk(at, [...names], 0, names.length) < 0, names.join('/'));
    }
    assert.is(kit.lopen(below), 'ok');
    assert.equal(kit.listFid(below), []);
    kit.clunk(dir, below, file);
    assert.is(kit.exists('d'), false);
  });
});

test('rm of one file, which memfs does not count either', () => {
  withKit({ '/f': 'f' }, (kit, volume) => {
    const fid = kit.open('f', O_RDWR);
    volume.rmSync('/f');
    assert.equal([kit.fstat(fid).nlink, kit.server.inspect().orphans, kit.read(fid)], [0, 1, 'f']);
    kit.clunk(fid);
  });
});

test('each way to lose one of several names lowers the link count by one', () => {
  withKit({ '/f': 'data', '/other': 'other', '/d/x': 'x' }, (kit, volume) => {
    for (const name of ['/a', '/b', '/d/c', '/e']) volume.linkSync('/f', name);
    const fid = kit.open('f', O_RDWR);
    const nlink = (): number => kit.fstat(fid).nlink;
    assert.is(nlink(), 5);
    volume.renameSync('/other', '/a');
    assert.is(nlink(), 4);
    volume.unlinkSync('/b');
    assert.is(nlink(), 3);
    volume.rmSync('/d', { recursive: true });
    assert.is(nlink(), 2);
    assert.is(kit.link('e', 'made'), 'ok');
    assert.is(nlink(), 3);
    assert.is(kit.unlink('f'), 'ok');
    volume.renameSync('/e', '/moved');
    assert.is(nlink(), 2);
    volume.rmSync('/moved');
    assert.is(nlink(), 1);
    assert.is(kit.get('made'), 'data');
    assert.is(kit.unlink('made'), 'ok');
    assert.equal([nlink(), kit.read(fid)], [0, 'data']);
    kit.clunk(fid);
  });
});

test('a directory renamed over, and a file moved by JavaScript keeps its name', () => {
  withKit({ '/d/f': 'f', '/e/g': 'g' }, (kit, volume) => {
    const [d, e, f] = [kit.walk('d'), kit.walk('e'), kit.open('d/f', O_RDWR)];
    volume.renameSync('/e', '/d');
    assert.equal([kit.fstat(d).nlink, kit.fstat(e).nlink, kit.fstat(f).nlink], [0, 2, 0]);
    assert.equal(kit.list('d'), ['g']);
    volume.renameSync('/d/g', '/h');
    assert.is(kit.stat('h').nlink, 1);
    kit.clunk(d, e, f);
  });
});

test('a name that cannot be looked up is not listed, and its directory is not empty', () => {
  const long = 'n'.repeat(256);
  const wide = '\u20ac'.repeat(86);
  const half = 'half\ud800';
  const fit = `${'\u20ac'.repeat(84)}abc`;
  withKit(
    { [`/d/${long}`]: '', [`/d/${wide}`]: '', [`/d/${half}`]: '', [`/e/${fit}`]: 'x', '/e/😀': 'y' },
    (kit, volume) => {
      assert.equal([kit.list('d'), kit.rmdir('d')], [[], 'ENOTEMPTY']);
      assert.is(kit.openError(`d/${long}`), 'ENAMETOOLONG');
      assert.equal(kit.list('e'), [fit, '😀']);
      assert.equal([kit.get(`e/${fit}`), kit.get('e/😀')], ['x', 'y']);
      for (const name of [long, wide, half]) volume.unlinkSync(`/d/${name}`);
      assert.is(kit.rmdir('d'), 'ok');
    },
  );
});

test('a rename of a directory costs the same however much is in it', () => {
  withKit({}, (kit, volume) => {
    volume.mkdirSync('/small/d', { recursive: true });
    for (let i = 0; i < 20_000; i++) volume.mkdirSync(`/large/d/${i}/x`, { recursive: true });
    const { children } = (
      volume as unknown as { _core: { root: { children: Map<string, { children: Map<string, unknown> }> } } }
    )._core.root;
    // Files made by JavaScript are counted when a guest next creates one.
    kit.put('f', '');
    // Every iteration over the entries comes through here.
    let asked = 0;
    const counted = children.get('large')!.children.get('d') as { children: Map<string, unknown> };
    const { children: entries } = counted;
    for (const method of ['entries', 'keys', 'values', 'forEach', Symbol.iterator] as const) {
      const own = entries[method as 'entries'].bind(entries);
      Object.defineProperty(entries, method, { value: () => (asked++, own()) });
    }
    assert.is(kit.rename('large', 'moved'), 'ok');
    assert.is(kit.rename('moved/d', 'small/d/below'), 'ok');
    assert.is(asked, 0);
    const paths: string[] = [];
    const watcher = volume.watch('/small/d', { recursive: true }, (_, path) => void paths.push(String(path)));
    volume.writeFileSync('/small/d/below/19999/x/f', 'f');
    watcher.close();
    assert.ok(paths.length > 0 && paths.every((path) => path.endsWith('below/19999/x/f')), paths.join());
    assert.is(volume.realpathSync('/small/d/below/7/x'), '/small/d/below/7/x');
    asked = 0;
    volume.renameSync('/small', '/renamed');
    assert.is(asked, 0, 'JavaScript’s own neither');
    assert.is(kit.get('renamed/d/below/19999/x/f'), 'f');
    assert.is(kit.stat('renamed/d/below').kind, S_IFDIR);
  });
});

test('many levels take as many names, not their square', () => {
  withKit({}, (kit, volume) => {
    const { at, client } = kit.mount;
    let dir = kit.clone(kit.root);
    for (let level = 0; level < 500; level++) {
      assert.is(at.mkdirat(dir, 'd'), 0);
      const below = client.walk(dir, ['d'], 0, 1);
      kit.clunk(dir);
      dir = below;
    }
    kit.clunk(dir);
    type Link = { _steps: string[]; children: Map<string, Link> };
    let link = (volume as unknown as { _core: { root: Link } })._core.root;
    let kept = 0;
    for (; link !== undefined; link = link.children.get('d')!) kept += link._steps.length;
    assert.ok(kept < 2 * 500, `${kept} names are kept`);
    volume.writeFileSync(`${'/d'.repeat(500)}/f`, 'deep');
    assert.is(kit.get(`${'d/'.repeat(500)}f`), 'deep');
  });
});

test('guests that ask again and again in a full volume do not have it counted each time', () => {
  const volume = new Volume();
  for (let i = 0; i < 3000; i++) volume.writeFileSync(`/f${i}`, 'x');
  const kit = new Kit({ backend: memfs(volume, { capacity: 3000 * 1500 }), dispose: () => {} });
  let end = 'ok';
  for (let i = 0; end === 'ok'; i++) end = kit.openError(`g${i}`, O_CREAT | O_RDWR);
  const { space } = kit.subject.backend as unknown as { space: { recount(): void } };
  const recount = space.recount.bind(space);
  let counts = 0;
  space.recount = () => {
    counts++;
    recount();
  };
  const begin = performance.now();
  let tries = 0;
  for (; performance.now() - begin < 200; tries++) assert.is(kit.openError('more', O_CREAT | O_RDWR), 'ENOSPC');
  assert.ok(tries > 20 * counts, `${counts} counts in ${tries} tries`);
  kit.end();
});

test.run();
