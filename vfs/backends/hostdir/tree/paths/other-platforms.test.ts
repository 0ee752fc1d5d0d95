// path-tree.ts as on other systems: the name of the platform is forced, and where it matters node:fs folds case or
// normal forms as they do.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_CREAT, O_RDWR } from '../../../../linux/constants.ts';
import { Kit } from '../../../../../testing/kit.ts';
import { HostDirStore } from '../../backend.ts';
import { hostDir } from '../../index.ts';
import type { Fs } from '../../node/node.ts';
import { PathTree } from './path-tree.ts';
import { scratch } from '../../testing.ts';

/** Runs a test as on another platform, mounted on a scratch directory. */
function as(platform: NodeJS.Platform, own: Fs, act: (kit: Kit, root: string) => void): void {
  const { root, remove } = scratch();
  const before = process.platform;
  Object.defineProperty(process, 'platform', { value: platform });
  try {
    const backend = new HostDirStore(new PathTree(own, root));
    const kit = new Kit({ backend, dispose: () => {} });
    act(kit, root);
    kit.end();
    backend.close();
  } finally {
    Object.defineProperty(process, 'platform', { value: before });
    remove();
  }
}

/** node:fs as on a disk that preserves case but ignores it. */
function folding(): Fs {
  const paths: Readonly<Record<string, number>> = {
    ...{ lstatSync: 1, statSync: 1, openSync: 1, mkdirSync: 1, rmdirSync: 1, unlinkSync: 1, readlinkSync: 1 },
    ...{ lutimesSync: 1, readdirSync: 1, linkSync: 2 },
  };
  const folded: Record<string, unknown> = { ...fs };
  for (const [name, count] of Object.entries(paths)) {
    const call = (fs as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!;
    folded[name] = (...args: unknown[]) =>
      call(...args.map((arg, i) => (i < count && typeof arg === 'string' ? spelt(arg) : arg)));
  }
  folded['symlinkSync'] = (target: string, path: string) => fs.symlinkSync(target, spelt(path));
  // A file can be given another spelling of its own name.
  folded['renameSync'] = (from: string, to: string) =>
    fs.renameSync(spelt(from), spelt(from) === spelt(to) ? to : spelt(to));
  const native = (path: string, options: object): unknown => fs.realpathSync.native(spelt(path), options);
  folded['realpathSync'] = Object.assign((path: string) => fs.realpathSync(path), { native });
  return folded as unknown as Fs;
}

/** Returns a path with its names as spelled on disk. */
function spelt(path: string): string {
  const way: string[] = [''];
  for (const name of path.split('/').slice(1)) {
    const dir = way.join('/') || '/';
    const names = fs.existsSync(join(dir, name)) ? [] : list(dir);
    way.push(names.find((other) => other.toLowerCase() === name.toLowerCase()) ?? name);
  }
  return way.join('/');
}

function list(dir: string): string[] {
  try {
    return fs.readdirSync(dir);
  } catch {
    return [];
  }
}

test('34: on a case-insensitive file system a file has one name', () => {
  as('darwin', folding(), (kit, root) => {
    kit.put('Foo', 'one');
    assert.is(kit.mkdir('Dir'), 'ok');
    assert.is(kit.get('Foo'), 'one');
    for (const other of ['foo', 'FOO']) {
      assert.is(kit.openError(other), 'ENOENT', other);
      assert.is(kit.openError(other, O_RDWR | O_CREAT), 'EEXIST');
      assert.is(kit.mkdir(other), 'EEXIST');
      assert.is(kit.symlink('t', other), 'EEXIST');
      assert.is(kit.link('Foo', other), 'EEXIST');
      assert.is(kit.unlink(other), 'ENOENT');
    }
    kit.put('bar', 'two');
    assert.is(kit.rename('bar', 'foo'), 'EEXIST');
    assert.is(kit.get('Foo'), 'one');
    assert.is(kit.openError('dir/x', O_RDWR | O_CREAT), 'ENOENT');
    assert.is(kit.rmdir('dir'), 'ENOENT');
    assert.equal(fs.readdirSync(root).sort(), ['Dir', 'Foo', 'bar']);
    // The same file by another spelling of its own name.
    assert.is(kit.rename('Foo', 'FOO'), 'ok');
    assert.equal(kit.list(''), ['Dir', 'FOO', 'bar']);
  });
});

test('35: names that Windows takes for something else are EINVAL, and hidden', () => {
  as('win32', fs, (kit, root) => {
    const bad = ['CON', 'nul.txt', 'COM¹', 'a:b', 'f::$DATA', 'a.', 'a ', 'b\\x', 'a\u0001', 'q?'];
    for (const name of bad) fs.writeFileSync(`${root}/${name}`, 'not a guest’s');
    fs.writeFileSync(`${root}/fine`, 'fine');
    assert.equal(kit.list(''), ['fine']);
    for (const name of [...bad, 'prn', 'LPT1', 'new\\one', 'new:one', 'new ']) {
      assert.is(kit.walkError(name), 'EINVAL', name);
      assert.is(kit.openError(name, O_RDWR | O_CREAT), 'EINVAL', name);
      assert.is(kit.mkdir(name), 'EINVAL', name);
      assert.is(kit.symlink('t', name), 'EINVAL', name);
      assert.is(kit.link('fine', name), 'EINVAL', name);
      assert.is(kit.rename('fine', name), 'EINVAL', name);
      assert.is(kit.unlink(name), 'EINVAL', name);
    }
    assert.equal(fs.readdirSync(root).sort(), [...bad, 'fine'].sort());
    assert.is(kit.get('fine'), 'fine');
  });
});

test('`limits` states the exceptions on other platforms, and is empty on Linux', () => {
  const { root, remove } = scratch();
  const before = process.platform;
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    Object.defineProperty(process, 'platform', { value: platform });
    const backend = hostDir(root);
    if (platform !== 'linux') assert.match(backend.limits, /swaps directories of the tree for symlinks/);
    else if (before === 'linux') assert.is(backend.limits, '');
    backend.close();
  }
  Object.defineProperty(process, 'platform', { value: before });
  remove();
});

test.run();
