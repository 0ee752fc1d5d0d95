// Tries that the checked backend reports each broken rule, and lets the chosen call fail.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { conformance } from './conformance/index.ts';
import { E } from '../vfs/linux/errno.ts';
import { RECLAIMED, type Inode } from '../vfs/backend/inode.ts';
import { ref } from '../vfs/backend/inode-refs.ts';
import { ram } from '../vfs/backends/ram/index.ts';
import { CheckedBackend } from './checked-backend.ts';
import { Kit } from './kit.ts';
import { byUvu } from './uvu.ts';

/** The violations after some calls on a checked ram store. */
function violationsOf(act: (checked: CheckedBackend, file: Inode) => void): string[] {
  const checked = new CheckedBackend(ram());
  const file = checked.backend.create(checked.backend.root(), 'f', 0o100644, 0, 0, 0) as Inode;
  act(checked, file);
  return checked.violations;
}

conformance(
  'a checked ram',
  () => {
    const checked = new CheckedBackend(ram());
    return {
      backend: checked.backend,
      leaks: () => {
        checked.rest();
        return '';
      },
    };
  },
  byUvu(),
);

test('a reclaimed inode is not used again', () => {
  const broken = violationsOf(({ backend }, file) => {
    Object.assign(file, { state: RECLAIMED });
    backend.size(file);
  });
  assert.equal(broken, ['size of a reclaimed inode']);
});

test('release and reclaim wait for the last reference and the last name', () => {
  const early = violationsOf(({ backend }, file) => {
    backend.reclaim(file);
    ref(file);
    backend.release(file);
  });
  assert.equal(early, ['reclaim with 0 references, state 0, 1 names', 'release with 1 references, state 0, 1 names']);
});

test('rest() counts handles, listings, references, and inodes that are not released', () => {
  const left = (act: (checked: CheckedBackend, file: Inode) => void): string => {
    const checked = new CheckedBackend(ram());
    act(checked, checked.backend.root());
    try {
      checked.rest();
    } catch (error) {
      return (error as Error).message.split(':')[0]!;
    }
    return '';
  };
  assert.is(
    left(() => {}),
    '',
  );
  assert.is(
    left(({ backend }, root) => backend.open(root, 0)),
    'open handles',
  );
  assert.is(
    left(({ backend }, root) => backend.list(root)),
    'listings in progress',
  );
  assert.is(
    left(({ backend }, root) => {
      ref(root);
      backend.size(root);
    }),
    'an inode is held',
  );
  const make = ({ backend }: CheckedBackend, root: Inode) => backend.create(root, 'f', 0o100644, 0, 0, 0) as Inode;
  assert.is(left(make), 'inodes that were not released');
  assert.is(
    left((checked, root) => {
      checked.backend.release(make(checked, root));
      checked.backend.parent(root);
    }),
    '',
    'the root is kept',
  );
  assert.is(
    left((checked, root) => {
      checked.backend.release(make(checked, root));
      checked.backend.lookup(root, 'f');
    }),
    'inodes that were not released',
  );
});

test('each call of an operation can fail, and nothing is left of it', () => {
  const failures: string[] = [];
  for (let count = 0; ; count++) {
    const checked = new CheckedBackend(ram());
    const kit = new Kit({ backend: checked.backend });
    checked.failAfter(count, 'ENOSPC');
    const results = [kit.mkdir('d'), kit.openError('d'), kit.rename('d', 'e'), kit.rmdir('e')];
    const { hasFailed } = checked;
    if (hasFailed) failures.push(checked.calls[count]!);
    // A failed reclaim is retried.
    kit.server.sync();
    kit.end();
    checked.rest();
    if (!hasFailed) {
      assert.equal(results, ['ok', 'ok', 'ok', 'ok']);
      break;
    }
    assert.ok(results.includes('ENOSPC'), `${checked.calls[count]}: ${results}`);
  }
  assert.ok(failures.length > 5 && failures.includes('rename') && failures.includes('unlink'), failures.join());
});

test('a fault answers in place of a method, or lets the call through', () => {
  const checked = new CheckedBackend(ram());
  const kit = new Kit({ backend: checked.backend });
  kit.put('f', '');
  const fid = kit.open('f', 2);
  checked.faults.write = (_inode, _handle, offset) => (offset === 0 ? -E.ENOSPC : undefined);
  assert.equal([kit.write(fid, 0, 'x'), kit.write(fid, 1, 'x')], ['ENOSPC', 1]);
  kit.clunk(fid);
  kit.end();
  checked.rest();
});

test.run();
