// The *at calls when a message fails: each leaves no fid behind.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } from '../../linux/constants.ts';
import {
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
  closeTrees,
} from '../testing.ts';

test.after.each(closeTrees);

const CREAT = O_WRONLY | O_CREAT;
const EXCL = CREAT | O_EXCL;

/** Calls that send several messages, each to be failed once. */
const MANY: [what: string, call: (world: MemfsTree) => number][] = [
  ['open', open('link/../dir/file', O_RDONLY)],
  ['open O_CREAT', open('dir/new', CREAT)],
  ['open O_CREAT|O_EXCL', open('link/new', EXCL)],
  ['open O_CREAT through symlinks', open('far', CREAT)],
  ['open of a deep path', open(`${'link/../'.repeat(9)}file`, O_RDONLY)],
  ['open of a missing file', open('dir/sub/x', O_RDONLY)],
  ['mkdir', mkdir('link/sub/../new/')],
  ['rmdir', rmdir('dir/../empty')],
  ['unlink', unlink('link/file')],
  ['unlink of file/', unlink('link/file/')],
  ['symlink', symlink('t', 'link/new')],
  ['symlink of new/', symlink('t', 'link/new/')],
  ['link', link('link/file', 'dir/sub/new', true)],
  ['rename', rename('link/sub/', 'dir/../empty/new/')],
  ['rename of file/', rename('link/file/', 'dir/sub/new')],
  ['readlink', readlink('link/dangling')],
  ['stat', stat('dir/sub/../../flink', true)],
  ['utimens', utimens('link/file', true)],
];

for (const [what, call] of MANY) {
  test(`${what}: whichever message fails, no fid is kept`, () => {
    for (let n = 0; ; n++) {
      const world = small();
      world.failAfter(n);
      const sent = world.messages(() => call(world));
      assert.is(world.client.fidsInUse, 1, `message ${n}: ${sent[n]}`);
      if (n >= sent.length) break;
      // A Tclunk that is lost leaves its fid on the server.
      if (sent[n] !== 'Tclunk') world.atRest();
    }
  });

  test(`${what}: EMFILE while the server has no room for the fids it takes`, () => {
    const errno = named(call(small()));
    for (let room = 1; ; room++) {
      const world = small({ maxFids: room });
      const result = named(call(world));
      world.atRest();
      if (result === errno) {
        assert.ok(room > 1, 'it takes a fid besides the root');
        break;
      }
      assert.is(result, 'EMFILE', `with room for ${room}`);
    }
  });
}

test.run();
