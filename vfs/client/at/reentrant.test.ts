// The *at calls while other code makes such calls between two of their messages, as a backend may do on a tree of its
// own: each has the results that it has alone.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } from '../../linux/constants.ts';
import {
  closeTrees,
  link,
  mkdir,
  named,
  open,
  readlink,
  rename,
  rmdir,
  small,
  stat,
  symlink,
  unlink,
  utimens,
  type MemfsTree,
} from '../testing.ts';
import { AtCalls } from './at-calls.ts';
import { Found } from './resolve/found.ts';
import { realpathat } from './realpath.ts';

test.after.each(closeTrees);

const CREAT = O_WRONLY | O_CREAT;

const CALLS: [what: string, call: (world: MemfsTree) => number][] = [
  ['open', open('link/../dir/file', O_RDONLY)],
  ['open O_CREAT', open('dir/new', CREAT)],
  ['open O_CREAT in the directory itself', open('new', CREAT)],
  ['open O_CREAT|O_EXCL', open('link/new', CREAT | O_EXCL)],
  ['open O_CREAT|O_NOFOLLOW', open('link/file', CREAT | O_NOFOLLOW)],
  ['open O_CREAT through symlinks', open('far', CREAT)],
  ['mkdir', mkdir('link/sub/../new/')],
  ['rmdir', rmdir('dir/../empty')],
  ['unlink', unlink('link/file')],
  ['unlink of file/', unlink('link/file/')],
  ['symlink', symlink('t', 'link/new')],
  ['link', link('link/file', 'dir/sub/new', true)],
  ['rename', rename('link/sub/', 'dir/../empty/new/')],
  ['rename of file/', rename('link/file/', 'dir/sub/new')],
  ['readlink', readlink('link/dangling')],
  ['stat', stat('dir/sub/../../flink', true)],
  ['utimens', utimens('link/file', true)],
];

/** The files of a world. */
function picture({ volume }: MemfsTree): string[] {
  return (volume.readdirSync('/', { recursive: true }) as string[]).sort();
}

for (const [what, call] of CALLS) {
  test(what, () => {
    const alone = small();
    const errno = named(call(alone));
    // Before each message another call, and with each start another one.
    for (let start = 0; start < CALLS.length; start += 3) {
      const world = small();
      let next = start;
      world.between(() => {
        const inner = small();
        const [, other] = CALLS[next++ % CALLS.length]!;
        other(inner);
        inner.atRest();
      });
      assert.is(named(call(world)), errno);
      world.between(null);
      assert.ok(next > start);
      assert.equal(picture(world), picture(alone));
      world.atRest();
    }
  });
}

test('the record that a lookup fills', () => {
  const world = small();
  const shared = new Found();
  const { at, root } = world;
  world.between(() => {
    const inner = small();
    assert.is(inner.at.openat(inner.root, 'far', CREAT, shared), 0);
    shared.release();
    assert.is(inner.at.lookup(inner.root, 'link/../flink', true, shared), 0);
    shared.release();
    assert.is(realpathat(new AtCalls(inner.client, true), inner.root, 'abs'), '/file');
    inner.atRest();
  });
  for (const path of ['dir/file', 'link/file', 'dir/sub/../file']) {
    assert.is(at.lookup(root, path, true, shared), 0);
    assert.is(shared.tree, at);
    const { fid } = shared;
    world.between(null);
    assert.is(world.inoOf(fid), world.ino('dir/file'), path);
    world.client.clunk(fid);
    assert.is(at.openat(root, 'dir/made', CREAT, shared), 0);
    assert.is(shared.tree, at);
    shared.release();
  }
  world.atRest();
});

test.run();
