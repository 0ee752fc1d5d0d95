// A fid stays on its inode when another file takes over its name.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_MODE, SETATTR_SIZE } from '../9p/constants.ts';
import { AT_REMOVEDIR, O_RDONLY, O_RDWR } from '../linux/constants.ts';
import { E } from '../linux/errno.ts';
import { type RawClient, ROOT } from '../../testing/raw-client.ts';
import { scenario } from '../../testing/uvu.ts';

// A file takes the name of a file that has a fid. Operations on the fid must never reach the new file.

const ATTRS = { uid: 0, gid: 0, atime_sec: 0, atime_nsec: 0, mtime_sec: 0, mtime_nsec: 0 };

/**
 * The ways to put another file at a name: the fid is on `d/f`, the impostor is `d/f` afterwards, and the old
 * file has no name, was moved, or has a name that the fid was not walked by.
 */
const SWAPS: [name: string, old: 'nameless' | 'moved' | 'elsewhere', run: (c: RawClient) => void][] = [
  [
    'unlinked and made anew',
    'nameless',
    (c) => {
      c.unlink('d/f');
      c.file('d/f', 'impostor');
    },
  ],
  [
    'renamed over',
    'nameless',
    (c) => {
      c.file('d/new', 'impostor');
      c.rename('d/new', 'd/f');
    },
  ],
  [
    'moved away, and another file moved there',
    'moved',
    (c) => {
      c.rename('d/f', 'kept');
      c.file('d/f', 'impostor');
    },
  ],
  [
    'its directory moved, and another one made',
    'moved',
    (c) => {
      c.rename('d', 'moved');
      c.mkdir('d');
      c.file('d/f', 'impostor');
    },
  ],
  [
    'the directory above moved, and a whole tree made',
    'nameless',
    (c) => {
      c.unlink('d/f');
      c.rename('d', 'moved');
      c.mkdir('d');
      c.file('d/f', 'impostor');
    },
  ],
  [
    'unlinked, with another name left',
    'elsewhere',
    (c) => {
      c.link('kept', c.walk('d/f'));
      c.unlink('d/f');
      c.file('d/f', 'impostor');
    },
  ],
  [
    'its directory removed and made anew',
    'nameless',
    (c) => {
      c.unlink('d/f');
      c.rmdir('d');
      c.call('Tstatfs', { fid: ROOT });
      c.mkdir('d');
      c.file('d/f', 'impostor');
    },
  ],
  [
    'its directory removed, with another name left',
    'elsewhere',
    (c) => {
      c.link('kept', c.walk('d/f'));
      c.unlink('d/f');
      c.rmdir('d');
      c.call('Tstatfs', { fid: ROOT });
      c.mkdir('d');
      c.file('d/f', 'impostor');
    },
  ],
];

for (const [name, old, swap] of SWAPS) {
  /** Runs with a fid on the old file, and looks afterwards whether the impostor is as it was. */
  const through = (what: string, run: (c: RawClient, fid: number) => void): void => {
    scenario(`${name}: ${what}`, (c) => {
      c.mkdir('d');
      c.file('d/f', 'original');
      const fid = c.walk('d/f');
      swap(c);
      const before = c.attr(c.walk('d/f'));
      run(c, fid);
      const after = c.attr(c.walk('d/f'));
      for (const field of ['qid', 'mode', 'size', 'nlink', 'ctime_sec', 'ctime_nsec'] as const) {
        assert.equal(after[field], before[field], field);
      }
      assert.is(c.text('d/f'), 'impostor');
    });
  };

  through('getattr', (c, fid) => {
    assert.is.not(c.attr(fid).qid.path, c.attr(c.walk('d/f')).qid.path);
    assert.is(c.attr(fid).nlink, old === 'nameless' ? 0 : 1);
  });

  through('setattr', (c, fid) => {
    c.call('Tsetattr', { fid, valid: SETATTR_MODE | SETATTR_SIZE, mode: 0, size: 3, ...ATTRS });
    assert.is(c.attr(fid).size, 3);
  });

  through('lopen, write and read', (c, fid) => {
    c.call('Tlopen', { fid, flags: O_RDWR });
    c.write(fid, 'ORIG');
    assert.is(c.read(fid), 'ORIGinal');
  });

  through('lopen with O_TRUNC', (c, fid) => {
    c.call('Tlopen', { fid, flags: O_RDWR | 0o1000 });
    assert.is(c.attr(fid).size, 0);
  });

  through('Tremove', (c, fid) => {
    const path = ['kept', 'moved/f'].find((path) => c.exists(path));
    c.expectError('Tremove', { fid }, old === 'moved' ? 0 : E.ENOENT);
    if (path !== undefined) assert.is(c.exists(path), old !== 'moved', 'its own name, and no other');
  });

  through('Trename', (c, fid) => {
    c.expectError('Trename', { fid, dfid: ROOT, name: 'target' }, old === 'moved' ? 0 : E.ENOENT);
    assert.is(c.exists('target') && c.text('target') === 'original', old === 'moved');
  });

  through('Tlink', (c, fid) => {
    c.expectError('Tlink', { dfid: ROOT, fid, name: 'linked' }, old === 'nameless' ? E.ENOENT : 0);
    assert.is(c.exists('linked') && c.text('linked') === 'original', old !== 'nameless');
  });

  through('xattrs and locks', (c, fid) => {
    const set = c.walk('', fid);
    c.call('Txattrcreate', { fid: set, name: 'user.a', attr_size: 0, flags: 0 });
    c.clunk(set);
    const fresh = c.open('d/f', O_RDWR);
    c.expectError('Txattrwalk', { fid: fresh, newfid: c.fid(), name: 'user.a' }, E.ENODATA);
    c.call('Tlopen', { fid, flags: O_RDWR });
    const range = { ltype: 1, start: 0, length: 0, client_id: '' };
    c.call('Tlock', { fid, flags: 0, proc_id: 1, ...range });
    assert.is(c.call('Tlock', { fid: fresh, flags: 0, proc_id: 2, ...range }).status, 0);
  });
}

