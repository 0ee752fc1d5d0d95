import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_RDWR, SETATTR_MODE, SETATTR_MTIME_SET, S_IFDIR, XATTR_REPLACE } from '../../9p/constants.ts';
import { E } from '../../errno.ts';
import type { Backend } from '../backend.ts';
import { Kit } from '../conformance-kit.ts';
import { hostDir } from '../hostdir/index.ts';
import { scratch } from '../hostdir/testing.ts';
import { ram } from '../ram/index.ts';
import { overlay, type CommitResult, type OverlayBackend } from './index.ts';
import { contents, fill, getXattr, setXattr } from './testing.ts';
import { setMode } from '../../client/seldom.ts';

/** A test on an overlay of a host directory. */
function onHost(
  before: (root: string) => void,
  run: (kit: Kit, merged: OverlayBackend, root: string) => void,
  options = {},
): void {
  const { root, remove } = scratch();
  before(root);
  const lower = hostDir(root, options);
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  try {
    run(kit, merged, root);
    kit.end();
    assert.is(merged.strays, 0);
  } finally {
    lower.dispose();
    remove();
  }
}

const DONE = { errno: 0, path: '' };

test('commit: what was done is on the host, with modes and times', () => {
  onHost(
    (root) => {
      fs.mkdirSync(`${root}/src`);
      fs.writeFileSync(`${root}/src/main.c`, 'int main;');
      fs.writeFileSync(`${root}/old`, 'old');
      fs.writeFileSync(`${root}/kept`, 'kept');
      fs.utimesSync(`${root}/kept`, 5, 5);
    },
    (kit, merged, root) => {
      kit.mkdir('out');
      kit.put('out/main.o', 'object');
      kit.symlink('out/main.o', 'latest');
      kit.put('src/main.c', 'int main(void) {}');
      kit.unlink('old');
      const fid = kit.walk('out/main.o');
      setMode(kit.client, fid, SETATTR_MODE, 0o755);
      kit.client.setTimes(fid, 0x1b0, 1000, 0, 2000, 500_000_000);
      kit.clunk(fid);
      const out = kit.walk('out');
      kit.client.setTimes(out, 0x1b0, 3000, 0, 4000, 0);
      kit.clunk(out);
      assert.equal(fs.readdirSync(root).sort(), ['kept', 'old', 'src']);
      assert.equal(merged.commit(), DONE);
      assert.equal(fs.readdirSync(root).sort(), ['kept', 'latest', 'out', 'src']);
      assert.is(fs.readFileSync(`${root}/src/main.c`, 'utf8'), 'int main(void) {}');
      const st = fs.statSync(`${root}/out/main.o`);
      assert.equal([st.mode & 0o777, st.atimeMs, st.mtimeMs], [0o755, 1_000_000, 2_000_500]);
      assert.is(fs.statSync(`${root}/out`).mtimeMs, 4_000_000);
      assert.is(fs.readFileSync(`${root}/latest`, 'utf8'), 'object');
      assert.is(fs.statSync(`${root}/kept`).mtimeMs, 5000);
      assert.equal(merged.diff(), []);
    },
  );
});

test('commit: the overlay goes on afterwards, with what was open', () => {
  onHost(
    (root) => {
      fs.mkdirSync(`${root}/d`);
      for (const name of ['a', 'b', 'd/c']) fs.writeFileSync(`${root}/${name}`, name);
    },
    (kit, merged, root) => {
      const [a, b, c] = ['a', 'b', 'd/c'].map((path) => kit.open(path, O_RDWR));
      kit.write(a!, 0, 'A');
      kit.unlink('b');
      const { ino } = kit.fstat(c!);
      assert.equal(merged.commit(), DONE);
      assert.equal([kit.read(a!), kit.read(b!), kit.read(c!)], ['A', 'b', 'd/c']);
      assert.is(kit.fstat(b!).nlink, 0);
      kit.write(a!, 1, 'A');
      kit.write(c!, 0, 'D');
      kit.write(b!, 0, 'B');
      assert.is(kit.stat('d/c').ino, ino);
      assert.equal([fs.readFileSync(`${root}/a`, 'utf8'), fs.readFileSync(`${root}/d/c`, 'utf8')], ['A', 'd/c']);
      kit.put('b', 'again');
      assert.is(kit.rename('d', 'e'), 'ok');
      assert.equal(merged.commit(), DONE);
      assert.equal(fs.readdirSync(root).sort(), ['a', 'b', 'e']);
      assert.equal(
        ['a', 'b', 'e/c'].map((path) => fs.readFileSync(`${root}/${path}`, 'utf8')),
        ['AA', 'again', 'D/c'],
      );
      kit.clunk(a!, b!, c!);
      assert.equal(merged.diff(), []);
    },
  );
});

