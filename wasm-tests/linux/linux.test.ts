// Compares random calls on each store with the kernel's tmpfs, and checks that planted bugs are found.
import fc from 'fast-check';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MemfsBackend } from '../../vfs/backends/memfs/backend.ts';
import { OverlayStore } from '../../vfs/backends/overlay/backend.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { FAILS, INSIDE, OUTSIDE, whereTo, type Found } from './escape.ts';
import { exercise } from './exercise.ts';
import { whyNoTmpfs } from './kernel.ts';
import { STORES, layered, onMemfs, onRam } from './stores.ts';
import { unless } from '../../build/test/skip.ts';

/** Calls of the normal run; `npm run test:linux` makes 1,000,000. */
const CALLS = 20_000;
/** Calls on each of the others. */
const LAYERED_CALLS = 4000;
/** Calls within which a planted mistake must be found. */
const SOON = 5000;

const compare = unless(whyNoTmpfs());

compare(`${CALLS} calls do on memfs through 9P what they do on the kernel's tmpfs`, () => {
  const seed = Date.now() % 2 ** 31;
  const { calls, results, late, difference } = exercise(onMemfs, CALLS, seed);
  assert.is(difference, '', difference);
  assert.ok(late <= 3, `${late} differences of times that came only once`);
  assert.ok(calls >= CALLS);
  for (const [op, counts] of results) {
    assert.ok(counts.get('ok')! >= 10, `${op} succeeded ${counts.get('ok') ?? 0} times with seed ${seed}`);
  }
});

for (const name of [
  ...['hostdir-cached', 'overlay', 'overlay-empty', 'overlay-host', 'overlay-cached-host', 'overlay-to-host'],
]) {
  compare(`${LAYERED_CALLS} calls on ${name} do what they do on the kernel's tmpfs`, () => {
    const { calls, late, difference } = exercise(STORES[name]!, LAYERED_CALLS, Date.now() % 2 ** 31);
    assert.is(difference, '', difference);
    assert.ok(late <= 3, `${late} differences of times that came only once`);
    assert.ok(calls >= LAYERED_CALLS);
  });
}

class NoAtime extends MemfsBackend {
  override accessed(): void {}
}

class NoMtime extends MemfsBackend {
  override modified(): void {}
}

class OneLinkTooMany extends MemfsBackend {
  override nlink(...args: Parameters<MemfsBackend['nlink']>): number {
    const nlink = super.nlink(...args);
    return nlink > 1 && args[0].kind === 0o100000 ? nlink + 1 : nlink;
  }
}

/** The bug planted into the backend, and a word of its report. */
const PLANTED: [bug: string, backend: typeof MemfsBackend, word: string][] = [
  ['a read that does not move atime', NoAtime, 'atime'],
  ['a write that does not move mtime', NoMtime, 'mtime'],
  ['a wrong link count', OneLinkTooMany, 'nlink'],
];

for (const [bug, Planted, word] of PLANTED) {
  compare(`${bug} is found and reduced to a few calls`, () => {
    const { difference } = exercise(
      () => ({ backend: new Planted(new Volume()), ticks: false, movesAtimes: true, dispose: () => {} }),
      SOON,
      1,
    );
    assert.match(difference, word);
    assert.ok(difference.split('\n').length < 16, difference);
  });
}

class NoWhiteout extends OverlayStore {
  override unlink(...args: Parameters<OverlayStore['unlink']>): number {
    const errno = super.unlink(...args);
    args[0].whiteouts?.delete(args[1]);
    return errno;
  }
}

class WritesThrough extends OverlayStore {
  override accessed(...args: Parameters<OverlayStore['accessed']>): void {
    super.accessed(...args);
    if (args[0].lower !== null) this.lower.accessed(args[0].lower);
  }
}

/** The same for overlays. */
const PLANTED_OVER: [bug: string, backend: typeof OverlayStore, word: string][] = [
  ['an overlay that forgets its whiteouts', NoWhiteout, 'unlink'],
  ['an overlay that writes to its lower layer', WritesThrough, 'lower layer has changed'],
];

for (const [bug, Planted, word] of PLANTED_OVER) {
  compare(`${bug} is found`, () => {
    const { difference } = exercise(() => layered(onRam(), ram, (lower, upper) => new Planted(lower, upper)), SOON, 1);
    assert.ok(difference.includes(word), difference);
  });
}

test('the walk predicts which paths leave', () => {
  const tree: Record<string, Found> = {
    d: { kind: 'dir', target: '' },
    'd/f': { kind: 'file', target: '' },
    l: { kind: 'link', target: 'd' },
    up: { kind: 'link', target: '../x' },
    'd/up': { kind: 'link', target: '../d/../..' },
    abs: { kind: 'link', target: '/d' },
    'to up': { kind: 'link', target: 'up/' },
    loop: { kind: 'link', target: 'loop' },
  };
  const lookup = (path: string): Found => tree[path] ?? { kind: 'none', target: '' };
  const where = (path: string, parent = false, follow = true): number => whereTo(path, { parent, follow }, lookup, []);
  for (const path of ['d', 'l', 'd/..', 'l/..', 'l/f', '.', 'd/f', 'd/.']) assert.is(where(path), INSIDE, path);
  for (const path of ['..', 'd/../..', 'up', 'up/', 'up/x', 'd/up', 'abs', '/', 'l/up', 'l/../..']) {
    assert.is(where(path), OUTSIDE, path);
  }
  for (const path of ['', 'x', 'x/..', 'd/f/..', 'd/f/', 'd/f/../..', 'loop', 'loop/..', 'x'.repeat(4096)]) {
    assert.is(where(path), FAILS, path);
  }
  assert.is(where('up', false, false), INSIDE);
  assert.is(where('up/', false, false), OUTSIDE);
  assert.is(where('..', true), INSIDE);
  assert.is(where('../x', true), OUTSIDE);
  assert.is(where('d/f/x', true), FAILS);
  assert.is(whereTo('to up', { parent: false, follow: true }, lookup, []), OUTSIDE);
  assert.is(whereTo('to up', { parent: false, follow: true, create: true }, lookup, []), FAILS);
  const followed: string[] = [];
  whereTo('l/up', { parent: false, follow: true }, lookup, followed);
  assert.equal(followed, ['l', 'd/up']);
});

test('paths without `..` and symlinks never leave', () => {
  const names = fc.array(fc.constantFrom('a', 'b', '.', ''), { minLength: 1 }).map((parts) => `./${parts.join('/')}`);
  fc.assert(
    fc.property(names, (path) => {
      assert.is(
        whereTo(path, { parent: false, follow: true }, () => ({ kind: 'dir', target: '' }), []),
        INSIDE,
      );
    }),
  );
});

test.run();
