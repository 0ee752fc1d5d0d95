// Each call to the lower layer fails in turn during a commit: the commit is reverted and can be retried.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_RDWR, S_IFDIR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import { Kit } from '../../../../testing/kit.ts';
import { ram } from '../../ram/index.ts';
import { overlay, type CommitResult, type OverlayBackend } from '../index.ts';
import { contents, fill } from '../testing.ts';

// After a failed commit the overlay shows the same tree, and nothing is lost.

const DONE = { errno: 0, path: '', unsettled: '' };

/**
 * Returns the result of a commit and the tree after it, without the place of the failure, which depends on the store.
 */
const outcome = ({ errno, unsettled }: CommitResult): [number, string] => [errno, unsettled];

test('commit: what cannot be looked up is not taken for removed', () => {
  for (const fails of [1, 2, 3, 4, 5, 6]) {
    const lower = ram();
    fill(lower, (kit) => {
      kit.mkdir('d');
      for (const path of ['d/f', 'd/g', 'h']) kit.put(path, path);
    });
    const before = contents(lower);
    const merged = overlay({ lower });
    const kit = new Kit({ backend: merged, dispose: () => {} });
    kit.put('d/new', '');
    const { lookup } = lower;
    let asked = 0;
    lower.lookup = (dir, name) => (name === 'f' && ++asked === fails ? E.EMFILE : lookup.call(lower, dir, name));
    const result = merged.commit();
    lower.lookup = lookup;
    if (asked >= fails) assert.equal([result.errno, result.path !== ''], [E.EMFILE, true]);
    else assert.ok(fails > 2 && result.errno === 0);
    const after = contents(lower);
    for (const [path, was] of before) assert.is(after.get(path), was, path);
    assert.equal(merged.commit(), DONE);
    assert.is(contents(lower).size, before.size + 1);
    kit.end();
    assert.is(merged.leaked, 0);
  }
});

test('commit: a root in which no name can be looked up is an error, and not a search without end', () => {
  for (const layer of ['lower', 'merged', 'closed'] as const) {
    const lower = ram();
    const before = [...contents(lower).keys()].join();
    const merged = overlay({ lower });
    const kit = new Kit({ backend: merged, dispose: () => {} });
    kit.put('f', 'new');
    kit.end();
    if (layer === 'closed') merged.close();
    const backend: Backend = layer === 'lower' ? lower : merged;
    const { lookup } = backend;
    let asked = 0;
    backend.lookup = (...args) => {
      if (++asked > 100) throw new Error('it has no end');
      if (layer === 'closed') return lookup.apply(backend, args);
      return args[1].startsWith('.wasi9p-commit') ? E.EMFILE : lookup.apply(backend, args);
    };
    const result = merged.commit();
    backend.lookup = lookup;
    assert.equal(result, { errno: layer === 'closed' ? E.EIO : E.EMFILE, path: '.', unsettled: '' });
    assert.ok(asked < 100);
    assert.equal([...contents(lower).keys()].join(), before);
    if (layer !== 'closed') assert.equal(merged.commit(), DONE);
  }
});

/** The calls of the lower layer that fail in turn; lookups have a test of their own. */
const CHANGES = ['unlink', 'rename', 'create', 'symlink', 'link', 'setattr', 'write'] as const;

/** Renamed files: two swap names, and one leaves a removed directory. */
const KEPT = ['kept1', 'kept2', 'gone/kept3'];

/** An overlay with swapped directories and many other changes. */
function changedTree(): { lower: Backend; merged: OverlayBackend; kit: Kit } {
  const lower = ram();
  fill(lower, (kit) => {
    for (const path of ['a', 'b', 'a/c', 'gone']) kit.mkdir(path);
    for (const path of ['a/f', 'a/c/g', 'b/f', 'gone/f', 'h']) kit.put(path, path);
    kit.link('h', 'b/h');
    for (const path of KEPT) kit.put(path, path);
  });
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  kit.rename('kept1', 'gone/kept1');
  kit.rename('kept2', 'kept1');
  kit.rename('gone/kept1', 'kept2');
  kit.rename('gone/kept3', 'a/c/kept3');
  kit.rename('a', 'x');
  kit.rename('b', 'a');
  kit.rename('x', 'b');
  kit.rename('b/c', 'c');
  kit.unlink('gone/f');
  kit.rmdir('gone');
  kit.put('h', 'changed');
  kit.put('c/new', 'new');
  kit.link('c/new', 'new');
  kit.symlink('to', 'l');
  return { lower, merged, kit };
}

/** Commits with a failure of call number `stop` of these. Returns the result, and true if there were as many calls. */
function commitFailing(
  { lower, merged }: { lower: Backend; merged: OverlayBackend },
  calls: readonly (keyof Backend)[],
  stop: number,
  errno: number,
): { result: CommitResult; failed: boolean } {
  let left = stop;
  const real = Object.fromEntries(calls.map((name) => [name, lower[name]]));
  for (const name of calls) {
    (lower[name] as unknown) = (...args: never[]) => {
      if (left-- !== 0) return (real[name] as (...args: never[]) => number).apply(lower, args);
      return name === 'write' ? -errno : errno;
    };
  }
  const result = merged.commit();
  for (const name of calls) (lower[name] as unknown) = real[name];
  return { result, failed: left < 0 };
}