test('commit: directories that were renamed are moved, with what they hold', () => {
  onHost(
    (root) => {
      for (const dir of ['a', 'b', 'a/deep', 'a/deep/er']) fs.mkdirSync(`${root}/${dir}`);
      fs.writeFileSync(`${root}/a/f`, 'of a');
      fs.writeFileSync(`${root}/b/f`, 'of b');
      fs.writeFileSync(`${root}/a/deep/er/g`, 'g');
    },
    (kit, merged, root) => {
      const inoOf = (path: string): number => fs.statSync(`${root}/${path}`).ino;
      const [a, b, er, g] = ['a', 'b', 'a/deep/er', 'a/deep/er/g'].map(inoOf);
      // They change places, what was deep comes to the top, and takes what held it along.
      kit.rename('a', 'x');
      kit.rename('b', 'a');
      kit.rename('x', 'b');
      kit.rename('b/deep/er', 'top');
      kit.rename('b/deep', 'top/deep');
      kit.put('top/deep/new', 'new');
      const before = contents(merged);
      assert.equal(merged.commit(), DONE);
      assert.equal(['b', 'a', 'top', 'top/g'].map(inoOf), [a, b, er, g]);
      assert.equal(fs.readdirSync(root).sort(), ['a', 'b', 'top']);
      assert.is(fs.readFileSync(`${root}/a/f`, 'utf8'), 'of b');
      assert.is(fs.readFileSync(`${root}/top/deep/new`, 'utf8'), 'new');
      assert.equal([...contents(merged)].sort(), [...before].sort());
      assert.equal(merged.diff(), []);
    },
  );
});

test('commit: hard links, and files that are others’ too', () => {
  onHost(
    (root) => {
      fs.writeFileSync(`${root}/a`, 'a');
      fs.linkSync(`${root}/a`, `${root}/b`);
      fs.linkSync(`${root}/a`, `${root}/../outside/a`);
    },
    (kit, merged, root) => {
      kit.put('a', 'changed');
      kit.link('a', 'c');
      kit.put('new', 'new');
      kit.link('new', 'also');
      assert.equal(merged.commit(), DONE);
      const inos = ['a', 'b', 'c', '../outside/a', 'new', 'also'].map((path) => fs.statSync(`${root}/${path}`).ino);
      assert.is(new Set(inos.slice(0, 4)).size, 1);
      assert.is(inos[4], inos[5]);
      assert.is(fs.readFileSync(`${root}/b`, 'utf8'), 'changed');
      // A name that was made anew is cut off from the others.
      kit.unlink('b');
      kit.put('b', 'another');
      assert.equal(merged.commit(), DONE);
      assert.equal(
        ['a', 'b', '../outside/a'].map((path) => fs.readFileSync(`${root}/${path}`, 'utf8')),
        ['changed', 'another', 'changed'],
      );
      assert.is(fs.statSync(`${root}/a`).nlink, 3);
    },
  );
});

test('commit: a file changed by a name that went is changed under the one that was never touched', () => {
  onHost(
    (root) => {
      fs.mkdirSync(`${root}/d`);
      fs.writeFileSync(`${root}/a`, 'a');
      fs.linkSync(`${root}/a`, `${root}/d/b`);
    },
    (kit, merged, root) => {
      kit.put('a', 'changed');
      kit.unlink('a');
      assert.equal(
        merged.diff().map(({ path, change }) => `${change} ${path}`),
        ['removed a', 'changed d/b'],
      );
      assert.equal(merged.commit(), DONE);
      assert.equal([fs.readFileSync(`${root}/d/b`, 'utf8'), fs.readdirSync(root)], ['changed', ['d']]);
      assert.equal([kit.stat('d/b').nlink, merged.diff()], [1, []]);
    },
  );
});