scenario('a fid on a directory never reaches the directory that has its name now', (c) => {
  c.mkdir('d');
  const fid = c.walk('d');
  const opened = c.open('d', O_RDONLY);
  c.rmdir('d');
  c.mkdir('d');
  c.file('d/f', 'impostor');
  assert.equal(c.entries(opened), []);
  c.expectError('Twalk', { fid, newfid: c.fid(), wname: ['f'] }, E.ENOENT);
  c.expectError('Tmkdir', { dfid: fid, name: 'x', mode: 0, gid: 0 }, E.ENOENT);
  c.expectError('Tunlinkat', { dfid: fid, name: 'f', flags: 0 }, E.ENOENT);
  c.expectError('Trename', { fid: c.walk('d/f'), dfid: fid, name: 'f' }, E.ENOENT);
  c.expectError('Trename', { fid, dfid: ROOT, name: 'e' }, E.ENOENT);
  c.expectError('Tremove', { fid }, E.ENOENT);
  assert.is(c.text('d/f'), 'impostor');
});

scenario('a moved directory is followed, the new one of its name is not', (c) => {
  c.mkdir('d');
  c.file('d/f', 'original');
  const fid = c.walk('d');
  c.rename('d', 'moved');
  c.mkdir('d');
  c.file('d/f', 'impostor');
  assert.is(c.read(c.open('f', O_RDONLY, fid)), 'original');
  c.call('Tunlinkat', { dfid: fid, name: 'f', flags: 0 });
  c.call('Tremove', { fid });
  assert.is(c.exists('moved'), false);
  assert.is(c.text('d/f'), 'impostor');
});

scenario('the same in two sessions: what one does to names, the fids of the other follow', (c, store) => {
  const other = store.client();
  c.mkdir('d');
  c.file('d/f', 'original');
  const fid = c.walk('d/f');
  const dir = c.walk('d');
  other.rename('d', 'moved');
  other.rename('moved/f', 'moved/g');
  other.mkdir('d');
  other.file('d/f', 'impostor');
  other.file('moved/f', 'impostor');
  c.call('Trename', { fid, dfid: dir, name: 'h' });
  assert.is(other.text('moved/h'), 'original');
  c.call('Tremove', { fid });
  assert.equal(other.names(other.open('moved', O_RDONLY)), ['f']);
  assert.is(other.text('moved/f'), 'impostor');
  assert.is(other.text('d/f'), 'impostor');
  c.expectError('Tunlinkat', { dfid: ROOT, name: 'd', flags: AT_REMOVEDIR }, E.ENOTEMPTY);
});

scenario('a hard link of the same file is not an impostor', (c) => {
  c.file('f', 'x');
  const fid = c.walk('f');
  c.link('g', fid);
  c.unlink('f');
  c.rename('g', 'f');
  c.call('Tremove', { fid });
  assert.is(c.exists('f'), false);
});

test.run();
