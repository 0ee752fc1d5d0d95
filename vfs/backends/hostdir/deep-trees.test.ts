// Deep trees cost no descriptors: thousands of levels with a limit of 256 descriptors. An inode whose descriptor was
// closed is found again or is ESTALE, and never another file.
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_CREAT, O_RDWR } from '../../linux/constants.ts';
import { remove, rename } from '../../client/rare-messages.ts';
import { errnoName } from '../../linux/errno.ts';
import { Kit } from '../../../testing/kit.ts';
import { type HostDirBackend } from './index.ts';
import { everyWay, hostDir, hosted, inMemory, scratch } from './testing.ts';
import { NOT_LINUX } from '../../../build/test/skip.ts';

const linux = everyWay(NOT_LINUX);
/** WASI9P_LEVELS=10000 takes some minutes. */
const LEVELS = Number(process.env['WASI9P_LEVELS'] ?? 3000);

/** Walks one name, and clunks the fid it started from. */
function step(kit: Kit, fid: number, name: string): number {
  const next = kit.client.walk(fid, [name], 0, 1);
  assert.ok(next > 0, `${name}: ${errnoName(-next)}`);
  if (fid !== kit.root) kit.clunk(fid);
  return next;
}

/** Creates nested directories. Returns a fid of the last. */
function makeDeep(kit: Kit, levels: number, from = kit.root): number {
  let fid = from;
  for (let i = 0; i < levels; i++) {
    const errno = kit.client.mkdir(fid, `d${i % 10}`, 0o755);
    assert.is(errnoName(errno), 'ok', `level ${i}`);
    fid = step(kit, fid, `d${i % 10}`);
  }
  return fid;
}

/** Closes every descriptor of inodes without fids, as on EMFILE. */
function giveUp(backend: HostDirBackend): void {
  backend.trim();
}

linux(`${LEVELS} levels down and up with 256 descriptors`, () => {
  const { root, remove: tidy } = scratch(inMemory);
  const child = spawnSync('sh', ['-c', 'ulimit -n 256 && exec "$0" "$1"', process.execPath, process.argv[1]!], {
    env: { ...process.env, WASI9P_DEPTH: root },
    encoding: 'utf8',
  });
  assert.is(child.stderr, '');
  assert.equal(JSON.parse(child.stdout), { up: LEVELS, left: [], most: true });
  tidy();
});

/** The child process of the test before. */
function withFewDescriptors(root: string): void {
  const backend = hostDir(root);
  const kit = new Kit({ backend, dispose: () => {}, leaks: () => (backend.trim(), `${backend.inodes - 1 || ''}`) });
  let fid = makeDeep(kit, LEVELS);
  const file = kit.clone(fid);
  assert.is(errnoName(kit.client.lcreate(file, 'file', O_RDWR | O_CREAT, 0o644)), 'ok');
  assert.is(errnoName(kit.client.link(fid, file, 'other')), 'ok');
  assert.is(errnoName(remove(kit.client, file)), 'ok');
  assert.is(errnoName(kit.client.unlinkat(fid, 'other', 0)), 'ok');
  const most = backend.descriptors < 256;
  let up = 0;
  for (let i = LEVELS - 1; i >= 0; i--) {
    fid = step(kit, fid, '..');
    assert.is(errnoName(kit.client.unlinkat(fid, `d${i % 10}`, 0x200)), 'ok', `level ${i}`);
    up++;
  }
  assert.is(kit.fstat(fid).ino, kit.fstat(kit.root).ino);
  kit.clunk(fid);
  kit.end();
  console.log(JSON.stringify({ up, left: fs.readdirSync(root), most }));
}

linux('the inode of a fid follows renames by the host, with every directory above released', () => {
  hosted(({ kit, backend, root }) => {
    const fid = makeDeep(kit, 20);
    giveUp(backend);
    assert.is(backend.descriptors, 2, 'the root and the last');
    fs.renameSync(`${root}/d0`, `${root}/moved`);
    assert.is(errnoName(kit.client.mkdir(fid, 'made', 0o755)), 'ok');
    let at = kit.clone(fid);
    for (let i = 0; i < 19; i++) at = step(kit, at, '..');
    assert.is(kit.fstat(at).ino, fs.statSync(`${root}/moved`).ino);
    kit.clunk(at, fid);
  });
});

