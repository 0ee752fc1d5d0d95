// Runs the same calls on node:fs in a scratch directory and on a FileSystem, and compares what they give or throw.
import * as nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Backend } from '../backend/backend.ts';
import { hostDir } from '../backends/hostdir/index.ts';
import { memfs } from '../backends/memfs/index.ts';
import { ram } from '../backends/ram/index.ts';
import { serverFor } from '../connect/server-for.ts';
import { createFs, type FileSystem } from './index.ts';
import { NOT_LINUX, skip } from '../../build/test/skip.ts';

/** The calls of both that the tests use. */
export type AnyFs = FileSystem;

/** A sequence of calls: `on` makes a path, `call` notes what a call gives or throws. */
export type Sequence = (fs: AnyFs, on: (path: string) => string, call: (act: () => unknown) => void) => void;

/** Paths to each kind of file that `plant` makes, to none, and to what cannot be. */
export const PATHS = [
  'file',
  'dir',
  'link',
  'abs',
  'dangling',
  'loop',
  'none',
  'file/x',
  'none/x',
  'dir/',
  'file/',
  'link/',
];

/** A file, a directory with a file, and symlinks of each kind. */
export function plant(fs: AnyFs, on: (path: string) => string): void {
  fs.writeFileSync(on('file'), 'text');
  fs.mkdirSync(on('dir'));
  fs.writeFileSync(on('dir/inner'), 'inner');
  fs.symlinkSync('dir', on('link'));
  fs.symlinkSync(on('dir'), on('abs'));
  fs.symlinkSync('nowhere', on('dangling'));
  fs.symlinkSync('loop', on('loop'));
}

/** Ours has the errors of the native one, as the promise of both has. */
export function realpath(fs: AnyFs, path: string): string {
  const native = (fs.realpathSync as { native?: (path: string) => string }).native;
  return (native ?? fs.realpathSync)(path);
}

/** Texts with the scratch directory's path taken out. */
function plain(text: string, root: string): string {
  return root === '' ? text : text.replaceAll(`${root}/`, '/').replaceAll(root, '/');
}

/** The result of a call for comparison, without the attributes that always differ. */
function comparable(value: unknown, root: string): unknown {
  if (typeof value === 'string') return plain(value, root);
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map((item) => comparable(item, root));
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.getTime();
  if ('nlink' in value && 'isFile' in value) return toldStats(value as unknown as nodeFs.Stats);
  if ('parentPath' in value && 'isFile' in value) return toldEntry(value as unknown as nodeFs.Dirent, root);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, comparable(item, root)]));
}

function kindOf(value: nodeFs.Stats | nodeFs.Dirent): string {
  const is = ['isFile', 'isDirectory', 'isSymbolicLink', 'isFIFO', 'isSocket', 'isBlockDevice'] as const;
  return is.filter((name) => value[name]()).join();
}

const DATES = { atime: 0, mtime: 0, ctime: 0, birthtime: 0 };

function toldStats(stats: nodeFs.Stats | nodeFs.BigIntStats): unknown {
  const { mode, nlink, size } = stats;
  return [
    // In memory all belongs to root, whoever runs this.
    `${kindOf(stats as nodeFs.Stats)} ${mode} ${typeof stats.uid} ${typeof stats.gid}`,
    // A directory's size and its links tell how the store keeps it; a symlink's size how long the scratch path is.
    stats.isFile() ? `${typeof nlink} ${nlink} ${size}` : '',
    // Some versions of Node create Dates on access, so they are not own keys.
    Object.keys({ ...stats, ...DATES })
      .sort()
      .join(),
  ];
}

function toldEntry(entry: nodeFs.Dirent, root: string): unknown {
  return [kindOf(entry as never), entry.name, plain(entry.parentPath, root)];
}

