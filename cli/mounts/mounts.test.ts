// Tries the mount options.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Backend } from '../../vfs/backend/backend.ts';
import { HostDirStore } from '../../vfs/backends/hostdir/backend.ts';
import { PathTree } from '../../vfs/backends/hostdir/tree/paths/path-tree.ts';
import type { RamBackend } from '../../vfs/backends/ram/backend.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { defaultCapacity, type Space } from '../../vfs/backend/space.ts';
import { closeStore, mountsOf, placeOf, statedLimits, withRoot } from './mounts.ts';
import { UsageError } from '../lib/options.ts';
import { inScratch } from '../testing.ts';

function made(options: Record<string, string[]>): [string, string, boolean | undefined][] {
  return mountsOf(new Map(Object.entries(options))).map(({ guest, backend }) => {
    const { readOnly, name } = backend as Backend & { readOnly?: boolean };
    closeStore(backend);
    return [guest, name, readOnly];
  });
}

function refused(options: Record<string, string[]>): string {
  try {
    made(options);
  } catch (error) {
    assert.instance(error, UsageError);
    return (error as Error).message;
  }
  return 'accepted';
}

test('each option makes a mount', () => {
  inScratch(() => {
    fs.mkdirSync('d');
    assert.equal(made({ dir: ['d', 'd::/e', 'd::/f::ro'], ro: ['d::/g', '.'], mem: ['/m', 'n'] }), [
      ['d', 'hostdir', false],
      ['/e', 'hostdir', false],
      ['/f', 'hostdir', true],
      ['/g', 'hostdir', true],
      ['.', 'hostdir', true],
      ['/m', 'ram', false],
      ['n', 'ram', false],
    ]);
  });
});

test('--dir with ::cached, an overlay, and --max-descriptors', () => {
  inScratch(() => {
    fs.mkdirSync('d');
    const isCached = (options: Record<string, string[]>): unknown[] =>
      mountsOf(new Map(Object.entries(options))).map(({ backend }) => {
        closeStore(backend);
        return [(backend.changes?.lower ?? backend).cached, backend.readOnly === true];
      });
    const onLinux = process.platform === 'linux';
    assert.equal(isCached({ dir: ['d::/a', 'd::/b::cached', 'd::/c::ro::cached', 'd::/d::cached::ro', 'd::/e::ro'] }), [
      [false, false],
      [onLinux, false],
      [onLinux, true],
      [onLinux, true],
      [false, true],
    ]);
    assert.equal(isCached({ overlay: ['d::/a'] }), [[onLinux, false]]);
    assert.equal(isCached({ dir: ['d::/a'], 'max-descriptors': ['64'] }), [[false, false]]);
    for (const value of ['63', '0', '-1', 'x', '1e9', ''])
      assert.is(
        refused({ dir: ['d'], 'max-descriptors': [value] }),
        `--max-descriptors ${value}: invalid value, expected a number from 64 on.`,
      );
  });
});

test('the guest path of each mount is normalized, for every option', () => {
  inScratch(() => {
    fs.mkdirSync('d');
    const guests = (options: Record<string, string[]>): string[] => made(options).map(([guest]) => guest);
    const written = ['/w/../v', '/./a//b/', 'c/./d/../e/', './f', '/..', '../g'];
    const known = ['/v', '/a/b', 'c/e', 'f', '/', '../g'];
    for (const option of ['dir', 'ro', 'overlay']) {
      assert.equal(guests({ [option]: written.map((guest) => `d::${guest}`) }), known, option);
    }
    assert.equal(guests({ mem: written }), known);
    assert.match(
      refused({ mem: ['/v', '/w/../v'] }),
      /^--mem \/w\/\.\.\/v: \/v is already a mount point: give another path\.$/,
    );
  });
});

