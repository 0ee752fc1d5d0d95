// A commit leaves the lower layer as the overlay showed it, with attributes, links and renames.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_MODE, SETATTR_MTIME_SET } from '../../../9p/constants.ts';
import { O_RDWR, XATTR_REPLACE } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import { Kit } from '../../../../testing/kit.ts';
import { hostDir } from '../../hostdir/index.ts';
import { scratch } from '../../hostdir/testing.ts';
import { ram } from '../../ram/index.ts';
import { overlay, type OverlayBackend } from '../index.ts';
import { contents, fill, getXattr, setXattr } from '../testing.ts';
import { setMode } from '../../../client/rare-messages.ts';

/** Runs a test on an overlay of a host directory. */
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
    assert.is(merged.leaked, 0);
  } finally {
    lower.close();
    remove();
  }
}

const DONE = { errno: 0, path: '', unsettled: '' };

test('commit: the changes are on the host, with modes and times', () => {
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

test('commit: the overlay works afterwards, with its open files', () => {
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
      // Directories change places: a deep one comes to the top and takes its former ancestor along.
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
      // A name that was created anew is no longer a link of the others.
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

test('commit: a file changed by a removed name is changed under its untouched name', () => {
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

test('commit: a read-only lower layer is unchanged, and the path is reported', () => {
  onHost(
    (root) => {
      fs.mkdirSync(`${root}/d`);
      fs.writeFileSync(`${root}/d/f`, 'x');
    },
    (kit, merged, root) => {
      kit.put('d/f', 'y');
      assert.equal(merged.commit(), { errno: E.EROFS, path: '.', unsettled: '' });
      kit.rename('d', 'e');
      assert.equal(merged.commit(), { errno: E.EROFS, path: '.', unsettled: '' });
      assert.is(fs.readFileSync(`${root}/d/f`, 'utf8'), 'x');
      assert.is(kit.get('e/f'), 'y');
      assert.is(merged.diff().length, 4);
    },
    { readOnly: true },
  );
});

test('commit: names that are not UTF-8, and whiteouts of them, and no other name', () => {
  onHost(
    (root) => {
      fs.mkdirSync(`${root}/d`);
      for (const name of ['f', 'é', '\ufffd']) fs.writeFileSync(`${root}/d/${name}`, name);
      for (const byte of [0xe9, 0xff]) fs.writeFileSync(rawPath(`${root}/d/`, byte), `${byte}`);
    },
    (kit, merged, root) => {
      assert.equal([kit.unlink('d/\udce9'), kit.rename('d/\udcff', 'd/g\udcff')], ['ok', 'ok']);
      assert.equal(kit.list('d'), ['f', 'g\udcff', 'é', '\ufffd']);
      kit.put('new\udcfe', 'new');
      kit.symlink('d/g\udcff', 'l\udcfe');
      assert.equal(
        merged.diff().map(({ path, change }) => `${change} ${path}`),
        ['removed d/\udce9', 'removed d/\udcff', 'added d/g\udcff', 'added l\udcfe', 'added new\udcfe'].sort((a, b) =>
          a.slice(a.indexOf(' ')) < b.slice(b.indexOf(' ')) ? -1 : 1,
        ),
      );
      assert.equal(merged.commit(), DONE);
      const listed = (dir: string): string[] => fs.readdirSync(dir, { encoding: 'latin1' }).sort();
      assert.equal(listed(`${root}/d`), ['f', 'g\xff', '\xc3\xa9', '\xef\xbf\xbd']);
      assert.equal(listed(root), ['d', 'l\xfe', 'new\xfe']);
      assert.is(fs.readFileSync(rawPath(`${root}/new`, 0xfe), 'utf8'), 'new');
      assert.is(fs.readFileSync(rawPath(`${root}/l`, 0xfe), 'utf8'), '255');
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
      kit.put('f', 'new');
      assert.equal(merged.commit(), DONE);
      assert.equal(
        [fs.readdirSync(root).sort(), fs.readdirSync(`${root}/d`).sort()],
        [
          ['d', 'f'],
          ['f', 'q'],
        ],
      );
      assert.ok(fs.statSync(`${root}/d/q`).isFIFO());
      assert.equal([fs.statSync(`${root}/d/f`).ino, fs.readFileSync(`${root}/d/f`, 'utf8')], [ino, 'f']);
      assert.equal([merged.diff(), kit.get('f')], [[], 'new']);
      kit.rename('d/f', 'g');
      kit.put('g', 'longer');
      assert.equal(merged.commit(), DONE);
      assert.equal([fs.readFileSync(`${root}/g`, 'utf8'), fs.readdirSync(`${root}/d`)], ['longer', ['q']]);
    },
  );
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
  fill(lower, (below) =>
    assert.equal([getXattr(below, 'f', 'user.a'), getXattr(below, 'f', 'user.b')], ['ENODATA', '2']),
  );
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
  lower.setattr = (inode, set) => ((set.valid & SETATTR_MTIME_SET) !== 0 ? E.EPERM : setattr.call(lower, inode, set));
  assert.equal(merged.commit(), DONE);
  lower.setattr = setattr;
  assert.equal([contents(lower).get('shared/f'), merged.diff()], ['100644 new', []]);
  kit.end();
});

/** A path whose last byte is not UTF-8. */
function rawPath(path: string, byte: number): Buffer {
  return Buffer.concat([Buffer.from(path), Buffer.of(byte)]);
}

test.run();
