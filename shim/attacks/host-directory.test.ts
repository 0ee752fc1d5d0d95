// Tests attacks 1 to 24 and 29 on a host directory, with the effects observed from the host. paths.test.ts tests
// each answer in detail.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HostDirStore } from '../../vfs/backends/hostdir/backend.ts';
import { hostDir, type HostDirBackend } from '../../vfs/backends/hostdir/index.ts';
import { PathTree } from '../../vfs/backends/hostdir/tree/paths/path-tree.ts';
import { OFLAGS } from '../preview1/abi/structs.ts';
import { unless } from '../../build/test/skip.ts';
import { waysHere } from '../../vfs/backends/hostdir/testing.ts';
import { OUT, READ_WRITE, ROOT, TestGuest, WRITE } from '../../testing/test-guest.ts';

const SECRET = 'the secret of the host';

/** A guest on an exported directory, beside a directory that it must not reach. */
class Victim {
  readonly top = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'wasi9p-attack-'));
  readonly root = join(this.top, 'export');
  readonly outside = join(this.top, 'outside');
  readonly backend: HostDirBackend;
  readonly g: TestGuest;
  private readonly before: string;

  constructor(open: (root: string) => HostDirBackend) {
    fs.mkdirSync(join(this.root, 'a/b'), { recursive: true });
    fs.mkdirSync(join(this.outside, 'dir'), { recursive: true });
    fs.writeFileSync(join(this.root, 'f'), 'inside');
    for (const path of ['secret', 'dir/secret']) fs.writeFileSync(join(this.outside, path), SECRET);
    this.before = picture(this.outside);
    this.backend = open(this.root);
    this.g = new TestGuest({ preopens: () => ({ '/': this.backend }) });
  }

  /** Asserts that nothing outside has changed, and that the server is at rest. */
  end(): void {
    assert.is(picture(this.outside), this.before, 'the outside has changed');
    assert.equal(fs.readdirSync(this.top).sort(), ['export', 'outside']);
    this.g.end();
    this.backend.trim();
    assert.ok(this.backend.descriptors <= 1);
    this.backend.close();
    fs.rmSync(this.top, { recursive: true });
  }
}

/** Returns the state of a tree that a change would alter. */
function picture(dir: string): string {
  const show = (name: string): string => {
    const st = fs.lstatSync(join(dir, name), { bigint: true });
    return `${name} ${st.ino} ${st.mode} ${st.nlink} ${st.size} ${st.mtimeNs} ${st.ctimeNs}`;
  };
  return ['.', ...fs.readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()].map(show).join('\n');
}

/** Opens a path in every way, and returns the results. */
function openings(g: TestGuest, path: string, dir: number): string[] {
  const { CREAT, EXCL, TRUNC, DIRECTORY } = OFLAGS;
  return [0, TRUNC, CREAT, CREAT | TRUNC, CREAT | EXCL, DIRECTORY].flatMap((oflags) =>
    [true, false].map((follow) => {
      const rights = oflags === DIRECTORY ? undefined : oflags === 0 ? READ_WRITE : WRITE | READ_WRITE;
      const errno = g.tryOpen(path, { dir, follow, oflags, ...(rights !== undefined && { rights }) });
      if (errno !== 'ok') return errno;
      const fd = g.u32();
      const got =
        oflags === DIRECTORY
          ? g
              .readdir(fd)
              .entries.map(({ name }) => name)
              .join()
          : g.read(fd);
      if (oflags !== DIRECTORY) g.write(fd, 'written by the guest');
      g.ok('fd_close', fd);
      return `got: ${got}`;
    }),
  );
}

/** Makes every other call on a path, and returns the results. */
function calls(g: TestGuest, path: string, dir: number): string[] {
  return [
    g.call('path_filestat_get', dir, 1, path, OUT),
    g.call('path_filestat_set_times', dir, 1, path, 1, 1, 5),
    g.call('path_readlink', dir, path, OUT + 8, 100, OUT),
    g.call('path_create_directory', dir, path),
    g.call('path_symlink', 'f', dir, path),
    g.call('path_link', dir, 1, path, dir, 'new'),
    g.call('path_link', dir, 0, 'f', dir, path),
    g.call('path_rename', dir, path, dir, 'moved'),
    g.call('path_rename', dir, 'f', dir, path),
    g.call('path_unlink_file', dir, path),
    g.call('path_remove_directory', dir, path),
  ];
}

/** Paths that would leave the export, with the symlinks of `plant`. */
const WAYS = [
  ...['..', '../', '../outside', '../outside/secret', '../outside/new', 'a/../../outside/secret', '/', '//'],
  ...['abs', 'abs/', 'abs/.', 'abs/secret', 'abs/new', 'abs/dir', 'abs/..', 'up', 'up/', 'up/secret', 'up/dir/secret'],
  ...['file', 'file/', 'absfile', 'chain', 'chain/', 'chain/secret', 'a/deep', 'a/deep/secret', 'a/b/../deep/secret'],
  ...['dangling', 'absdangling', 'dots', 'dots/outside/secret', 'proc', 'proc/etc', 'cwd', 'cwd/package.json', 'fd/0'],
];