test('commit: a lower layer that cannot be written to is left alone, and the path is told', () => {
  onHost(
    (root) => {
      fs.mkdirSync(`${root}/d`);
      fs.writeFileSync(`${root}/d/f`, 'x');
    },
    (kit, merged, root) => {
      kit.put('d/f', 'y');
      assert.equal(merged.commit(), { errno: E.EROFS, path: 'd/f' });
      kit.rename('d', 'e');
      assert.equal(merged.commit(), { errno: E.EROFS, path: '.' });
      assert.is(fs.readFileSync(`${root}/d/f`, 'utf8'), 'x');
      assert.is(kit.get('e/f'), 'y');
      assert.is(merged.diff().length, 4);
    },
    { readOnly: true },
  );
});

test('commit: what cannot be looked up is not taken for removed', () => {
  for (const fails of [1, 2, 3, 4, 5, 6]) {
    const lower = ram();
    fill(lower, (kit) => {
      kit.mkdir('d');
      for (const path of ['d/f', 'd/g', 'h']) kit.put(path, path);
    });
    const before = contents(lower);
    const merged = overlay({ lower });
    const kit = new Kit({ backend: merged, dispose: () => {} });
    kit.put('d/new', '');
    const { lookup } = lower;
    let asked = 0;
    lower.lookup = (dir, name) => (name === 'f' && ++asked === fails ? E.EMFILE : lookup.call(lower, dir, name));
    const result = merged.commit();
    lower.lookup = lookup;
    if (asked >= fails) assert.equal([result.errno, result.path !== ''], [E.EMFILE, true]);
    else assert.ok(fails > 2 && result.errno === 0);
    const after = contents(lower);
    for (const [path, was] of before) assert.is(after.get(path), was, path);
    assert.equal(merged.commit(), DONE);
    assert.is(contents(lower).size, before.size + 1);
    kit.end();
    assert.is(merged.strays, 0);
  }
});

/** Calls of the lower layer of which one fails; the look-ups as well, in a test of their own. */
const CHANGES = ['unlink', 'rename', 'create', 'symlink', 'link', 'setattr', 'write'] as const;

/** Files that are renamed, two of them to each other's names, one out of a directory that goes. */
const KEPT = ['kept1', 'kept2', 'gone/kept3'];

/** An overlay in which directories have changed places and much else was done. */
function changedTree(): { lower: Backend; merged: OverlayBackend; kit: Kit } {
  const lower = ram();
  fill(lower, (kit) => {
    for (const path of ['a', 'b', 'a/c', 'gone']) kit.mkdir(path);
    for (const path of ['a/f', 'a/c/g', 'b/f', 'gone/f', 'h']) kit.put(path, path);
    kit.link('h', 'b/h');
    for (const path of KEPT) kit.put(path, path);
  });
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  kit.rename('kept1', 'gone/kept1');
  kit.rename('kept2', 'kept1');
  kit.rename('gone/kept1', 'kept2');
  kit.rename('gone/kept3', 'a/c/kept3');
  kit.rename('a', 'x');
  kit.rename('b', 'a');
  kit.rename('x', 'b');
  kit.rename('b/c', 'c');
  kit.unlink('gone/f');
  kit.rmdir('gone');
  kit.put('h', 'changed');
  kit.put('c/new', 'new');
  kit.link('c/new', 'new');
  kit.symlink('to', 'l');
  return { lower, merged, kit };
}

/** Commits while call number `stop` of these fails: what became of it, and null when there were fewer calls. */
function commitFailing(
  { lower, merged }: { lower: Backend; merged: OverlayBackend },
  calls: readonly (keyof Backend)[],
  stop: number,
  errno: number,
): CommitResult | null {
  let left = stop;
  const real = Object.fromEntries(calls.map((name) => [name, lower[name]]));
  for (const name of calls) {
    (lower[name] as unknown) = (...args: never[]) => {
      if (left-- !== 0) return (real[name] as (...args: never[]) => number).apply(lower, args);
      return name === 'write' ? -errno : errno;
    };
  }
  const result = merged.commit();
  for (const name of calls) (lower[name] as unknown) = real[name];
  return left < 0 ? result : null;
}