test('an invalid mount option is reported in a sentence', () => {
  inScratch(() => {
    fs.mkdirSync('d');
    fs.writeFileSync('f', '');
    const cases: [Record<string, string[]>, string][] = [
      [{ dir: ['none'] }, '--dir none: the directory none does not exist: create it first.'],
      [{ dir: ['dd::/x'] }, '--dir dd::/x: the directory dd does not exist: did you mean d?'],
      [{ dir: ['f/x'] }, '--dir f/x: the directory f/x does not exist: create it first.'],
      [{ ro: ['f::/x'] }, '--ro f::/x: f is a file, not a directory: give the directory that contains it.'],
      [{ dir: ['a.tar::/x'] }, '--dir a.tar::/x: a.tar is a file, not a directory: --tar a.tar::/x mounts an archive.'],
      [
        { overlay: ['a.tgz'] },
        '--overlay a.tgz: a.tgz is a file, not a directory: --tar a.tgz::/GUEST mounts an archive.',
      ],
      [{ dir: ['.:/a'] }, '--dir .:/a: write --dir .::/a, with two colons between the paths.'],
      [{ dir: ['none:/a'] }, '--dir none:/a: write --dir none::/a, with two colons between the paths.'],
      [{ dir: ['none:a'] }, '--dir none:a: the directory none:a does not exist: create it first.'],
      [{ dir: ['C:/a'] }, '--dir C:/a: the directory C:/a does not exist: create it first.'],
      [{ dir: ['d:/a:ro'] }, '--dir d:/a:ro: write --dir d::/a::ro, with two colons between the paths.'],
      [{ dir: ['d:/a::ro'] }, '--dir d:/a::ro: write --dir d::/a::ro, with two colons between the paths.'],
      [{ ro: ['d:/a:ro'] }, '--ro d:/a:ro: write --ro d::/a, with two colons between the paths.'],
      [{ overlay: ['d:/a'] }, '--overlay d:/a: write --overlay d::/a, with two colons between the paths.'],
      [{ tar: ['a.tar:/t'] }, '--tar a.tar:/t: write --tar a.tar::/t, with two colons between the paths.'],
      [{ dir: ['d::/a:ro'] }, '--dir d::/a:ro: did you mean --dir d::/a::ro?'],
      [{ ro: ['d::/a:ro'] }, '--ro d::/a:ro: did you mean --ro d::/a?'],
      [{ dir: ['d::/a:rw'] }, '--dir d::/a:rw: did you mean --dir d::/a?'],
      [{ overlay: ['d'] }, "--overlay d: the program's path is missing: write --overlay d::/GUEST."],
      [{ tar: ['none.tar::/t'] }, '--tar none.tar::/t: the file none.tar does not exist.'],
      [{ tar: ['b.tar::/t'] }, '--tar b.tar::/t: the file b.tar does not exist: did you mean a.tar?'],
      [{ tar: ['d::/t'] }, '--tar d::/t: d is a directory, not an archive: --dir or --ro mounts a directory.'],
      [
        { dir: ['.::ro'] },
        "--dir .::ro: ro stands in place of the program's path: write --dir .::.::ro, or --dir .::./ro for a path of that name.",
      ],
      [
        { dir: ['d::ro::cached'] },
        "--dir d::ro::cached: ro stands in place of the program's path: write --dir d::d::ro::cached, or --dir d::./ro for a path of that name.",
      ],
      [
        { dir: ['d::cached'] },
        "--dir d::cached: cached stands in place of the program's path: write --dir d::d::cached, or --dir d::./cached for a path of that name.",
      ],
      [
        { dir: ['d::rw'] },
        "--dir d::rw: rw stands in place of the program's path: write --dir d, or --dir d::./rw for a path of that name.",
      ],
      [
        { ro: ['d::ro'] },
        "--ro d::ro: ro stands in place of the program's path: write --ro d, or --ro d::./ro for a path of that name.",
      ],
      [{ mem: ['512M'] }, '--mem 512M: the path is missing: write --mem /tmp=512M, or ./512M for a path.'],
    ];
    fs.writeFileSync('a.tar', '');
    fs.writeFileSync('a.tgz', '');
    for (const [options, sentence] of cases) assert.is(refused(options), sentence);
    assert.equal(made({ dir: ['d::/a:ro/'] }), [['/a:ro', 'hostdir', false]]);
    fs.mkdirSync('ro');
    assert.equal(made({ dir: ['ro', 'd::./ro/a', 'd::/ro/b'], ro: ['d::./cached', 'd::/rw'] }), [
      ['ro', 'hostdir', false],
      ['ro/a', 'hostdir', false],
      ['/ro/b', 'hostdir', false],
      ['cached', 'hostdir', true],
      ['/rw', 'hostdir', true],
    ]);
    fs.mkdirSync('x:y');
    assert.equal(made({ dir: ['x:y'], mem: ['./512M'] }), [
      ['x:y', 'hostdir', false],
      ['512M', 'ram', false],
    ]);
    assert.match(refused({ dir: ['d::/x::rw'] }), /expected HOST, HOST::GUEST, HOST::GUEST::ro or HOST::GUEST::cached/);
    for (const value of ['', 'd::', '::d', 'd::/a::ro::x', 'd::/a::ro::ro', 'd::/a::cached::x'])
      assert.match(refused({ dir: [value] }), /invalid value/);
    for (const value of ['', 'd::/a::ro']) assert.match(refused({ ro: [value] }), /expected HOST or HOST::GUEST\./);
    for (const value of ['', '/a::/b']) assert.match(refused({ mem: [value] }), /expected GUEST or GUEST=SIZE\./);
    assert.match(
      refused({ dir: ['d::/x'], mem: ['x/'] }),
      /^--mem x\/: x is already a mount point: give another path\.$/,
    );
  });
});

