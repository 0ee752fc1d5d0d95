// diff() reports each change once, and reports unreadable files as errors.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_MODE } from '../../../9p/constants.ts';
import { O_RDWR, O_TRUNC, O_WRONLY } from '../../../linux/constants.ts';
import { Kit } from '../../../../testing/kit.ts';
import { overlay, type OverlayBackend } from '../index.ts';
import { ram } from '../../ram/index.ts';
import { overlaid } from '../testing.ts';
import { mknod, setMode } from '../../../client/rare-messages.ts';

/** The initial tree. */
function furnish(kit: Kit): void {
  kit.mkdir('d');
  kit.put('d/f', 'f');
  kit.put('d/g', 'g');
  kit.mkdir('d/e');
  kit.put('d/e/x', 'x');
  kit.put('a', 'a');
  kit.put('b', 'b');
  kit.symlink('a', 'l');
}

function changesOf(merged: OverlayBackend): string[] {
  return merged.diff().map(({ path, change, kind }) => `${change} ${kind} ${path}`);
}

/** A change, and its report. */
const CASES: [what: string, run: (kit: Kit) => void, expected: string[]][] = [
  ['nothing', () => {}, []],
  ['reading', (kit) => (kit.get('d/f'), kit.list('d'), kit.clunk(kit.open('a', O_RDWR))), []],
  ['a new file', (kit) => kit.put('d/new', ''), ['added file d/new']],
  ['content of the same length', (kit) => kit.put('d/f', 'F'), ['changed file d/f']],
  ['the same content again', (kit) => kit.put('d/f', 'f'), []],
  ['the same file made again', (kit) => (kit.unlink('d/f'), kit.put('d/f', 'f')), []],
  ['cut', (kit) => kit.clunk(kit.open('d/g', O_WRONLY | O_TRUNC)), ['changed file d/g']],
  ['times', (kit) => onFid(kit, 'd/f', (fid) => kit.client.setTimes(fid, 0x1b0, 1, 0, 2, 0)), []],
  ['a mode', (kit) => onFid(kit, 'd', (fid) => setMode(kit.client, fid, SETATTR_MODE, 0o700)), ['changed directory d']],
  ['a mode and back', (kit) => [0o600, 0o644].map((mode) => chmod(kit, 'a', mode)), []],
  ['the root’s mode', (kit) => setMode(kit.client, kit.root, SETATTR_MODE, 0o700), ['changed directory .']],
  ['a removal', (kit) => kit.unlink('d/g'), ['removed file d/g']],
  ['made and removed', (kit) => (kit.put('new', ''), kit.unlink('new')), []],
  ['a file renamed', (kit) => kit.rename('a', 'd/z'), ['removed file a', 'added file d/z']],
  ['renamed there and back', (kit) => (kit.rename('a', 'z'), kit.rename('z', 'a')), []],
  ['two files changing places', (kit) => swap(kit, 'a', 'b'), ['changed file a', 'changed file b']],
  [
    'a directory renamed',
    (kit) => kit.rename('d/e', 'e'),
    ['removed directory d/e', 'removed file d/e/x', 'added directory e', 'added file e/x'],
  ],
  ['a directory renamed there and back', (kit) => (kit.rename('d', 'z'), kit.rename('z', 'd')), []],
  [
    'a directory made again',
    (kit) => (empty(kit, 'd/e'), kit.rmdir('d/e'), kit.mkdir('d/e'), kit.put('d/e/y', '')),
    ['removed file d/e/x', 'added file d/e/y'],
  ],
  [
    'a directory made again as it was',
    (kit) => (empty(kit, 'd/e'), kit.rmdir('d/e'), kit.mkdir('d/e'), kit.put('d/e/x', 'x')),
    [],
  ],
  [
    'a directory that becomes a file',
    (kit) => (empty(kit, 'd/e'), kit.rmdir('d/e'), kit.put('d/e', '')),
    ['changed file d/e', 'removed file d/e/x'],
  ],
  [
    'a file that becomes a directory',
    (kit) => (kit.unlink('a'), kit.mkdir('a'), kit.put('a/b', '')),
    ['changed directory a', 'added file a/b'],
  ],
  ['a symlink to elsewhere', (kit) => (kit.unlink('l'), kit.symlink('b', 'l')), ['changed symlink l']],
  ['a symlink made again', (kit) => (kit.unlink('l'), kit.symlink('a', 'l')), []],
  ['special files', (kit) => mknod(kit.client, kit.root, 'p', 0o010600, 0, 0), ['added fifo p']],
  ['a link', (kit) => kit.link('a', 'd/l'), ['added file d/l']],
  ['an orphan', (kit) => kit.clunk(orphan(kit)), ['removed file a']],
];

function onFid(kit: Kit, path: string, run: (fid: number) => void): void {
  const fid = kit.walk(path);
  run(fid);
  kit.clunk(fid);
}

function chmod(kit: Kit, path: string, mode: number): void {
  onFid(kit, path, (fid) => setMode(kit.client, fid, SETATTR_MODE, mode));
}

function empty(kit: Kit, dir: string): void {
  for (const name of kit.list(dir)) kit.unlink(`${dir}/${name}`);
}

function swap(kit: Kit, one: string, two: string): void {
  kit.rename(one, 'other');
  kit.rename(two, one);
  kit.rename('other', two);
}

function orphan(kit: Kit): number {
  const fid = kit.open('a', O_RDWR);
  kit.unlink('a');
  kit.write(fid, 0, 'orphan');
  return fid;
}

for (const [what, run, expected] of CASES) {
  test(`diff: ${what}`, () => {
    overlaid(furnish, (kit, merged) => {
      run(kit);
      assert.equal(changesOf(merged), expected);
    });
  });
}

test('diff: a file changed by one name is changed under all', () => {
  overlaid(
    (kit) => {
      furnish(kit);
      kit.link('a', 'd/e/z');
    },
    (kit, merged) => {
      kit.put('a', 'A');
      assert.equal(changesOf(merged), ['changed file a', 'changed file d/e/z']);
      kit.put('d/e/z', 'a');
      assert.equal(changesOf(merged), []);
    },
  );
});

test('diff: long files are compared to the last byte', () => {
  const size = 2_500_000;
  overlaid(
    (kit) => kit.put('f', 'x'.repeat(size)),
    (kit, merged) => {
      const fid = kit.open('f', O_RDWR);
      kit.write(fid, size - 1, 'y');
      assert.equal(changesOf(merged), ['changed file f']);
      kit.write(fid, size - 1, 'x');
      assert.equal(changesOf(merged), []);
      kit.clunk(fid);
    },
  );
});

test('diff: what cannot be read is an error', () => {
  const lower = ram();
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  kit.put('f', '');
  kit.end();
  lower.list = () => {
    throw Object.assign(new Error('on intent'), { code: 'EACCES' });
  };
  assert.throws(
    () => merged.diff(),
    (thrown: { code?: string }) => thrown.code === 'EACCES',
  );
});

test.run();