test('commit: what fails half way can be tried again, and nothing is lost', () => {
  for (let stop = 0; ; stop++) {
    const tree = changedTree();
    const { lower, merged, kit } = tree;
    const before = contents(merged);
    const { rename } = lower;
    lower.rename = (from, old, inode, to, name, target) => {
      // A backend need not look: whoever calls it has.
      assert.is(lower.lookup(from, old), inode, `${old} is there, call ${stop}`);
      assert.is(lower.lookup(to, name), target ?? E.ENOENT, `what ${name} is, call ${stop}`);
      return rename.call(lower, from, old, inode, to, name, target);
    };
    const result = commitFailing(tree, CHANGES, stop, E.ENOSPC);
    if (result === null) {
      assert.ok(stop > 20, `${stop} calls`);
      assert.equal([...contents(lower)].sort(), [...before].sort());
      kit.end();
      break;
    }
    // What sets things right at the end may fail, too, and then is not told of.
    if (result.errno !== 0) assert.is(result.errno, E.ENOSPC);
    assert.ok(result.errno === 0 || result.path !== '', `call ${stop}`);
    assert.equal([...contents(merged)].sort(), [...before].sort(), `the overlay after call ${stop} failed`);
    const rest = [...contents(lower).values()];
    for (const text of KEPT) assert.ok(rest.includes(`100644 ${text}`), `${text} after call ${stop} failed`);
    assert.equal(merged.commit(), DONE);
    assert.equal([...contents(merged)].sort(), [...before].sort());
    assert.equal([...contents(lower)].sort(), [...before].sort(), `call ${stop}`);
    assert.equal(merged.diff(), []);
    kit.end();
    assert.is(merged.strays, 0);
  }
});

test('commit: what fails half way is no reason for a name to stay or to come back', () => {
  for (const [calls, errno] of [[CHANGES, E.ENOSPC] as const, [['lookup'] as const, E.EMFILE] as const]) {
    for (let stop = 0; ; stop++) {
      const tree = changedTree();
      const { lower, merged, kit } = tree;
      const before = contents(merged);
      const result = commitFailing(tree, calls, stop, errno);
      const why = `${calls.length > 1 ? 'change' : 'look'} ${stop}`;
      if (result !== null) assert.equal([...contents(merged)].sort(), [...before].sort(), why);
      for (const path of [...before.keys()].filter((name) => name !== '.').sort().reverse()) {
        assert.is(kit.stat(path).kind === S_IFDIR ? kit.rmdir(path) : kit.unlink(path), 'ok', `${why}, ${path}`);
        before.delete(path);
        assert.equal([...contents(merged).keys()].sort(), [...before.keys()].sort(), `${why}, without ${path}`);
      }
      assert.equal(merged.commit(), DONE);
      assert.equal([...contents(lower).keys()], ['.'], why);
      kit.end();
      assert.is(merged.strays, 0);
      if (result === null) break;
    }
  }
});

test('commit: no space for a file is found out when every directory has its place', () => {
  const lower = ram({ capacity: 1 << 20 });
  fill(lower, (kit) => {
    kit.mkdir('b');
    kit.put('b/keep', 'precious');
    kit.put('hog', 'x'.repeat(600_000));
  });
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  kit.rename('b', 'd');
  kit.mkdir('b');
  kit.put('b/big', 'y'.repeat(600_000));
  assert.equal(merged.commit(), { errno: E.ENOSPC, path: 'b/big' });
  assert.equal([...contents(lower).keys()].sort(), ['.', 'b', 'd', 'd/keep', 'hog']);
  kit.unlink('hog');
  kit.server.sync();
  assert.equal(merged.commit(), DONE);
  assert.equal([...contents(lower).keys()].sort(), ['.', 'b', 'b/big', 'd', 'd/keep']);
  assert.equal(merged.diff(), []);
  kit.end();
  assert.is(merged.strays, 0);
});

