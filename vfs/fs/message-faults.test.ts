// Whichever of a call's messages fails: no fid is kept, and the call fails with that, or has done all the same.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { closeTrees, small, type MemfsTree } from '../client/testing.ts';
import type { FsError } from './values/errors.ts';
import { FileSystem } from './file-system.ts';

test.after.each(closeTrees);

const CALLS: [what: string, call: (fs: FileSystem) => unknown][] = [
  ['readFile', (fs) => fs.readFileSync('/dir/file')],
  ['readFile through an absolute symlink', (fs) => fs.readFileSync('/abs')],
  ['writeFile of a new one with a mode', (fs) => fs.writeFileSync('/dir/new', 'x', { mode: 0o600 })],
  ['writeFile with flush', (fs) => fs.writeFileSync('/file', 'x', { flush: true })],
  ['appendFile', (fs) => fs.appendFileSync('/file', 'x')],
  ['truncate', (fs) => fs.truncateSync('/file', 5)],
  ['copyFile', (fs) => fs.copyFileSync('/file', '/dir/copy')],
  ['access', (fs) => fs.accessSync('/file', 6)],
  ['chmod', (fs) => fs.chmodSync('/link', 0o700)],
  ['chown', (fs) => fs.lchownSync('/link', 1, 2)],
  ['statfs', (fs) => fs.statfsSync('/abs')],
  ['realpath', (fs) => fs.realpathSync('/link/../abs')],
  ['mkdir with those above', (fs) => fs.mkdirSync('/a/b/c', { recursive: true, mode: 0o700 })],
  ['mkdtemp', (fs) => fs.mkdtempSync('/dir/')],
  ['readdir', (fs) => fs.readdirSync('/', { recursive: true })],
  ['opendir', (fs) => fs.opendirSync('/dir').closeSync()],
  ['rename from above the root', (fs) => fs.renameSync('/../file', '/dir/moved')],
  ['link through an absolute symlink', (fs) => fs.linkSync('/abs', '/dir/linked')],
  ['rm of a tree', (fs) => fs.rmSync('/dir', { recursive: true })],
  ['cp of a tree', (fs) => fs.cpSync('/dir', '/copy', { recursive: true, preserveTimestamps: true })],
  ['open, and close', (fs) => fs.closeSync(fs.openSync('/dir'))],
];

function tried(world: MemfsTree, call: (fs: FileSystem) => unknown): FsError | null {
  const fs = new FileSystem(world.at, world.root);
  try {
    call(fs);
    return null;
  } catch (error) {
    return error as FsError;
  } finally {
    // An fd stays open if its `close` failed.
    fs.unmount();
  }
}

/** The content of the volume after a call; the random names of mkdtemp are replaced. */
function made(world: MemfsTree): unknown {
  return JSON.stringify(world.volume.toJSON()).replace(/\/dir\/\w{6}"/g, '/dir/temporary"');
}

for (const [what, call] of CALLS) {
  test(`${what}: no message that fails leaves anything open, or the call as if it were done`, () => {
    const faultless = small();
    assert.is(tried(faultless, call), null);
    for (let n = 0; ; n++) {
      const world = small();
      world.failAfter(n);
      let error: FsError | null = null;
      const sent = world.messages(() => (error = tried(world, call)));
      const { code = '', errno = 0 } = (error ?? {}) as Partial<FsError>;
      assert.is(world.client.fidsInUse, 1, `message ${n}: ${sent[n]}`);
      if (sent[n] !== 'Tclunk') {
        if (code === '') assert.equal(made(world), made(faultless), `message ${n}: ${sent[n]}`);
        else assert.equal([code, errno], ['EIO', -5], `message ${n}: ${sent[n]}`);
        world.atRest();
      }
      // A Tclunk that is lost leaves its fid on the server, and its number cannot be reused.
      if (n >= sent.length) break;
    }
  });
}

test.run();
