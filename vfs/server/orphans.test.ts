// Files that are removed while a fid is on them.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  LOCK_BLOCKED,
  LOCK_TYPE_WRLCK,
  NOTAG,
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  SETATTR_SIZE,
  VERSION,
} from '../9p/constants.ts';
import { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } from '../linux/constants.ts';
import { MEMFS_COST, nameCost } from '../backends/memfs/space.ts';
import { E } from '../linux/errno.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { MemfsStore } from '../../testing/memfs-store.ts';
import { type RawClient, exchange, ROOT } from '../../testing/raw-client.ts';
import { scenario } from '../../testing/uvu.ts';

const NO_TIMES = { atime_sec: 0, atime_nsec: 0, mtime_sec: 0, mtime_nsec: 0 };
const NOTHING = { mode: 0, uid: 0, gid: 0, size: 0, ...NO_TIMES };

function truncate(c: RawClient, fid: number, size: number): void {
  c.call('Tsetattr', { fid, valid: SETATTR_SIZE, ...NOTHING, size });
}

scenario('unlink takes the name and the link count, and nothing else', (c, store) => {
  const fid = c.create('f', 'content');
  const before = c.attr(fid);
  c.unlink('f');
  const after = c.attr(fid);
  assert.is(after.nlink, 0);
  for (const field of ['qid', 'size', 'mode', 'mtime_sec', 'mtime_nsec', 'btime_sec', 'blocks'] as const) {
    assert.equal(after[field], before[field], field);
  }
  assert.is(c.read(fid), 'content');
  assert.is.not(c.exists('f'), true);
  assert.equal(store.server.inspect(), { sessions: 1, fids: 2, inodes: 2, orphans: 1, reclaiming: 0, bytes: 7 });
  c.clunk(fid);
  assert.equal(store.server.inspect(), { sessions: 1, fids: 1, inodes: 1, orphans: 0, reclaiming: 1, bytes: 7 });
});

scenario('everything that can be done to a file can be done to an orphan', (c) => {
  const fid = c.create('f', '0123456789');
  const append = c.open('f', O_WRONLY | O_APPEND);
  c.unlink('f');
  c.write(fid, 'AB', 4);
  c.write(append, 'end', 0);
  assert.is(c.read(fid), '0123AB6789end');
  assert.is(c.read(fid, 4, 2), 'AB');
  truncate(c, fid, 3);
  assert.is(c.attr(fid).size, 3);
  truncate(c, fid, 5);
  assert.is(c.read(fid), '012\0\0');
  const valid = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;
  c.call('Tsetattr', { fid, valid, ...NOTHING, atime_sec: 1, atime_nsec: 2, mtime_sec: 3, mtime_nsec: 4 });
  const { atime_sec, atime_nsec, mtime_sec, mtime_nsec } = c.attr(fid);
  assert.equal([atime_sec, atime_nsec, mtime_sec, mtime_nsec], [1, 2, 3, 4]);
  c.call('Tfsync', { fid, datasync: 0 });
  assert.is(c.read(fid), '012\0\0', 'a sync frees the queued inodes, not the referenced ones');

  const xattr = c.walk('', fid);
  c.call('Txattrcreate', { fid: xattr, name: 'user.k', attr_size: 1, flags: 0 });
  c.write(xattr, 'v');
  c.clunk(xattr);
  assert.is(c.call('Txattrwalk', { fid, newfid: c.fid(), name: 'user.k' }).size, 1);
  const lock = { flags: 0, start: 0, length: 0, client_id: 'c', ltype: LOCK_TYPE_WRLCK };
  c.call('Tlock', { fid, ...lock, proc_id: 1 });
  assert.is(c.call('Tlock', { fid, ...lock, proc_id: 2 }).status, LOCK_BLOCKED);
});

scenario('a fid that was walked and never opened keeps the orphan, and opens it', (c, store) => {
  c.file('f', 'kept');
  const fid = c.walk('f');
  c.unlink('f');
  assert.is(c.attr(fid).nlink, 0);
  for (let i = 0; i < 5; i++) c.call('Tfsync', { fid: c.open('', O_RDONLY), datasync: 0 });
  c.call('Tlopen', { fid, flags: O_RDWR });
  assert.is(c.read(fid), 'kept');
  assert.is(store.reclaimed.length, 0);
  c.clunk(fid);
  c.call('Tstatfs', { fid: ROOT });
  assert.is(store.reclaimed.length, 1);
});

scenario('a clone of an orphan outlives the original', (c, store) => {
  const fid = c.create('f', 'kept');
  c.unlink('f');
  const clone = c.walk('', fid);
  c.clunk(fid);
  c.call('Tstatfs', { fid: ROOT });
  c.call('Tlopen', { fid: clone, flags: O_RDONLY });
  assert.is(c.read(clone), 'kept');
  assert.is(store.server.inspect().orphans, 1);
});

