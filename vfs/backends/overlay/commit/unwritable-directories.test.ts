// Directories without write permission for their owner: rename(2) into another directory is EACCES.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { S_IFDIR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import { Kit } from '../../../../testing/kit.ts';
import { hostDir, type HostDirBackend } from '../../hostdir/index.ts';
import { scratch } from '../../hostdir/testing.ts';
import { noAttr } from '../../../backend/attr.ts';
import { overlay, settle, type OverlayBackend } from '../index.ts';

const MODE = 0o2555;

/** Refuses the same calls as the kernel, even if these tests are run by root. */
function asUser(backend: HostDirBackend, fails: () => boolean = () => false): HostDirBackend {
  const rename = backend.rename.bind(backend);
  const attr = noAttr();
  backend.rename = (dir, name, inode, toDir, toName, replaced) => {
    backend.getattr(inode, attr);
    if (inode.kind === S_IFDIR && dir !== toDir && (attr.mode & 0o200) === 0) return E.EACCES;
    if (fails()) return E.EIO;
    return rename(dir, name, inode, toDir, toName, replaced);
  };
  return backend;
}

function plant(root: string): void {
  for (const dir of ['shut', 'gone', 'empty', 'one', 'two']) fs.mkdirSync(`${root}/${dir}`);
  for (const dir of ['shut', 'gone', 'one']) fs.mkdirSync(`${root}/${dir}/sub`);
  for (const dir of ['shut', 'gone/sub', 'one/sub']) fs.writeFileSync(`${root}/${dir}/f`, dir);
  for (const dir of ['shut', 'gone/sub', 'gone', 'empty', 'one/sub', 'one', 'two'])
    fs.chmodSync(`${root}/${dir}`, MODE);
}

function play(merged: OverlayBackend): void {
  const kit = new Kit({ backend: merged, dispose: () => {} });
  kit.unlink('gone/sub/f');
  for (const dir of ['gone/sub', 'gone', 'empty']) kit.rmdir(dir);
  for (const [from, to] of [
    ['shut', 'moved'],
    ['one', 'tmp'],
    ['two', 'one'],
    ['tmp', 'two'],
    ['two/sub', 'sub'],
  ] as const)
    kit.rename(from, to);
  kit.end();
}

/** Paths and modes. */
function tree(root: string): string[] {
  const paths = fs.readdirSync(root, { recursive: true, encoding: 'utf8' });
  return paths.map((path) => `${path} ${(fs.statSync(`${root}/${path}`).mode & 0o7777).toString(8)}`).sort();
}

test('are renamed and removed by a commit, and keep their modes', () => {
  const { root, remove } = scratch();
  const lower = asUser(hostDir(root));
  try {
    plant(root);
    const merged = overlay({ lower });
    play(merged);
    assert.equal(merged.commit(), { errno: 0, path: '', unsettled: '' });
    assert.equal(tree(root), [
      'moved 2555',
      'moved/f 644',
      'moved/sub 755',
      'one 2555',
      'sub 2555',
      'sub/f 644',
      'two 2555',
    ]);
  } finally {
    lower.close();
    remove();
  }
});

test('are as they were when a commit is taken back, wherever it fails', () => {
  for (let at = 0, done = false; !done; at++) {
    const { root, remove } = scratch();
    let left = at;
    const lower = asUser(hostDir(root), () => left-- === 0);
    try {
      plant(root);
      const before = tree(root);
      const merged = overlay({ lower });
      play(merged);
      const { errno, unsettled } = merged.commit();
      done = left >= 0;
      if (unsettled !== '') settle(lower, 'undo');
      if (!done) assert.is(errno, E.EIO);
      if (!done && !fs.existsSync(`${root}/moved`)) assert.equal(tree(root), before, `call ${at}`);
      else assert.not.ok(fs.existsSync(`${root}/empty`), `call ${at}`);
    } finally {
      lower.close();
      remove();
    }
  }
});

test.run();