test('a directory in memory has a size, or shares the default', () => {
  const room = (values: string[]): number[] =>
    mountsOf(new Map([['mem', values]])).map(({ backend }) => {
      const out = { fstype: 0, bsize: 0, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0, namelen: 0 };
      (backend as Backend).statfs(out);
      return out.blocks * out.bsize;
    });
  assert.equal(room(['/a=64K', '/b=512M', '/c=2g', '/=1T', '/d=8192']), [2 ** 16, 2 ** 29, 2 ** 31, 2 ** 40, 8192]);
  const [one, two] = room(['/a', '/b']);
  assert.ok(one === two && Math.abs(one! - defaultCapacity()) < 4096);
  for (const value of ['/a=', '/a=x', '/a=1Q', '/a=-1', '/a=0', '/a=1.5G', '=1G', '/a=99999999T']) {
    assert.match(refused({ mem: [value] }), /expected GUEST or GUEST=SIZE, with SIZE such as 512M or 2G\./, value);
  }
  const [a, b] = mountsOf(new Map([['mem', ['/a', '/b']]])).map(({ backend }) => backend as RamBackend);
  const left = (store: RamBackend): number => (store as unknown as { space: Space }).space.left;
  const before = left(b!);
  a!.symlink(a!.root(), 'l', 'x'.repeat(4000), 0, 0);
  assert.ok(before - left(b!) >= 4000, 'both share one capacity');
});

test('the root comes first, and is in memory unless it is mounted', () => {
  const [one, two] = [ram(), ram()];
  const mounts = withRoot([{ guest: '/a', backend: one }]);
  assert.equal(
    mounts.map(({ guest }) => guest),
    ['/', '/a'],
  );
  const root = mounts[0]!.backend as Backend;
  assert.type(root.lookup(root.root(), 'tmp'), 'object');
  const own = withRoot([
    { guest: '/a', backend: one },
    { guest: './', backend: two },
  ]);
  assert.equal(
    own.map(({ backend }) => backend),
    [two, one],
  );
});

test('a place is a path from the root', () => {
  const cases = { '/': '/', '.': '/', 'a/': '/a', './a//b/../c': '/a/c', '/../x': '/x', '': '/' };
  for (const [guest, place] of Object.entries(cases)) assert.is(placeOf(guest), place);
});

test('a limit of the platform is printed once', () => {
  inScratch((dir) => {
    const weak = [0, 1].map((i) => ({ guest: `/${i}`, backend: new HostDirStore(new PathTree(fs, dir)) }));
    const limits = statedLimits([...weak, { guest: '/m', backend: ram() }]);
    assert.is(limits.length, 1);
    assert.match(limits[0]!, /can make it create, rename and remove names outside/);
    assert.equal(statedLimits([{ guest: '/m', backend: ram() }]), []);
    for (const { backend } of weak) backend.close();
  });
});

test.run();