/** An error as a caller can see it. The words for arguments that cannot be are Node's own. */
function toldError(error: unknown, root: string): unknown {
  const { code, message, errno, syscall, path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  if (error instanceof TypeError || error instanceof RangeError) return [code, error.constructor.name];
  // Messages of rm and cp that are not of a system call differ between versions of Node.
  if (code?.startsWith('ERR_') === true) return [code];
  const paths = [path, dest].map((text) => (text === undefined ? undefined : plain(text, root)));
  return [code, plain(message, root), errno, syscall, ...paths];
}

function run(sequence: Sequence, fs: AnyFs, root: string): unknown[] {
  const results: unknown[] = [];
  const call = (act: () => unknown): void => {
    const where = /^\(\) => (.*)$/s.exec(String(act))?.[1] ?? '';
    try {
      results.push([where, comparable(act(), root)]);
    } catch (error) {
      results.push([where, toldError(error, root)]);
    }
  };
  sequence(fs, (path) => `${root}/${path}`, call);
  return results;
}

/** As Sequence; `call` has a name for the call, and awaits it. */
export type AsyncSequence = (
  fs: AnyFs,
  on: (path: string) => string,
  call: (what: string, act: () => Promise<unknown>) => Promise<void>,
) => Promise<void>;

async function runAsync(sequence: AsyncSequence, fs: AnyFs, root: string): Promise<unknown[]> {
  const results: unknown[] = [];
  const call = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    try {
      results.push([what, comparable(await act(), root)]);
    } catch (error) {
      results.push([what, toldError(error, root)]);
    }
  };
  await sequence(fs, (path) => `${root}/${path}`, call);
  return results;
}

/** The code of the error that a call throws, or `ok`. */
export function codeOf(act: () => unknown): string {
  try {
    act();
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** A directory for node:fs, on tmpfs where there is one. */
export function scratch(): string {
  const shm = '/dev/shm';
  return nodeFs.mkdtempSync(join(nodeFs.existsSync(shm) ? shm : nodeFs.realpathSync(tmpdir()), 'wasi9p-fs-'));
}

/** Runs something on a file system of each kind of backend, and looks at the end that nothing is left. */
export function onEach(act: (fs: FileSystem, backend: string) => void): void {
  const root = scratch();
  const host = hostDir(root);
  try {
    for (const backend of [ram(), memfs(new Volume()), host]) {
      const fs = createFs(backend);
      act(fs, backend.name);
      atRest(fs, backend);
    }
  } finally {
    host.close();
    nodeFs.rmSync(root, { recursive: true, force: true });
  }
}

/** As onEach, of something that takes time. */
export async function onEachAsync(act: (fs: FileSystem, backend: string) => Promise<void>): Promise<void> {
  const root = scratch();
  const host = hostDir(root);
  try {
    for (const backend of [ram(), memfs(new Volume()), host]) {
      const fs = createFs(backend);
      await act(fs, backend.name);
      // A stream that is left by `for await` is closed later.
      for (let turn = 0; turn < 9; turn++) await new Promise((done) => setImmediate(done));
      atRest(fs, backend);
    }
  } finally {
    host.close();
    nodeFs.rmSync(root, { recursive: true, force: true });
  }
}

/** Nothing may be held once the file system is closed, and before that its root only. */
function atRest(fs: FileSystem, backend: Backend): void {
  const server = serverFor(backend);
  server.sync();
  const { fids, orphans } = server.inspect();
  assert.equal({ fids, orphans }, { fids: 1, orphans: 0 }, `${backend.name}: something was left open`);
  fs.unmount();
  assert.equal(server.inspect(), { sessions: 0, fids: 0, inodes: 0, orphans: 0, reclaiming: 0, bytes: 0 });
}

/**
 * A test that a sequence gives the same as node:fs on Linux, on every backend.
 * @param reason Skips it if it is not ''.
 */
export function likeNode(title: string, sequence: Sequence, reason = ''): void {
  if (NOT_LINUX || reason) return skip(title, NOT_LINUX || reason);
  return test(title, () => {
    const umask = process.umask(0o022);
    const root = scratch();
    try {
      const expected = run(sequence, nodeFs as unknown as AnyFs, root);
      assert.ok(expected.length > 0);
      onEach((fs, name) => {
        const results = run(sequence, fs, '');
        for (const [i, result] of results.entries()) assert.equal(result, expected[i], `${name}, call ${i}`);
        assert.is(results.length, expected.length);
      });
    } finally {
      process.umask(umask);
      nodeFs.rmSync(root, { recursive: true, force: true });
    }
  });
}

/** As likeNode, of calls that take time. */
export function likeNodeAsync(title: string, sequence: AsyncSequence, reason = ''): void {
  if (NOT_LINUX || reason) return skip(title, NOT_LINUX || reason);
  return test(title, async () => {
    const umask = process.umask(0o022);
    const root = scratch();
    try {
      const expected = await runAsync(sequence, nodeFs as unknown as AnyFs, root);
      assert.ok(expected.length > 0);
      await onEachAsync(async (fs, name) => {
        const results = await runAsync(sequence, fs, '');
        for (const [i, result] of results.entries()) assert.equal(result, expected[i], `${name}, call ${i}`);
        assert.is(results.length, expected.length);
      });
    } finally {
      process.umask(umask);
      nodeFs.rmSync(root, { recursive: true, force: true });
    }
  });
}