function plant({ root, outside }: Victim, make: (target: string, name: string) => void): void {
  make(outside, 'abs');
  make('../outside', 'up');
  make('../outside/secret', 'file');
  make(join(outside, 'secret'), 'absfile');
  make('./a/../up', 'chain');
  make('../../outside', 'a/deep');
  make('../outside/new', 'dangling');
  make(join(outside, 'new'), 'absdangling');
  make('..', 'dots');
  make('/proc/self/root', 'proc');
  make('/proc/self/cwd', 'cwd');
  make('/proc/self/fd', 'fd');
  assert.ok(fs.existsSync(root));
}

const OPENINGS: [way: string, reason: string, open: (root: string) => HostDirBackend][] = [
  ...waysHere().map(([way, reason]): (typeof OPENINGS)[number] => [
    way ?? 'as this platform does it',
    reason,
    (root) => hostDir(root, way === undefined ? {} : { way }),
  ]),
  ['by paths', '', (root) => new HostDirStore(new PathTree(fs, root))],
];

for (const [way, reason, open] of OPENINGS) {
  const victims = unless(reason);
  victims(`1 to 5, 11 to 18, 29: no path and no symlink of the host's leads out (${way})`, () => {
    const victim = new Victim(open);
    const { g } = victim;
    plant(victim, (target, name) => fs.symlinkSync(target, join(victim.root, name)));
    // A descriptor of a subdirectory confines too: the rest of the export is outside.
    const below = g.open('a');
    for (const path of WAYS) {
      for (const got of openings(g, path, ROOT)) {
        assert.not(/^got: .*(secret|outside|export)/.test(got), `${path}: ${got}`);
        assert.not(got === 'EIO', path);
      }
      openings(g, `../${path}`, below).forEach((got) => assert.not(got.startsWith('got'), `../${path}: ${got}`));
    }
    for (const path of WAYS) {
      calls(g, path, ROOT);
      if (!fs.existsSync(join(victim.root, 'f'))) fs.writeFileSync(join(victim.root, 'f'), 'inside');
    }
    g.ok('fd_close', below);
    victim.end();
  });

  victims(`a guest's own symlinks lead nowhere else, and it makes none to the root (${way})`, () => {
    const victim = new Victim(open);
    const { g } = victim;
    plant(victim, (target, name) => {
      const errno = g.call('path_symlink', target, ROOT, name);
      assert.is(errno, target.startsWith('/') ? 'ENOTCAPABLE' : 'ok', `${name} -> ${target}`);
    });
    for (const path of WAYS) {
      for (const got of openings(g, path, ROOT)) assert.not(/^got: .*(secret|outside)/.test(got), `${path}: ${got}`);
    }
    // After a rename the symlink is resolved at its new place, still confined.
    g.ok('path_symlink', '../f', ROOT, 'a/to-f');
    assert.is(g.read(g.open('a/to-f')), 'inside');
    g.ok('path_rename', ROOT, 'a/to-f', ROOT, 'to-f');
    assert.is(g.tryOpen('to-f'), 'ENOTCAPABLE');
    g.ok('path_rename', ROOT, 'a', ROOT, 'z');
    assert.is(g.tryOpen('z/deep/secret'), 'ENOTCAPABLE');
    victim.end();
  });

  victims(`nothing outside can be probed: existing and missing files give the same errno (${way})`, () => {
    const victim = new Victim(open);
    const { g } = victim;
    const { root, outside } = victim;
    fs.symlinkSync('../outside', join(root, 'up'));
    fs.symlinkSync(outside, join(root, 'abs'));
    const pairs = ['../outside/', 'up/', 'abs/', 'a/../../outside/'].map(
      (way) => [`${way}secret`, `${way}none`] as const,
    );
    for (const [there, not] of [...pairs, ['../outside/dir', '../outside/none'] as const]) {
      assert.equal(openings(g, there, ROOT), openings(g, not, ROOT), there);
      const answers = [calls(g, there, ROOT), calls(g, not, ROOT)] as const;
      assert.equal(...answers, there);
    }
    victim.end();
  });

  victims(`6 to 10: invalid names create nothing on the host (${way})`, () => {
    const victim = new Victim(open);
    const { g } = victim;
    const bad = ['', 'x\0', '\0/../../outside', 'f/', 'f///', 'f/.', 'x'.repeat(256), './'.repeat(2048)];
    const before = picture(victim.root);
    for (const path of bad) {
      for (const errno of openings(g, path, ROOT)) assert.not(errno.startsWith('got'), path.slice(0, 20));
      for (const errno of calls(g, path, ROOT)) assert.is.not(errno, 'ok', path.slice(0, 20));
    }
    const after = picture(victim.root);
    assert.equal(after.split('\n').slice(1), before.split('\n').slice(1));
    victim.end();
  });

  victims(`21 to 23: dots, and a directory into itself, leave the host's tree as it was (${way})`, () => {
    const victim = new Victim(open);
    const { g } = victim;
    const before = picture(victim.root);
    assert.is(g.call('path_remove_directory', ROOT, 'a/.'), 'EINVAL');
    assert.is(g.call('path_remove_directory', ROOT, 'a/..'), 'ENOTEMPTY');
    assert.is(g.call('path_rename', ROOT, 'a/.', ROOT, 'z'), 'EBUSY');
    assert.is(g.call('path_rename', ROOT, 'a/..', ROOT, 'z'), 'EBUSY');
    assert.is(g.call('path_rename', ROOT, 'a', ROOT, 'a/b/z'), 'EINVAL');
    assert.is(picture(victim.root), before);
    victim.end();
  });
}

test.run();
