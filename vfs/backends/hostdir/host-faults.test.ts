// Each call of node:fs fails in turn with each of some errors while a guest uses all calls: the guest gets an errno,
// nothing leaks, and the next try succeeds.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_ATIME, SETATTR_MODE, SETATTR_MTIME } from '../../9p/constants.ts';
import { O_APPEND, O_CREAT, O_NOATIME, O_RDWR, O_TRUNC } from '../../linux/constants.ts';
import { mknod, remove, rename, setMode, statfs } from '../../client/rare-messages.ts';
import { Kit } from '../../../testing/kit.ts';
import { HostDirBackend } from './backend.ts';
import { PathTree } from './tree/path-tree.ts';
import { ProcTree } from './tree/proc-tree.ts';
import { openTop } from './tree/proc.ts';
import { inMemory, scratch } from './testing.ts';
import { NOT_LINUX, unless } from '../../../build/test/skip.ts';

const linux = unless(NOT_LINUX);

const ERRORS = ['EMFILE', 'EIO', 'ENOENT', 'EACCES'];

/** A node:fs whose call number `at` fails; it counts calls. */
class Failing {
  count = 0;
  at = -1;
  code = 'EIO';
  /** The call that failed. */
  failed = '';
  readonly fs: typeof fs;

  constructor() {
    const all: Record<string, unknown> = { ...fs };
    for (const [name, call] of Object.entries(fs)) {
      // Descriptors are closed all the same: close(2) closes them even if it fails.
      if (!name.endsWith('Sync') || typeof call !== 'function' || name === 'closeSync') continue;
      all[name] = (...args: unknown[]) => {
        this.step(name);
        const result: unknown = (call as (...args: unknown[]) => unknown)(...args);
        return name === 'opendirSync' ? this.dir(result as fs.Dir) : result;
      };
      Object.assign(all[name] as object, call);
    }
    this.fs = all as unknown as typeof fs;
  }

  private dir(dir: fs.Dir): unknown {
    const readSync = (): unknown => {
      this.step('readdir');
      return dir.readSync();
    };
    return { readSync, closeSync: () => dir.closeSync() };
  }

  private step(name: string): void {
    if (this.count++ !== this.at) return;
    this.failed = name;
    throw Object.assign(new Error(`${this.code}: made up, ${name}`), { code: this.code });
  }
}

/** Some of every call. Answers are not checked: any may be an error. */
function work(kit: Kit): void {
  const { client, root } = kit;
  const at = (fid: number, ...names: string[]): number => client.walk(fid, names, 0, names.length);
  client.mkdir(root, 'd', 0o755);
  client.mkdir(root, 'e', 0o755);
  const d = at(root, 'd');
  const file = client.clone(root);
  client.lcreate(file, 'f', O_RDWR | O_CREAT, 0o644);
  kit.write(file, 0, 'data');
  kit.read(file);
  client.fsync(file, false);
  client.setSize(file, 0x8, 2);
  setMode(client, file, SETATTR_MODE, 0o600);
  client.setTimes(file, SETATTR_ATIME | SETATTR_MTIME, 0, 0, 0, 0);
  client.getattr(file, 0x7ff);
  client.link(root, file, 'g');
  if (d > 0) client.link(d, file, 'h');
  client.symlink(root, 'l', 'f');
  mknod(client, root, 'n', 0o100644, 0, 0);
  const link = at(root, 'l');
  if (link > 0) client.readlink(link);
  for (const flags of [O_RDWR, O_NOATIME, O_RDWR | O_APPEND, O_RDWR | O_TRUNC]) {
    const fid = at(root, 'd', 'h');
    if (fid <= 0) continue;
    client.lopen(fid, flags);
    client.clunk(fid);
  }
  const dir = client.clone(root);
  client.lopen(dir, 0);
  for (let i = 0; i < 3; i++) list(kit, dir, i);
  client.clunk(dir);
  client.renameat(root, 'g', root, 'l');
  if (d > 0) client.renameat(root, 'e', d, 'e');
  const up = d > 0 ? at(d, 'e', '..', '..') : 0;
  if (up > 0) client.clunk(up);
  const moved = at(root, 'n');
  if (moved > 0 && d > 0) rename(client, moved, d, 'n');
  if (moved > 0) remove(client, moved);
  statfs(client, root);
  client.unlinkat(root, 'f', 0);
  if (d > 0) {
    client.unlinkat(d, 'h', 0);
    client.unlinkat(d, 'n', 0);
    client.unlinkat(d, 'e', 0x200);
  }
  client.unlinkat(root, 'd', 0x200);
  if (link > 0) client.clunk(link);
  if (d > 0) client.clunk(d);
  client.clunk(file);
  for (const name of ['f', 'g', 'l', 'n']) client.unlinkat(root, name, 0);
  for (const name of ['d', 'e']) client.unlinkat(root, name, 0x200);
}

