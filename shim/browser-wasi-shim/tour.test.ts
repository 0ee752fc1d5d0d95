// Tests that tour.c prints the same in each WASI class and on each kind of directory.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Directory, PreopenDirectory, WASI as Theirs, type Inode } from '@bjorn3/browser_wasi_shim';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WASI as Ours, serverFor } from '../index.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { MountedDirectory } from './directory.ts';
import { ANYWHERE, FLAGS, TOUR, instantiate, runTour, tourModule, type ShimClass } from './testing.ts';
import { WASI } from './wasi.ts';
import { unless } from '../../build/test/skip.ts';

const ALL = [...ANYWHERE, 'inodes', 'symlinks'];
const TMPFS = '/dev/shm';

/** Returns the output in our own WASI class, the reference. */
async function reference(parts: readonly string[]): Promise<string> {
  const volume = Volume.fromJSON({ '/tmp': null });
  let text = '';
  const decoder = new TextDecoder();
  const wasi = new Ours({
    args: ['tour', '/tmp', ...parts],
    preopens: { '/': volume },
    stdin: '',
    stdout: (bytes) => void (text += decoder.decode(bytes, { stream: true })),
  });
  assert.is(wasi.start(instantiate(await tourModule(), wasi.wasiImport)), 0);
  assert.equal(serverFor(volume).inspect(), AT_REST);
  return text;
}

async function onMount(shape: ShimClass, parts: readonly string[]): Promise<string> {
  const dir = new MountedDirectory('/', Volume.fromJSON({ '/tmp': null }));
  const [code, text] = await runTour(shape, dir, parts);
  assert.is(code, 0);
  const { fids, orphans } = dir.server.inspect();
  // The root fid of the session; the class of 0.4.2 also leaves the directory open.
  assert.equal({ fids, orphans }, { fids: shape === WASI ? 1 : 2, orphans: 0 });
  dir.close();
  assert.equal(dir.server.inspect(), AT_REST);
  return text;
}

test('their WASI class on a MountedDirectory', async () => {
  const parts = [...ANYWHERE, 'inodes'];
  assert.fixture(await onMount(Theirs as unknown as ShimClass, parts), await reference(parts));
});

test('their WASI class never gives symlinks to a directory', async () => {
  const text = await onMount(Theirs as unknown as ShimClass, ['symlinks']);
  assert.match(text, 'symlink("target", "s"): ENOTSUP');
});

test('our browser_wasi_shim shape on a MountedDirectory', async () => {
  assert.fixture(await onMount(WASI, ALL), await reference(ALL));
});

test('our browser_wasi_shim shape on a PreopenDirectory of theirs', async () => {
  const tree = new Map<string, Inode>([['tmp', new Directory([])]]);
  const [code, text] = await runTour(WASI, new PreopenDirectory('/', tree), ANYWHERE);
  assert.is(code, 0);
  assert.fixture(text, await reference(ANYWHERE));
});

test('our own WASI class on a PreopenDirectory of theirs', async () => {
  const tree = new Map<string, Inode>([['tmp', new Directory([])]]);
  let text = '';
  const decoder = new TextDecoder();
  const wasi = new Ours({
    args: ['tour', '/tmp', ...ANYWHERE],
    preopens: { '/': new PreopenDirectory('/', tree) },
    stdin: '',
    stdout: (bytes) => void (text += decoder.decode(bytes, { stream: true })),
  });
  assert.is(wasi.start(instantiate(await tourModule(), wasi.wasiImport)), 0);
  assert.fixture(text, await reference(ANYWHERE));
});

const noNative =
  spawnSync('gcc', ['--version']).status !== 0
    ? 'gcc is not installed'
    : existsSync(TMPFS)
      ? null
      : `${TMPFS} does not exist`;

unless(noNative ?? '')('natively on tmpfs', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'wasi9p-'));
  const base = mkdtempSync(join(TMPFS, 'wasi9p-'));
  try {
    const program = join(scratch, 'tour');
    const built = spawnSync('gcc', [...FLAGS, TOUR, '-o', program], { encoding: 'utf8' });
    assert.is(built.status, 0, built.stderr);
    const ran = spawnSync(program, [base, ...ALL], { encoding: 'utf8', input: '' });
    assert.fixture(ran.stdout, await reference(ALL));
  } finally {
    rmSync(scratch, { recursive: true });
    rmSync(base, { recursive: true });
  }
});

test.run();
