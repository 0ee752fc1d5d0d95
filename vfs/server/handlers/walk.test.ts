// Twalk: qids, partial walks, `..`, clones.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { QTDIR, QTFILE, QTSYMLINK } from '../../9p/constants.ts';
import { AT_REMOVEDIR, O_RDONLY, O_RDWR } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import { type RawClient, ROOT } from '../../../testing/raw-client.ts';
import { scenario } from '../../../testing/uvu.ts';

function tree(c: RawClient): void {
  c.mkdir('a');
  c.mkdir('a/b');
  c.file('a/b/f', 'deep');
  c.file('top', 'flat');
  c.within('s', (dfid, name) => c.call('Tsymlink', { dfid, name, symtgt: 'a', gid: 0 }));
}

scenario('each name gives its qid, and the same file the same', (c) => {
  tree(c);
  const newfid = c.fid();
  const { wqid } = c.call('Twalk', { fid: ROOT, newfid, wname: ['a', 'b', '.', 'f'] });
  assert.equal(
    wqid.map(({ type }) => type),
    [QTDIR, QTDIR, QTDIR, QTFILE],
  );
  assert.is(wqid[1]!.path, wqid[2]!.path);
  assert.is(new Set(wqid.map(({ path }) => path)).size, 3);
  assert.equal(c.attr(newfid).qid, wqid[3]);
  const again = c.walk('f', c.walk('a/b'));
  assert.equal(c.attr(again).qid, wqid[3]);
  assert.is(c.attr(c.walk('s')).qid.type, QTSYMLINK, 'a symlink is not followed');
});

scenario('a name after the first that fails: the qids so far, and no fid', (c, store) => {
  tree(c);
  const before = store.server.inspect();
  const cases: [string[], number][] = [
    [['a', 'no'], 1],
    [['a', 'b', 'no', 'f'], 2],
    [['a', 'b', 'f', 'x'], 3],
    [['top', '..'], 1],
    [['s', 'b'], 1],
    [['a', ''], 1],
    [['a', 'b/f'], 1],
    [['a', 'x'.repeat(256)], 1],
  ];
  for (const [wname, count] of cases) {
    const newfid = c.fid();
    assert.is(c.call('Twalk', { fid: ROOT, newfid, wname }).wqid.length, count, wname.join());
    c.expectError('Tclunk', { fid: newfid }, E.EBADF, wname.join());
  }
  assert.equal(store.server.inspect(), before);
});

scenario('the first name that fails is an error', (c, store) => {
  tree(c);
  const top = c.walk('top');
  const before = store.server.inspect();
  const cases: [number, string, number][] = [
    [ROOT, 'no', E.ENOENT],
    [top, 'x', E.ENOTDIR],
    [top, '..', E.ENOTDIR],
    [top, '.', E.ENOTDIR],
    [ROOT, '', E.EINVAL],
    [ROOT, 'a/b', E.EINVAL],
    [ROOT, '/', E.EINVAL],
    [ROOT, 'a\0', E.EINVAL],
    [ROOT, 'x'.repeat(255), E.ENOENT],
    [ROOT, 'x'.repeat(256), E.ENAMETOOLONG],
    [ROOT, 'é'.repeat(127), E.ENOENT],
    [ROOT, 'é'.repeat(128), E.ENAMETOOLONG],
    [ROOT, '😀'.repeat(63), E.ENOENT],
    [ROOT, '😀'.repeat(64), E.ENAMETOOLONG],
  ];
  for (const [fid, name, errno] of cases) {
    c.expectError('Twalk', { fid, newfid: c.fid(), wname: [name, 'more'] }, errno, name);
  }
  c.expectError('Twalk', { fid: 999, newfid: c.fid(), wname: [] }, E.EBADF);
  c.expectError('Twalk', { fid: ROOT, newfid: top, wname: [] }, E.EBADF, 'newfid is in use');
  c.expectError('Twalk', { fid: ROOT, newfid: 0xffffffff, wname: [] }, E.EBADF, 'NOFID is not a fid');
  assert.equal(store.server.inspect(), before);
});

scenario('`..` leads up, and from the root nowhere', (c) => {
  tree(c);
  const root = c.attr(ROOT).qid.path;
  assert.is(c.attr(c.walk('a/b/..')).qid.path, c.attr(c.walk('a')).qid.path);
  assert.is(c.attr(c.walk('../../..')).qid.path, root);
  assert.is(c.attr(c.walk('a/../../..')).qid.path, root);
  c.rename('a/b', 'b');
  assert.is(c.attr(c.walk('b/..')).qid.path, root, 'after a rename it is the new directory');
});

scenario('sixteen names are walked, and the answer fits the smallest msize', (c, store) => {
  let path = '';
  for (let i = 0; i < 16; i++) c.mkdir((path += `/d${i}`));
  const small = store.client(512);
  assert.is(small.attr(small.walk(path)).qid.path, c.attr(c.walk(path)).qid.path);
});