test('a directory of the host with a name that is not UTF-8 in it is not empty', () => {
  onHost(
    (root) => {
      fs.mkdirSync(`${root}/d`);
      fs.writeFileSync(`${root}/d/f`, 'f');
      fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/d/`), Buffer.of(0xff)]), '');
    },
    (kit, merged, root) => {
      kit.unlink('d/f');
      assert.equal([kit.list('d'), kit.rmdir('d')], [[], 'ENOTEMPTY']);
      assert.equal(merged.commit(), DONE);
      assert.is(fs.readdirSync(`${root}/d`).length, 1);
    },
  );
});

test('commit: files that were renamed are moved, what a host directory could not make as well', () => {
  onHost(
    (root) => {
      execFileSync('mkfifo', [`${root}/fifo`]);
      fs.writeFileSync(`${root}/f`, 'f');
    },
    (kit, merged, root) => {
      const { ino } = fs.statSync(`${root}/f`);
      kit.mkdir('d');
      assert.is(kit.rename('fifo', 'd/q'), 'ok');
      kit.rename('f', 'd/f');
      kit.put('d/f', 'longer');
      kit.put('f', 'new');
      assert.equal(merged.commit(), DONE);
      assert.equal([fs.readdirSync(root).sort(), fs.readdirSync(`${root}/d`).sort()], [['d', 'f'], ['f', 'q']]);
      assert.ok(fs.statSync(`${root}/d/q`).isFIFO());
      assert.equal([fs.statSync(`${root}/d/f`).ino, fs.readFileSync(`${root}/d/f`, 'utf8')], [ino, 'longer']);
      assert.equal([merged.diff(), kit.get('f')], [[], 'new']);
    },
  );
});

test('commit: a file keeps its content until what takes its place is complete', () => {
  const lower = ram({ capacity: 1 << 20 });
  fill(lower, (kit) => {
    kit.put('f', 'old');
    kit.put('link', 'x');
  });
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  // As editors save.
  kit.put('.f.swp', 'y'.repeat(2_000_000));
  kit.rename('.f.swp', 'f');
  kit.unlink('link');
  kit.symlink('f', 'link');
  assert.equal(merged.commit(), { errno: E.ENOSPC, path: 'f' });
  assert.equal([contents(lower).size, contents(lower).get('f')], [3, '100644 old']);
  const fid = kit.open('f', O_RDWR);
  kit.setSize(fid, 3);
  kit.clunk(fid);
  assert.equal(merged.commit(), DONE);
  assert.equal([contents(lower).get('f'), contents(lower).get('link')], ['100644 yyy', 'symlink f']);
  kit.end();
});

test('commit: extended attributes that were taken away go', () => {
  const lower = ram();
  fill(lower, (kit) => {
    kit.put('f', '');
    const fid = kit.walk('f');
    setXattr(kit, fid, 'user.a', '1');
    setXattr(kit, fid, 'user.b', '2');
    kit.clunk(fid);
  });
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  const fid = kit.walk('f');
  assert.is(setXattr(kit, fid, 'user.a', '', XATTR_REPLACE), 'ok');
  kit.clunk(fid);
  assert.is(merged.diff().length, 1);
  assert.equal(merged.commit(), DONE);
  assert.equal(merged.diff(), []);
  kit.end();
  fill(lower, (below) => assert.equal([getXattr(below, 'f', 'user.a'), getXattr(below, 'f', 'user.b')], ['ENODATA', '2']));
});

test('commit: a file that may be written to and is another’s is written, and new', () => {
  const lower = ram();
  fill(lower, (kit) => {
    kit.mkdir('shared');
    kit.put('shared/f', 'old');
  });
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  kit.put('shared/f', 'new');
  kit.put('shared/g', 'more');
  const { setattr } = lower;
  lower.setattr = (inode, set) =>
    (set.valid & SETATTR_MTIME_SET) !== 0 ? E.EPERM : setattr.call(lower, inode, set);
  assert.equal(merged.commit(), DONE);
  lower.setattr = setattr;
  assert.equal([contents(lower).get('shared/f'), merged.diff()], ['100644 new', []]);
  kit.end();
});

test.run();
