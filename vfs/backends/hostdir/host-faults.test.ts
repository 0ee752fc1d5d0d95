// Each call of node:fs, and each of libc, fails in turn with each of some errors while a guest uses all calls: the guest gets an errno,
// nothing leaks, and the next try succeeds.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { E } from '../../linux/errno.ts';
import { Kit } from '../../../testing/kit.ts';
import { openDirectories } from '../../../testing/scratch.ts';
import { HostDirStore } from './backend.ts';
import { PathTree } from './tree/paths/path-tree.ts';
import { everyCall, everyWay, hostDir, inMemory, reasonAgainst, scratch, throughLibc, throughProc } from './testing.ts';
import { libc, type Libc } from './libc/libc.ts';
import { NOT_LINUX, unless } from '../../../build/test/skip.ts';

const linux = everyWay(NOT_LINUX);

const ERRORS = ['EMFILE', 'EIO', 'ENOENT', 'EACCES'];

/** Fails call number `at`; it counts calls. */
abstract class Faults {
  count = 0;
  at = -1;
  code = 'EIO';
  /** The call that failed. */
  failed = '';

  abstract open(root: string): HostDirStore;

  protected fails(name: string): boolean {
    if (this.count++ !== this.at) return false;
    this.failed = name;
    return true;
  }
}

/** A libc. */
class FailingLibc extends Faults {
  private readonly way: 'openat2' | 'openat';

  constructor(way: 'openat2' | 'openat') {
    super();
    this.way = way;
  }

  open(root: string): HostDirStore {
    const own = libc() as unknown as Record<string, (...args: unknown[]) => number>;
    const all: Record<string, unknown> = { ...own };
    let failed = false;
    for (const [name, call] of Object.entries(own)) {
      if (name === 'errno' || name === 'address' || name === 'close') continue;
      all[name] = (...args: unknown[]) => {
        failed = this.fails(name);
        return failed ? -1 : call(...args);
      };
    }
    all['errno'] = () => (failed ? E[this.code as keyof typeof E] : own['errno']!());
    return throughLibc(all as unknown as Libc, this.way, root);
  }
}

/** A node:fs. */
class FailingFs extends Faults {
  private readonly fs: typeof fs;
  private readonly byPaths: boolean;

  constructor(byPaths: boolean) {
    super();
    this.byPaths = byPaths;
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

  open(root: string): HostDirStore {
    return this.byPaths ? new HostDirStore(new PathTree(this.fs, root)) : throughProc(this.fs, root);
  }

  private dir(dir: fs.Dir): unknown {
    const readSync = (): unknown => {
      this.step('readdir');
      return dir.readSync();
    };
    return { readSync, closeSync: () => dir.closeSync() };
  }

  private step(name: string): void {
    if (this.fails(name)) throw Object.assign(new Error(`${this.code}: made up, ${name}`), { code: this.code });
  }
}

const descriptors = (): number => fs.readdirSync('/proc/self/fd').length;

/** Removes the files of a run that failed midway. */
function clear(root: string): void {
  openDirectories(fs, root);
  for (const name of fs.readdirSync(root)) fs.rmSync(`${root}/${name}`, { recursive: true });
}

const WAYS_TO_FAIL: Readonly<Record<string, [reason: string, faults: () => Faults]>> = {
  'through libc, openat2': [reasonAgainst('openat2'), () => new FailingLibc('openat2')],
  'through libc, openat': [reasonAgainst('openat'), () => new FailingLibc('openat')],
  'through /proc': ['', () => new FailingFs(false)],
  'by paths': ['', () => new FailingFs(true)],
};

for (const [name, [reason, faults]] of Object.entries(WAYS_TO_FAIL)) {
  unless(NOT_LINUX || reason)(`no call that fails leaves anything open, ${name}`, () => {
    const byPaths = name === 'by paths';
    const { root, remove: tidy } = scratch(inMemory);
    const failing = faults();
    const backend = failing.open(root);
    const run = (): void => {
      const kit = new Kit({ backend, dispose: () => {} });
      everyCall(kit);
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
  const backend = hostDir(root);
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