scenario('no names clone, an opened fid too: the clone is not open', (c, store) => {
  tree(c);
  const fid = c.open('top', O_RDONLY);
  const clone = c.walk('', fid);
  assert.equal(c.attr(clone).qid, c.attr(fid).qid);
  c.expectError('Tread', { fid: clone, offset: 0, count: 1 }, E.EBADF);
  c.call('Tlopen', { fid: clone, flags: O_RDWR });
  c.write(clone, 'FLAT');
  c.clunk(clone);
  assert.is(c.read(fid), 'FLAT');
  assert.is(store.server.inspect().fids, 2);
});

scenario('a walk in place moves the fid', (c, store) => {
  tree(c);
  const fid = c.walk('a');
  c.call('Twalk', { fid, newfid: fid, wname: ['b', 'f'] });
  assert.is(c.attr(fid).size, 4);
  assert.equal(store.server.inspect(), { sessions: 1, fids: 2, inodes: 2, orphans: 0, reclaiming: 0, bytes: 0 });
  c.expectError('Twalk', { fid, newfid: fid, wname: ['x'] }, E.ENOTDIR);
  c.call('Twalk', { fid, newfid: fid, wname: [] });
  assert.is(c.attr(fid).size, 4, 'what fails leaves it where it is');
  const dir = c.walk('a');
  assert.is(c.call('Twalk', { fid: dir, newfid: dir, wname: ['b', 'no'] }).wqid.length, 1);
  assert.equal(c.attr(dir).qid, c.attr(c.walk('a')).qid, 'and so does what fails half-way');
});

scenario('a walk from an open fid makes one that is not open, and the open one stays', (c, store) => {
  tree(c);
  const fid = c.open('a', O_RDONLY);
  assert.is(c.entries(fid, 0n, 60).length, 2, 'a listing in progress');
  const file = c.walk('b/f', fid);
  assert.equal(c.attr(file).qid, c.attr(c.walk('a/b/f')).qid);
  c.expectError('Tread', { fid: file, offset: 0, count: 1 }, E.EBADF);
  const root = c.walk('..', fid);
  assert.equal(c.attr(root).qid, c.attr(ROOT).qid);
  const before = store.server.inspect();
  c.expectError('Twalk', { fid, newfid: c.fid(), wname: ['no'] }, E.ENOENT);
  assert.is(c.call('Twalk', { fid, newfid: c.fid(), wname: ['b', 'no'] }).wqid.length, 1);
  c.expectError('Twalk', { fid: c.open('top'), newfid: c.fid(), wname: ['x'] }, E.ENOTDIR);
  assert.is(store.server.inspect().fids, before.fids + 1, 'only the open of top');
  assert.equal(c.names(fid), ['b'], 'it is open still');
});

scenario('a walk in place does not move an open fid', (c) => {
  tree(c);
  const fid = c.open('a', O_RDONLY);
  c.expectError('Twalk', { fid, newfid: fid, wname: ['b'] }, E.EINVAL);
  c.call('Twalk', { fid, newfid: fid, wname: [] });
  assert.equal(c.names(fid), ['b'], 'it is open still');
});

scenario('a walk from the open fid of a removed directory', (c, store) => {
  tree(c);
  c.mkdir('a/gone');
  const fid = c.open('a/gone', O_RDONLY);
  c.rmdir('a/gone');
  c.expectError('Twalk', { fid, newfid: c.fid(), wname: ['x'] }, E.ENOENT);
  assert.equal(c.attr(c.walk('..', fid)).qid, c.attr(c.walk('a')).qid);
  assert.is(store.server.inspect().orphans, 1);
  c.clunk(fid);
  assert.is(store.server.inspect().orphans, 0);
});

scenario('a fid that has moved off a removed directory lets it go', (c, store) => {
  tree(c);
  c.mkdir('a/gone');
  const fid = c.walk('a/gone');
  c.rmdir('a/gone');
  assert.is(store.server.inspect().orphans, 1);
  c.call('Twalk', { fid, newfid: fid, wname: ['..'] });
  assert.is(store.server.inspect().orphans, 0);
  assert.is(c.attr(fid).qid.path, c.attr(c.walk('a')).qid.path);
  assert.is(store.reclaimed.length, 1);
});

scenario('in a removed directory there is `.` and `..` and nothing else', (c) => {
  tree(c);
  c.mkdir('a/b/c');
  const fid = c.walk('a/b/c');
  const other = c.walk('a/b/c');
  c.rmdir('a/b/c');
  assert.is(c.attr(c.walk('.', fid)).nlink, 0);
  c.expectError('Twalk', { fid, newfid: c.fid(), wname: ['f'] }, E.ENOENT);
  assert.is(c.attr(c.walk('../f', fid)).size, 4);
  // The directories above are removed, too: first only the fid below references them, then none does.
  c.unlink('a/b/f');
  c.rmdir('a/b');
  c.expectError('Twalk', { fid: other, newfid: c.fid(), wname: ['..'] }, E.ENOENT);
  c.expectError('Tunlinkat', { dfid: ROOT, name: 'b', flags: AT_REMOVEDIR }, E.ENOENT);
});

test.run();
