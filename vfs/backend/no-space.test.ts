// Full stores in memory: ENOSPC, and the space that comes back.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_CREAT, O_RDWR, O_WRONLY } from '../linux/constants.ts';
import { statfs, xattrcreate } from '../client/rare-messages.ts';
import { errnoName } from '../linux/errno.ts';
import { Iov } from '../lib/iov.ts';
import type { Backend } from './backend.ts';
import { Kit } from '../../testing/kit.ts';
import { memfs } from '../backends/memfs/index.ts';
import { overlay } from '../backends/overlay/index.ts';
import { ram } from '../backends/ram/index.ts';

const MIB = 2 ** 20;

const STORES: Record<string, () => Backend> = {
  ram: () => ram({ capacity: MIB }),
  memfs: () => memfs(new Volume(), { capacity: MIB }),
  overlay: () => overlay({ lower: ram(), upper: ram({ capacity: MIB }) }),
};

/** Sets an attribute: `ok` or the error. */
function setXattr(kit: Kit, path: string, name: string, size: number): string {
  const fid = kit.walk(path);
  const errno = xattrcreate(kit.client, fid, name, size, 0);
  assert.is(errno, 0);
  const iov = new Iov();
  iov.single(new Uint8Array(size), 0, size);
  if (size > 0) assert.is(kit.client.write(fid, 0, iov), size);
  return errnoName(kit.client.clunk(fid));
}

const long = (i: number): string => String(i).padStart(255, 'n');

/** The resources that a guest can make grow: each function adds one, or returns the errno's name. */
const GROWTH: Record<string, (kit: Kit, i: number) => string> = {
  'empty files': (kit, i) => {
    const fid = kit.openFid(`f${i}`, O_CREAT | O_WRONLY);
    if (fid > 0) kit.clunk(fid);
    return fid > 0 ? 'ok' : errnoName(-fid);
  },
  'empty directories': (kit, i) => kit.mkdir(`d${i}`),
  'long names of one file': (kit, i) => {
    if (i === 0) kit.put('f', '');
    return kit.link('f', long(i));
  },
  'targets of symlinks': (kit, i) => kit.symlink(`${i}/`.padEnd(4094, 't'), `l${i}`),
  'names of attributes': (kit, i) => {
    // One file has 64 KiB of them.
    if (i === 0) for (let file = 0; file < 10; file++) kit.put(`f${file}`, '');
    return setXattr(kit, `f${i % 10}`, `user.${i}`.padEnd(255, 'n'), 0);
  },
  'values of attributes': (kit, i) => {
    if (i === 0) kit.put('f', '');
    return setXattr(kit, 'f', `user.${i}`, 60_000);
  },
  'bytes behind each other': (kit, i) => {
    const fid = kit.open('f', O_CREAT | O_RDWR);
    const count = kit.write(fid, i * 1000, 'x'.repeat(1000));
    kit.clunk(fid);
    return typeof count === 'number' ? 'ok' : count;
  },
  'bytes in a hole that was there': (kit, i) => {
    const fid = kit.open('f', O_CREAT | O_RDWR);
    if (i === 0) kit.setSize(fid, 64 * MIB);
    const count = kit.write(fid, i * 10_000, 'x'.repeat(10_000));
    kit.clunk(fid);
    return typeof count === 'number' ? 'ok' : count;
  },
  'small files': (kit, i) => {
    const fid = kit.openFid(`f${i}`, O_CREAT | O_WRONLY);
    if (fid < 0) return errnoName(-fid);
    const count = kit.write(fid, 0, 'x');
    kit.clunk(fid);
    return typeof count === 'number' ? 'ok' : count;
  },
};

/** Removes all there is. */
function empty(kit: Kit): void {
  for (const name of kit.list('')) if (kit.unlink(name) !== 'ok') assert.is(kit.rmdir(name), 'ok');
}

/** Bytes and inodes that are left; all that waits is reclaimed. */
function left(kit: Kit): { bytes: number; inodes: number } {
  assert.is(statfs(kit.client, kit.root), 0);
  const { bsize, bavail, ffree } = kit.client.r;
  return { bytes: bsize * bavail, inodes: ffree };
}

for (const [name, make] of Object.entries(STORES)) {
  test(`${name}: the target of a symlink counts with each of its letters`, () => {
    const kit = new Kit({ backend: make(), dispose: () => {} });
    let made = 0;
    while (kit.symlink('t'.repeat(4094), `l${made}`) === 'ok') made++;
    assert.ok(made > 50 && made * 2 * 4094 <= MIB, `${made}`);
    empty(kit);
    kit.end();
  });

  for (const [what, grow] of Object.entries(GROWTH)) {
    test(`${name}: ${what} end at the capacity, and are given back`, () => {
      const kit = new Kit({ backend: make(), dispose: () => {} });
      const before = left(kit);
      assert.ok(before.bytes <= MIB && before.bytes > MIB - 4096 * 2);
      let previous = before;
      for (let round = 0; round < 2; round++) {
        let made = 0;
        for (let end = 'ok'; end === 'ok'; made++) {
          assert.ok(made <= 9000, 'it goes on for ever');
          end = grow(kit, made);
          if (end !== 'ok') assert.is(end, 'ENOSPC');
        }
        assert.ok(made > 1 || (name === 'memfs' && what === 'bytes in a hole that was there'), `${made}`);
        previous = left(kit);
        assert.ok(previous.bytes < 66_000 && previous.inodes < before.inodes / 10, JSON.stringify(previous));
        empty(kit);
        assert.equal(left(kit), before, 'all is given back');
      }
      kit.end();
    });
  }

  test(`${name}: an orphan counts until it is reclaimed, and a full store can be emptied`, () => {
    const kit = new Kit({ backend: make(), dispose: () => {} });
    kit.put('g', '');
    const fid = kit.open('f', O_CREAT | O_RDWR);
    for (let at = 0, count: number | string = 0; typeof count === 'number'; at += 10_000) {
      count = kit.write(fid, at, 'x'.repeat(10_000));
    }
    for (let i = 0; GROWTH['empty files']!(kit, i) === 'ok'; i++);
    const full = left(kit);
    assert.is(kit.unlink('f'), 'ok');
    assert.ok(left(kit).bytes - full.bytes <= 4096);
    kit.clunk(fid);
    assert.ok(left(kit).bytes > 900_000);
    assert.is(kit.rename('g', 'a name that is longer than the old one'), 'ok');
    empty(kit);
    kit.end();
  });
}

test.run();
