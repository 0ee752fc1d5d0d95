// The uniqueness of qid.path, and the changes of qid.version.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_MODE, SETATTR_SIZE } from '../9p/constants.ts';
import { O_CREAT, O_EXCL, O_RDWR } from '../linux/constants.ts';
import { E } from '../linux/errno.ts';
import { ROOT } from '../../testing/raw-client.ts';
import { scenario } from '../../testing/uvu.ts';

const TIMES = { atime_sec: 0, atime_nsec: 0, mtime_sec: 0, mtime_nsec: 0 };
const NOTHING = { mode: 0, uid: 0, gid: 0, size: 0, ...TIMES };

scenario('a re-created name is another file: qid.path is new', (c) => {
  const paths = new Set<bigint>();
  for (let i = 0; i < 50; i++) {
    const fid = c.create('f', `${i}`, O_RDWR | O_CREAT | O_EXCL);
    paths.add(c.attr(fid).qid.path);
    c.unlink('f');
    c.clunk(fid);
    c.call('Tstatfs', { fid: ROOT });
  }
  assert.is(paths.size, 50);
});

scenario('qid.version moves with content', (c) => {
  const fid = c.create('f');
  const version = () => c.attr(fid).qid.version;
  let last = version();
  const moves = (why: string, moved: boolean) => {
    assert.is(version() !== last, moved, why);
    last = version();
  };
  c.write(fid, 'x');
  moves('write', true);
  c.call('Tsetattr', { fid, valid: SETATTR_SIZE, ...NOTHING });
  moves('truncate', true);
  c.clunk(c.create('f', '', O_RDWR | O_CREAT | 0o1000));
  moves('O_TRUNC', true);
  c.read(fid);
  moves('read', false);
  c.call('Tsetattr', { fid, valid: SETATTR_MODE, ...NOTHING, mode: 0o600 });
  moves('chmod', false);
  c.rename('f', 'g');
  moves('rename', false);
  c.unlink('g');
  c.write(fid, 'y');
  moves('write to the orphan', true);
});

scenario('the version of a directory moves with its entries', (c) => {
  c.mkdir('d');
  const fid = c.walk('d');
  let last = -1;
  const moves = (why: string) => {
    const { version } = c.attr(fid).qid;
    assert.is.not(version, last, why);
    last = version;
  };
  moves('at first');
  c.file('d/f');
  moves('create');
  c.link('d/l', c.walk('d/f'));
  moves('link');
  c.rename('d/l', 'd/m');
  moves('rename');
  c.rename('d/m', 'm');
  moves('rename away');
  c.rename('m', 'd/m');
  moves('rename into');
  c.within('d/s', (dfid, name) => c.call('Tsymlink', { dfid, name, symtgt: 'x', gid: 0 }));
  moves('symlink');
  c.within('d/p', (dfid, name) => c.call('Tmknod', { dfid, name, mode: 0o010644, major: 0, minor: 0, gid: 0 }));
  moves('mknod');
  c.mkdir('d/e');
  moves('mkdir');
  c.rmdir('d/e');
  moves('rmdir');
  c.call('Tremove', { fid: c.walk('d/f') });
  moves('remove');
  const before = c.attr(fid).qid.version;
  c.text('d/m');
  c.expectError('Tmkdir', { dfid: fid, name: 'm', mode: 0, gid: 0 }, E.EEXIST);
  assert.is(c.attr(fid).qid.version, before, 'not with what changes none');
});

test.run();
