// Names that a commit or the overlay reserves for itself are ordinary names in a guest and in the lower layer.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Backend } from '../../../backend/backend.ts';
import { Kit } from '../../../../testing/kit.ts';
import { hostDir } from '../../hostdir/index.ts';
import { scratch } from '../../hostdir/testing.ts';
import { ram } from '../../ram/index.ts';
import { overlay, settle, unsettled } from '../index.ts';
import { contents, fill } from '../testing.ts';

const NAMES = [
  '.wasi9p-commit',
  '.wasi9p-commit-0',
  '.wasi9p-commit-1',
  '.wasi9p-orphan-0',
  'journal-1',
  'new-0',
  'old-1',
];

/** In the root, where a commit picks a name, and in a directory. */
const PLACES = ['', 'sub/'];

/** All names at once, so that none of its first ones is free for a commit. */
const ALL = PLACES.map((place) => NAMES.map((name) => place + name));
const ALONE = ALL.flat().map((path) => [path]);

/** The kinds of file that have the name. */
const KINDS: Readonly<Record<string, (kit: Kit, path: string) => void>> = {
  file: (kit, path) => kit.put(path, `file ${path}`),
  directory: (kit, path) => {
    assert.is(kit.mkdir(path), 'ok');
    kit.put(`${path}/f`, `in ${path}`);
  },
  symlink: (kit, path) => assert.is(kit.symlink('kept', path), 'ok'),
  'two names': (kit, path) => {
    kit.put(path, 'two');
    assert.is(kit.link(path, `${path}.link`), 'ok');
  },
};

/** The state of the name in the lower layer, and the guest's action. */
interface Way {
  below?(kit: Kit, path: string, plant: (path: string) => void): void;
  guest?(kit: Kit, path: string, plant: (path: string) => void): void;
}

const planted: Way['below'] = (_kit, path, plant) => plant(path);

const WAYS: Readonly<Record<string, Way>> = {
  untouched: { below: planted },
  added: { guest: planted },
  replacing: {
    below: (kit, path) => kit.put(path, 'old'),
    guest: (kit, path, plant) => {
      assert.is(kit.unlink(path), 'ok');
      plant(path);
    },
  },
  replaced: {
    below: planted,
    guest: (kit, path) => {
      remove(kit, path);
      kit.put(path, 'another');
    },
  },
  removed: { below: planted, guest: (kit, path) => remove(kit, path) },
  'renamed to': {
    below: (_kit, path, plant) => plant(`${path}.was`),
    guest: (kit, path) => assert.is(kit.rename(`${path}.was`, path), 'ok'),
  },
  'renamed from': {
    below: planted,
    guest: (kit, path) => assert.is(kit.rename(path, `${path}.is`), 'ok'),
  },
};

function remove(kit: Kit, path: string): void {
  if (kit.exists(`${path}/f`)) assert.is(kit.unlink(`${path}/f`), 'ok');
  if (kit.unlink(path) !== 'ok') assert.is(kit.rmdir(path), 'ok');
}

/** Changes that need entries in the staging directory. */
function swap(kit: Kit): void {
  kit.rename('a', 'tmp');
  kit.rename('b', 'a');
  kit.rename('tmp', 'b');
  kit.put('.f.swp', 'new');
  kit.rename('.f.swp', 'f');
  kit.unlink('gone');
  kit.mkdir('made');
}

/** Commits to an empty lower layer what a guest does with some paths, and other changes; with several, once more. */
function tried(lower: Backend, paths: readonly string[], kind: string, way: string): void {
  const { below, guest } = WAYS[way]!;
  const each = (kit: Kit, run: Way['below']): void => {
    for (const path of paths) run?.(kit, path, (at) => KINDS[kind]!(kit, at));
  };
  fill(lower, (kit) => {
    for (const dir of ['a', 'b', 'sub']) kit.mkdir(dir);
    for (const file of ['a/f', 'b/f', 'f', 'gone', 'kept']) kit.put(file, file);
    each(kit, below);
  });
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  each(kit, guest);
  swap(kit);
  const what = `${kind} ${way}: ${paths.join(' ')}`;
  const shown = [...contents(merged)].sort();
  assert.equal(merged.commit(), { errno: 0, path: '', unsettled: '' }, what);
  // Nothing else exists, and the overlay still shows it.
  assert.equal([...contents(lower)].sort(), shown, what);
  assert.equal([...contents(merged)].sort(), shown, what);
  assert.equal([merged.diff(), unsettled(lower), settle(lower, 'undo').outcome], [[], [], 'nothing'], what);
  if (paths.length > 1) {
    // With all of its names below by now, a commit is made as well.
    kit.put('kept', 'changed');
    kit.rename('a', 'tmp');
    assert.equal(merged.commit(), { errno: 0, path: '', unsettled: '' }, what);
    assert.equal([...contents(lower)].sort(), [...contents(merged)].sort(), what);
    assert.equal(merged.diff(), [], what);
  }
  kit.end();
  assert.is(merged.leaked, 0, what);
  merged.close();
}

function onRam(run: (lower: Backend) => void): void {
  using lower = ram();
  run(lower);
}

function onHost(run: (lower: Backend) => void): void {
  const { root, remove: end } = scratch();
  const lower = hostDir(root);
  try {
    run(lower);
  } finally {
    lower.close();
    end();
  }
}

for (const [store, on, trials] of [
  ['ram', onRam, [...ALL, ...ALONE]],
  // A host syncs each commit, so a name alone is tried for the first one only.
  ['a host directory', onHost, [...ALL, ['.wasi9p-commit']]],
] as const) {
  for (const way of Object.keys(WAYS)) {
    test(`commit to ${store}: names of its own are the guest's to have: ${way}`, () => {
      for (const kind of Object.keys(KINDS)) {
        for (const paths of trials) on((lower) => tried(lower, paths, kind, way));
      }
    });
  }
}

test.run();