scenario('two descriptors, closed in either order', (c, store) => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const fids = [c.create('f', 'kept'), c.open('f', O_RDONLY)];
    c.unlink('f');
    c.clunk(fids[order[0]!]!);
    assert.is(store.server.inspect().orphans, 1);
    assert.is(c.read(fids[order[1]!]!), 'kept');
    c.clunk(fids[order[1]!]!);
    assert.equal([store.server.inspect().orphans, store.server.inspect().reclaiming], [0, 1]);
  }
});

scenario('Tremove of an opened fid: the name goes, the other fids stay', (c, store) => {
  const fid = c.create('f', 'kept');
  const other = c.open('f', O_RDONLY);
  c.call('Tremove', { fid });
  c.expectError('Tclunk', { fid }, E.EBADF, 'it is clunked');
  assert.is.not(c.exists('f'), true);
  assert.is(c.read(other), 'kept');
  c.expectError('Tremove', { fid: other }, E.ENOENT, 'the name is removed');
  c.expectError('Tclunk', { fid: other }, E.EBADF, 'it is clunked all the same');
  assert.is(store.server.inspect().orphans, 0);
});

scenario('Tunlinkat with the file open in another session', (c, store) => {
  const other = store.client();
  const fid = c.create('f', 'kept');
  other.unlink('f');
  assert.is(other.exists('f'), false);
  c.write(fid, 'KEPT');
  assert.is(c.read(fid), 'KEPT');
  other.session.close();
  assert.is(c.read(fid), 'KEPT');
  assert.is(store.server.inspect().orphans, 1);
});

scenario('a session that dies with orphans takes only its own with it', (c, store) => {
  const other = store.client();
  const mine = c.create('mine', 'm');
  const theirs = other.create('theirs', 't');
  other.open('mine', O_RDONLY);
  c.unlink('mine');
  c.unlink('theirs');
  assert.is(store.server.inspect().orphans, 2);
  assert.is(other.frame(new Uint8Array(3)), null, 'a broken frame ends it');
  assert.equal(store.server.inspect(), { sessions: 1, fids: 2, inodes: 2, orphans: 1, reclaiming: 1, bytes: 2 });
  assert.is(c.read(mine), 'm');
  assert.is(theirs > 0 && store.reclaimed.length, 1);
});

scenario('Tversion in mid-session lets orphans go to be reclaimed', (c, store) => {
  const fid = c.create('f', 'gone');
  c.unlink('f');
  exchange(c.wire, 'Tversion', { msize: 8192, version: VERSION }, NOTAG);
  c.expectError('Tread', { fid, offset: 0, count: 1 }, E.EBADF);
  assert.equal(store.server.inspect(), { ...AT_REST, sessions: 1 });
  assert.is(store.reclaimed.length, 1);
});

scenario(
  'statfs counts the bytes of an orphan until it is reclaimed',
  (c) => {
    const free = () => c.call('Tstatfs', { fid: ROOT }).bfree;
    const all = free();
    const fid = c.create('f');
    c.write(fid, new Uint8Array(8 * 4096));
    assert.is(free(), all - 8);
    c.unlink('f');
    assert.is(free(), all - 8, 'unlinked, and still there');
    c.clunk(fid);
    assert.is(free(), all);
  },
  { capacity: (1 << 20) + MEMFS_COST.inode + nameCost('f') },
);

scenario('the orphan and the new file of its name are two', (c) => {
  const old = c.create('f', 'old');
  c.unlink('f');
  const fresh = c.create('f', 'fresh', O_RDWR | O_CREAT | O_EXCL);
  c.write(old, 'OLD');
  assert.is(c.read(fresh), 'fresh');
  assert.is(c.read(old), 'OLD');
  truncate(c, old, 0);
  c.clunk(old);
  c.call('Tstatfs', { fid: ROOT });
  assert.is(c.read(fresh), 'fresh', 'nor does the reclamation touch it');
  assert.is(c.text('f'), 'fresh');
});

scenario('Tlink and Trename of an orphan are ENOENT', (c) => {
  const fid = c.create('f', 'x');
  c.unlink('f');
  c.expectError('Tlink', { dfid: ROOT, fid, name: 'g' }, E.ENOENT);
  c.expectError('Trename', { fid, dfid: ROOT, name: 'g' }, E.ENOENT);
  c.expectError('Tlink', { dfid: ROOT, fid, name: 'f' }, E.ENOENT, 'not its old name either');
  assert.equal(c.names(c.open('', O_RDONLY)), []);
});

scenario('only the second unlink of two hard links makes an orphan', (c, store) => {
  const fid = c.create('a', 'x');
  c.link('b', fid);
  c.unlink('a');
  assert.is(c.attr(fid).nlink, 1);
  assert.is(store.server.inspect().orphans, 0);
  c.unlink('b');
  assert.is(store.server.inspect().orphans, 1);
  assert.is(c.read(fid), 'x');
});

