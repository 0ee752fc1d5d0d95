// Trees deeper than the call stack.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { S_IFDIR, S_IFREG } from '../../linux/constants.ts';
import type { Backend } from '../../backend/backend.ts';
import type { Inode } from '../../backend/inode.ts';
import { ref } from '../../backend/inode-refs.ts';
import { ram } from '../ram/index.ts';
import { overlay } from './index.ts';

const LEVELS = 2500;

function made(found: Inode | number): Inode {
  return typeof found === 'number' ? assert.unreachable(`errno ${found}`)! : found;
}

/** Creates nested directories, and a file in the last. */
function dig(backend: Backend, name: string): void {
  let at = backend.root();
  ref(at);
  for (let i = 0; i < LEVELS; i++) {
    at = made(backend.create(at, name, S_IFDIR | 0o755, 0, 0, 0));
    ref(at);
  }
  made(backend.create(at, 'f', S_IFREG | 0o644, 0, 0, 0));
}

test('diff and commit of a created tree, and of a removed one', () => {
  const lower = ram();
  dig(lower, 'old');
  const merged = overlay({ lower });
  dig(merged, 'new');
  assert.is(merged.diff().length, LEVELS + 1);
  assert.equal(merged.commit(), { errno: 0, path: '', unsettled: '' });
  assert.equal([merged.diff(), lower.entries(lower.root())], [[], 2]);
  // From below, as rm -r does.
  const chain: [Inode, string][] = [];
  for (let at: Inode = merged.root(); ;) {
    const found = merged.lookup(at as never, 'old');
    if (typeof found === 'number') {
      merged.unlink(at as never, 'f', made(merged.lookup(at as never, 'f')) as never);
      break;
    }
    chain.push([at, 'old']);
    ref(found);
    at = found;
  }
  for (const [dir, name] of chain.reverse()) {
    assert.is(merged.unlink(dir as never, name, made(merged.lookup(dir as never, name)) as never), 0);
  }
  assert.is(merged.diff().length, LEVELS + 1);
  assert.equal(merged.commit(), { errno: 0, path: '', unsettled: '' });
  assert.equal([merged.diff(), lower.entries(lower.root())], [[], 1]);
});

test.run();
