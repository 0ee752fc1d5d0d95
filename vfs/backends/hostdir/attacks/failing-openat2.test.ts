// An openat2 that fails half of the time, as of a kernel or a filter that refuses it now and then, while directories on
// the way are swapped for symlinks before any call of libc: no answer is of a file outside.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../../../build/test/skip.ts';
import { Kit } from '../../../../testing/kit.ts';
import { GETATTR_ALL } from '../../../9p/constants.ts';
import { rename } from '../../../client/rare-messages.ts';
import { FileStatus } from '../../../client/attributes.ts';
import { O_CREAT, O_RDONLY, O_RDWR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import { libc, type Libc } from '../libc/libc.ts';
import { inMemory, reasonAgainst, scratch, throughLibc } from '../testing.ts';

const linux = unless(NOT_LINUX || reasonAgainst('openat2'));
const TRIES = Number(process.env['WASI9P_TRIES'] ?? 4000);
const FAULTS = [E.EAGAIN, E.ENOSYS, E.EPERM];
const INSIDE = 'inside';
const SECRET = 'the secret of the host';

/** Numbers from 0 to 1, the same in each run (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A libc of which openat2 fails with a chance of `fails`; `before` runs before each of its calls. */
function failing(fails: number, random: () => number, before: () => void): { libc: Libc; failed: () => number } {
  const own = libc() as Libc;
  let fault = 0;
  let failed = 0;
  const calls = Object.fromEntries(
    Object.entries(own).map(([name, call]) => [
      name,
      (...args: never[]) => {
        if (name === 'address') return (call as (...all: never[]) => number)(...args);
        if (name === 'errno') return fault || own.errno();
        fault = 0;
        before();
        if (name === 'openat2' && random() < fails) {
          failed++;
          fault = FAULTS[Math.floor(random() * FAULTS.length)]!;
          return -1;
        }
        return (call as (...all: never[]) => number)(...args);
      },
    ]),
  );
  return { libc: calls as unknown as Libc, failed: () => failed };
}

/** Makes `a/b/c/file` inside, and the same beside it outside. */
function fill(root: string, outside: string): void {
  for (const [top, text] of [
    [root, INSIDE],
    [outside, SECRET],
  ] as const) {
    fs.mkdirSync(`${top}/a/b/c`, { recursive: true });
    fs.writeFileSync(`${top}/a/b/c/file`, text);
  }
}

/**
 * Moves `a/b/c/file` to `moved` by its fid, after its directories have lost their descriptors: they are reopened by a
 * path of three names. Returns 0 or an errno.
 */
function moveByFid(kit: Kit, trim: () => void): number {
  const fid = kit.client.walk(kit.root, ['a', 'b', 'c', 'file'], 0, 4);
  if (fid < 0) return -fid;
  trim();
  const errno = rename(kit.client, fid, kit.root, 'moved');
  kit.clunk(fid);
  return errno;
}

const PATHS = ['a/b/c/file', 'a/b/c/../c/file', 'a/b/../b/c/file', './a/b/c/file'];

linux('without an attacker each path is found, whatever openat2 answers', () => {
  const { root, outside, remove } = scratch(inMemory);
  fill(root, outside);
  const random = numbers(1);
  const shim = failing(0.5, random, () => {});
  const backend = throughLibc(shim.libc, 'openat2', root);
  const kit = new Kit({ backend, dispose: () => {} });
  for (let i = 0; i < TRIES / 4; i++) {
    const path = PATHS[i % PATHS.length]!;
    assert.is(kit.get(path), INSIDE, path);
    assert.is(kit.stat(path).size, INSIDE.length, path);
    if (i % 10 !== 0) continue;
    assert.is(
      moveByFid(kit, () => backend.trim()),
      0,
    );
    assert.is(kit.rename('moved', 'a/b/c/file'), 'ok');
  }
  assert.ok(shim.failed() > 0, 'openat2 did not fail');
  kit.end();
  backend.close();
  remove();
});

linux('with one, no answer is of a file outside, and no descriptor is left', () => {
  const { root, outside, remove } = scratch(inMemory);
  fill(root, outside);
  const secretIno = fs.statSync(`${outside}/a/b/c/file`).ino;
  const random = numbers(2);
  const places = ['a', 'a/b', 'a/b/c'];
  let aside: string | null = null;
  const restore = (): void => {
    if (aside === null) return;
    fs.unlinkSync(`${root}/${aside}`);
    fs.renameSync(`${root}/aside`, `${root}/${aside}`);
    aside = null;
  };
  // One place at a time leads outside.
  const swap = (): void => {
    if (random() > 0.2) return;
    if (aside !== null) return restore();
    aside = places[Math.floor(random() * places.length)]!;
    fs.renameSync(`${root}/${aside}`, `${root}/aside`);
    fs.symlinkSync(`${outside}/${aside}`, `${root}/${aside}`);
  };
  const before = fs.readdirSync('/proc/self/fd').length;
  const shim = failing(0.5, random, swap);
  const backend = throughLibc(shim.libc, 'openat2', root);
  const kit = new Kit({ backend, dispose: () => {} });
  const status = new FileStatus();
  let found = 0;
  let moved = 0;
  for (let i = 0; i < TRIES; i++) {
    const path = PATHS[Math.floor(random() * PATHS.length)]!;
    if (kit.mount.at.statat(kit.root, path, true, GETATTR_ALL, status) === 0) {
      assert.is.not(status.attributes.qid_path_lo + status.attributes.qid_path_hi * 2 ** 32, secretIno);
      assert.is(status.attributes.size, INSIDE.length);
      found++;
    }
    const fid = kit.openFid(path, i % 3 === 0 ? O_RDWR | O_CREAT : O_RDONLY);
    if (fid > 0) {
      assert.is.not(kit.read(fid), SECRET);
      kit.clunk(fid);
    }
    if (i % 10 !== 0 || moveByFid(kit, () => backend.trim()) !== 0) continue;
    moved++;
    restore();
    assert.is(fs.readFileSync(`${root}/moved`, 'utf8'), INSIDE);
    fs.renameSync(`${root}/moved`, `${root}/a/b/c/file`);
  }
  assert.ok(found > 0 && moved > 0, `${found} found, ${moved} moved`);
  assert.ok(shim.failed() > 0, 'openat2 did not fail');
  kit.end();
  backend.close();
  restore();
  assert.is(fs.readdirSync('/proc/self/fd').length, before);
  assert.is(fs.readFileSync(`${outside}/a/b/c/file`, 'utf8'), SECRET);
  remove();
});

test.run();