scenario('a hard link takes the name of an orphan', (c) => {
  const orphan = c.create('f', 'orphan');
  c.unlink('f');
  const other = c.create('g', 'other');
  c.link('f', other);
  assert.is(c.attr(other).nlink, 2);
  assert.is(c.read(orphan), 'orphan');
  assert.is(c.text('f'), 'other');
});

scenario('rename over an open file makes it the orphan', (c, store) => {
  const target = c.create('target', 'old');
  c.file('source', 'new');
  c.rename('source', 'target');
  assert.is(c.attr(target).nlink, 0);
  assert.is(c.read(target), 'old');
  assert.is(c.text('target'), 'new');
  assert.is(store.server.inspect().orphans, 1);
});

scenario('rename over an open empty directory makes that the orphan', (c, store) => {
  c.mkdir('target');
  c.mkdir('source');
  c.file('source/f', 'x');
  const target = c.open('target', O_RDONLY);
  c.rename('source', 'target');
  assert.equal(c.names(target), []);
  assert.is(c.attr(target).nlink, 0);
  assert.is(c.text('target/f'), 'x');
  assert.is(store.server.inspect().orphans, 1);
});

scenario('two hundred renames over one name leave nothing behind', (c, store) => {
  for (let i = 0; i < 200; i++) {
    const fid = c.create('new');
    c.write(fid, new Uint8Array(10_000));
    c.clunk(fid);
    c.rename('new', 'name');
  }
  c.call('Tstatfs', { fid: ROOT });
  assert.is(store.reclaimed.length, 199);
});

scenario('a whole tree removed beneath opened fids', (c, store) => {
  c.mkdir('a');
  c.mkdir('a/b');
  c.mkdir('a/b/c');
  const file = c.create('a/b/c/f', 'deep');
  const fids = ['a', 'a/b', 'a/b/c'].map((path) => c.open(path, O_RDONLY));
  c.unlink('a/b/c/f');
  for (const path of ['a/b/c', 'a/b', 'a']) c.rmdir(path);
  assert.is(store.server.inspect().orphans, 4);
  assert.is(c.read(file), 'deep');
  for (const fid of fids) {
    assert.equal(c.entries(fid), []);
    c.expectError('Tmkdir', { dfid: fid, name: 'x', mode: 0, gid: 0 }, E.ENOENT);
    const clone = c.walk('', fid);
    c.expectError('Tlcreate', { fid: clone, name: 'x', flags: O_RDWR, mode: 0, gid: 0 }, E.ENOENT);
    c.clunk(clone);
  }
  c.clunk(file, ...fids);
  c.call('Tstatfs', { fid: ROOT });
  assert.is(store.reclaimed.length, 4);
});

scenario('concurrent Tlopen of one fid: one opens, and counts once', (c, store) => {
  let opened = 0;
  store.faults.open = () => void opened++;
  store.faults.closeHandle = () => void opened--;
  c.file('f', 'x');
  const fid = c.walk('f');
  c.call('Tlopen', { fid, flags: O_RDONLY });
  c.expectError('Tlopen', { fid, flags: O_RDWR }, E.EINVAL);
  assert.is(opened, 1);
  assert.is(store.server.inspect().fids, 2);
  c.clunk(fid);
  assert.is(opened, 0);
});

test('the host removes the file: the guest keeps it as an orphan', () => {
  const volume = Volume.fromJSON({ '/f': 'host', '/d/x': '' });
  const store = new MemfsStore({ volume });
  const c = store.client();
  const fid = c.open('f', O_RDWR);
  const dir = c.open('d', O_RDONLY);
  volume.unlinkSync('/f');
  volume.unlinkSync('/d/x');
  volume.rmdirSync('/d');
  assert.is(c.attr(fid).nlink, 0);
  c.write(fid, 'guest', 4);
  assert.is(c.read(fid), 'hostguest');
  assert.equal(c.entries(dir), []);
  assert.is(store.server.inspect().orphans, 2);
  volume.writeFileSync('/f', 'another');
  assert.is(c.read(fid), 'hostguest');
  c.clunk(fid, dir);
  c.call('Tstatfs', { fid: ROOT });
  assert.is(store.reclaimed.length, 2);
  assert.is(volume.readFileSync('/f', 'utf8'), 'another');
  store.rest();
});

test('the host keeps what it has open when the guest unlinks it', () => {
  const volume = Volume.fromJSON({ '/f': 'both' });
  const store = new MemfsStore({ volume });
  const c = store.client();
  const fd = volume.openSync('/f', 'r');
  c.unlink('f');
  c.call('Tstatfs', { fid: ROOT });
  const buffer = Buffer.alloc(4);
  assert.is(volume.readSync(fd, buffer, 0, 4, 0), 4);
  assert.is(buffer.toString(), 'both');
  volume.closeSync(fd);
  store.rest();
});

test.run();