linux('a directory that was given up is found again by its name, and another one is ESTALE', () => {
  hosted(({ kit, backend, root, outside }) => {
    for (const path of ['a', 'a/b']) kit.mkdir(path);
    for (const name of ['one', 'two', 'three', 'four']) kit.put(`a/b/${name}`, name);
    const fids = ['one', 'two', 'three', 'four'].map((name) => kit.walk(`a/b/${name}`));
    const drop = (fid: number): string => (giveUp(backend), errnoName(remove(kit.client, fid)));
    assert.is(drop(fids[0]!), 'ok');
    assert.not(fs.existsSync(`${root}/a/b/one`));

    // The name becomes another directory, then one outside by a symlink, then nothing.
    fs.mkdirSync(`${outside}/b`);
    for (const name of ['two', 'three', 'four']) fs.writeFileSync(`${outside}/b/${name}`, 'outside');
    giveUp(backend);
    fs.renameSync(`${root}/a/b`, `${root}/kept`);
    fs.cpSync(`${outside}/b`, `${root}/a/b`, { recursive: true });
    assert.is(drop(fids[1]!), 'ESTALE');
    fs.rmSync(`${root}/a/b`, { recursive: true });
    fs.symlinkSync('../../outside/b', `${root}/a/b`);
    assert.is(errnoName(rename(kit.client, fids[2]!, kit.root, 'stolen')), 'ESTALE');
    assert.is(drop(fids[2]!), 'ESTALE');
    fs.unlinkSync(`${root}/a/b`);
    assert.is(errnoName(rename(kit.client, fids[3]!, kit.root, 'stolen')), 'ESTALE');
    assert.equal(fs.readdirSync(`${outside}/b`).sort(), ['four', 'three', 'two']);
    assert.equal(fs.readdirSync(`${root}/kept`).sort(), ['four', 'three', 'two']);

    // And back again.
    fs.renameSync(`${root}/kept`, `${root}/a/b`);
    assert.is(errnoName(rename(kit.client, fids[3]!, kit.root, 'mine')), 'ok');
    assert.is(fs.readFileSync(`${root}/mine`, 'utf8'), 'four');
    kit.clunk(fids[3]!);
  });
});

linux('a directory above an open one is found by `..` after the host has moved it, if it is inside', () => {
  hosted(({ kit, backend, root, outside }) => {
    for (const path of ['a', 'a/b', 'a/b/c', 'a/b/d']) kit.mkdir(path);
    const [first, second] = [kit.walk('a/b/c'), kit.walk('a/b/d')];
    giveUp(backend);
    fs.renameSync(`${root}/a/b`, `${root}/b`);
    assert.is(errnoName(rename(kit.client, first, kit.root, 'c')), 'ok');
    assert.ok(fs.existsSync(`${root}/c`));
    giveUp(backend);
    fs.renameSync(`${root}/b`, `${outside}/b`);
    assert.is(errnoName(remove(kit.client, second)), 'ESTALE');
    assert.ok(fs.existsSync(`${outside}/b/d`));
    kit.clunk(first);
  });
});

linux('a bounded number of directories above open ones is held', () => {
  hosted(({ kit, backend }) => {
    const fid = makeDeep(kit, 600);
    assert.ok(backend.descriptors > 200 && backend.descriptors <= 2 + 256 + 256, `${backend.descriptors}`);
    kit.clunk(fid);
  });
});

linux('a directory in use is moved at any depth without a look at those above', () => {
  const { root, remove: tidy } = scratch(inMemory);
  const backend = hostDir(root);
  const kit = new Kit({ backend, dispose: () => {} });
  assert.is(errnoName(kit.client.mkdir(kit.root, 'moved', 0o755)), 'ok');
  const moved = step(kit, kit.root, 'moved');
  const deep = makeDeep(kit, 300);
  const parent = backend.parent.bind(backend);
  let looks = 0;
  backend.parent = (dir) => (looks++, parent(dir));
  const move = (from: number, name: string, to: number, newName: string): string =>
    errnoName(kit.client.renameat(from, name, to, newName));
  assert.is(move(kit.root, 'moved', deep, 'here'), 'ok');
  assert.is(move(deep, 'here', moved, 'inside itself'), 'EINVAL');
  assert.is(move(kit.root, 'd0', deep, 'inside itself'), 'EINVAL');
  assert.is(errnoName(rename(kit.client, moved, kit.root, 'back')), 'ok');
  assert.is(looks, 0);
  // The order of errors for an existing name needs a lookup.
  assert.is(errnoName(rename(kit.client, moved, deep, 'here')), 'ok');
  assert.is(move(deep, 'here', kit.root, 'd0'), 'ENOTEMPTY', 'the target holds it');
  assert.is(errnoName(rename(kit.client, moved, kit.root, 'back')), 'ok');
  assert.equal(fs.readdirSync(root).sort(), ['back', 'd0']);
  kit.clunk(moved);
  kit.clunk(deep);
  kit.end();
  backend.close();
  tidy();
});

linux('the end of a deep tree takes no stack', () => {
  const { root, remove: tidy } = scratch(inMemory);
  const backend = hostDir(root);
  const kit = new Kit({ backend, dispose: () => {} });
  kit.clunk(makeDeep(kit, 6000));
  kit.end();
  backend.trim();
  assert.equal([backend.inodes, backend.descriptors], [1, 1]);
  backend.close();
  execFileSync('rm', ['-r', `${root}/d0`]);
  tidy();
});

if (process.env['WASI9P_DEPTH'] === undefined) test.run();
else withFewDescriptors(process.env['WASI9P_DEPTH']);