function list(kit: Kit, fid: number, cookie: number): void {
  try {
    kit.readdir(fid, cookie, 60);
  } catch (thrown) {
    // The kit would assert success; the client does not throw.
    assert.match(String((thrown as Error).message), /^readdir: E/);
  }
}

const descriptors = (): number => fs.readdirSync('/proc/self/fd').length;

/** Removes the files of a run that failed midway. */
function clear(root: string): void {
  for (const name of fs.readdirSync(root)) fs.rmSync(`${root}/${name}`, { recursive: true });
}

for (const byPaths of [false, true]) {
  linux(`no call that fails leaves anything open, ${byPaths ? 'by paths' : 'by descriptors'}`, () => {
    const { root, remove: tidy } = scratch(inMemory);
    const failing = new Failing();
    const tree = byPaths ? new PathTree(failing.fs, root) : new ProcTree(failing.fs, openTop(failing.fs, root));
    const backend = new HostDirBackend(failing.fs, tree);
    const run = (): void => {
      const kit = new Kit({ backend, dispose: () => {} });
      work(kit);
      kit.end();
      backend.trim();
    };
    run();
    failing.count = 0;
    run();
    const steps = failing.count;
    const before = descriptors();
    const tried = new Set<string>();
    for (const code of ERRORS) {
      for (let at = 0; at < steps; at++) {
        Object.assign(failing, { count: 0, at, code });
        run();
        failing.at = -1;
        clear(root);
        tried.add(failing.failed);
        assert.is(descriptors(), before, `${code} of ${failing.failed}, call ${at}`);
        if (!byPaths) assert.equal([backend.descriptors, backend.inodes], [1, 1], `${code} of ${failing.failed}`);
      }
    }
    // Everything works again.
    const kit = new Kit({ backend, dispose: () => {} });
    kit.put('f', 'fine');
    assert.is(kit.get('f'), 'fine');
    kit.end();
    assert.ok(steps > 80 && tried.size > 12, `${steps} ${[...tried].join()}`);
    backend.close();
    assert.is(descriptors(), before - (byPaths ? 0 : 1));
    tidy();
  });
}

linux('20,000 times opened, listed and closed: descriptors and records are as before', () => {
  const { root, remove: tidy } = scratch(inMemory);
  fs.mkdirSync(`${root}/a/b/c`, { recursive: true });
  for (let i = 0; i < 20; i++) fs.writeFileSync(`${root}/a/b/c/f${i}`, 'x');
  const backend = new HostDirBackend(fs, new ProcTree(fs, openTop(fs, root)));
  const kit = new Kit({ backend, dispose: () => {} });
  const before = descriptors();
  for (let i = 0; i < 20_000; i++) {
    const fid = i % 10 === 0 ? kit.walk('a/b/c') : kit.open(`a/b/c/f${i % 20}`);
    if (i % 10 === 0) {
      assert.is(kit.lopen(fid), 'ok');
      kit.readdir(fid, 0, 100);
    }
    kit.clunk(fid);
  }
  assert.ok(descriptors() - before < 30);
  backend.trim();
  assert.is(descriptors(), before);
  assert.equal([backend.descriptors, backend.inodes], [1, 1]);
  kit.end();
  backend.close();
  tidy();
});

test.run();