test('commit: what fails half way can be tried again, and nothing is lost', () => {
  for (let stop = 0; ; stop++) {
    const tree = changedTree();
    const { lower, merged, kit } = tree;
    const before = contents(merged);
    const { rename } = lower;
    lower.rename = (from, old, inode, to, name, target) => {
      // A backend need not check for an existing name: its caller has.
      assert.is(lower.lookup(from, old), inode, `${old} is there, call ${stop}`);
      assert.is(lower.lookup(to, name), target ?? E.ENOENT, `what ${name} is, call ${stop}`);
      return rename.call(lower, from, old, inode, to, name, target);
    };
    const { result, failed } = commitFailing(tree, CHANGES, stop, E.ENOSPC);
    if (!failed) {
      assert.ok(stop > 20, `${stop} calls`);
      assert.equal(result, DONE);
      assert.equal([...contents(lower)].sort(), [...before].sort());
      kit.end();
      break;
    }
    // The cleanup at the end may fail too, which is not reported.
    if (result.errno !== 0) assert.is(result.errno, E.ENOSPC);
    assert.ok(result.errno === 0 || result.path !== '', `call ${stop}`);
    assert.equal([...contents(merged)].sort(), [...before].sort(), `the overlay after call ${stop} failed`);
    const rest = [...contents(lower).values()];
    for (const text of KEPT) assert.ok(rest.includes(`100644 ${text}`), `${text} after call ${stop} failed`);
    assert.equal(merged.commit(), DONE);
    assert.equal([...contents(merged)].sort(), [...before].sort());
    assert.equal([...contents(lower)].sort(), [...before].sort(), `call ${stop}`);
    assert.equal(merged.diff(), []);
    kit.end();
    assert.is(merged.leaked, 0);
  }
});

test('commit: after a failure half way no name stays or reappears wrongly', () => {
  for (const [calls, errno] of [[CHANGES, E.ENOSPC] as const, [['lookup'] as const, E.EMFILE] as const]) {
    for (let stop = 0; ; stop++) {
      const tree = changedTree();
      const { lower, merged, kit } = tree;
      const before = contents(merged);
      const { result, failed } = commitFailing(tree, calls, stop, errno);
      const why = `${calls.length > 1 ? 'change' : 'look'} ${stop}`;
      if (!failed) assert.equal(result, DONE);
      assert.equal([...contents(merged)].sort(), [...before].sort(), why);
      for (const path of [...before.keys()]
        .filter((name) => name !== '.')
        .sort()
        .reverse()) {
        assert.is(kit.stat(path).kind === S_IFDIR ? kit.rmdir(path) : kit.unlink(path), 'ok', `${why}, ${path}`);
        before.delete(path);
        assert.equal([...contents(merged).keys()].sort(), [...before.keys()].sort(), `${why}, without ${path}`);
      }
      assert.equal(merged.commit(), DONE);
      assert.equal([...contents(lower).keys()], ['.'], why);
      kit.end();
      assert.is(merged.leaked, 0);
      if (!failed) break;
    }
  }
});

test('commit: no space for a file is found out before anything is changed', () => {
  const lower = ram({ capacity: 1 << 20 });
  fill(lower, (kit) => {
    kit.mkdir('b');
    kit.put('b/keep', 'precious');
    kit.put('hog', 'x'.repeat(600_000));
  });
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  kit.rename('b', 'd');
  kit.mkdir('b');
  kit.put('b/big', 'y'.repeat(600_000));
  assert.equal(outcome(merged.commit()), [E.ENOSPC, '']);
  assert.equal([...contents(lower).keys()].sort(), ['.', 'b', 'b/keep', 'hog']);
  // Removed files use space until the commit is done.
  kit.unlink('hog');
  kit.put('b/big', 'y'.repeat(300_000));
  kit.server.sync();
  assert.equal(merged.commit(), DONE);
  assert.equal([...contents(lower).keys()].sort(), ['.', 'b', 'b/big', 'd', 'd/keep']);
  assert.equal(merged.diff(), []);
  kit.end();
  assert.is(merged.leaked, 0);
});

test('commit: a file keeps its content until what takes its place is complete', () => {
  const lower = ram({ capacity: 1 << 20 });
  fill(lower, (kit) => {
    kit.put('f', 'old');
    kit.put('link', 'x');
  });
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  // As editors save.
  kit.put('.f.swp', 'y'.repeat(2_000_000));
  kit.rename('.f.swp', 'f');
  kit.unlink('link');
  kit.symlink('f', 'link');
  assert.equal(outcome(merged.commit()), [E.ENOSPC, '']);
  assert.equal([contents(lower).size, contents(lower).get('f')], [3, '100644 old']);
  const fid = kit.open('f', O_RDWR);
  kit.setSize(fid, 3);
  kit.clunk(fid);
  assert.equal(merged.commit(), DONE);
  assert.equal([contents(lower).get('f'), contents(lower).get('link')], ['100644 yyy', 'symlink f']);
  kit.end();
});

test('commit: a file that grows beyond the space there is keeps what it was', () => {
  const lower = ram({ capacity: 1 << 20 });
  fill(lower, (kit) => kit.put('f', 'old'));
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  kit.put('f', 'y'.repeat(2_000_000));
  assert.equal(outcome(merged.commit()), [E.ENOSPC, '']);
  assert.is(contents(lower).get('f'), '100644 old');
  for (const text of ['new and longer', 'short', 'shor7']) {
    kit.put('f', text);
    assert.equal(merged.commit(), DONE);
    assert.equal([contents(lower).get('f'), merged.diff()], [`100644 ${text}`, []]);
  }
  kit.end();
});

test.run();
