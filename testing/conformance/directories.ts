// Conformance of directories and their listings: cookies, rooms, entries that come and go.
import * as assert from '../assert.ts';
import { DT_DIR, DT_LNK, DT_REG, S_IFDIR } from '../../vfs/linux/constants.ts';
import { errnoName } from '../../vfs/linux/errno.ts';
import { Iov } from '../../vfs/lib/iov.ts';
import type { Entry, Kit, Part } from '../kit.ts';

/** Returns an opened fid on a directory. */
function openDir(kit: Kit, path: string): number {
  const fid = path === '' ? kit.clone(kit.root) : kit.walk(path);
  assert.is(kit.lopen(fid), 'ok');
  return fid;
}

function namesOf(entries: Entry[]): string[] {
  return entries.map((entry) => entry.name);
}

/** Room for about four entries of names this long. */
const FOUR = 4 * (24 + 4) + 4;

/** Directories and their listings. */
export function directories({ test }: Part): void {
  test('a new directory is empty', (kit) => {
    assert.is(kit.mkdir('d'), 'ok');
    const stat = kit.stat('d');
    assert.is(stat.kind, S_IFDIR);
    assert.is(stat.perm & 0o700, 0o700);
    const fid = openDir(kit, 'd');
    assert.equal(namesOf(kit.listFid(fid)), ['.', '..']);
    kit.clunk(fid);
    assert.is(kit.mkdir('d/e'), 'ok');
    assert.is(kit.mkdir('none/e'), 'ENOENT');
    kit.put('f', '');
    assert.is(kit.mkdir('f/e'), 'ENOTDIR');
    assert.is(kit.walkError('f/e'), 'ENOENT');
    assert.is(kit.rmdir('d'), 'ENOTEMPTY');
  });

  test('entries tell the inode and the kind', (kit) => {
    kit.mkdir('d');
    kit.put('d/file', '');
    kit.mkdir('d/dir');
    kit.symlink('file', 'd/link');
    const fid = openDir(kit, 'd');
    const entries = new Map(kit.listFid(fid).map((entry) => [entry.name, entry]));
    kit.clunk(fid);
    assert.is(entries.size, 5);
    for (const [name, path, type] of [
      ['.', 'd', DT_DIR],
      ['file', 'd/file', DT_REG],
      ['dir', 'd/dir', DT_DIR],
      ['link', 'd/link', DT_LNK],
    ] as const) {
      assert.is(entries.get(name)!.ino, kit.stat(path).ino, name);
      assert.is(entries.get(name)!.type, type, name);
    }
    assert.is(entries.get('..')!.ino, kit.fstat(kit.root).ino);
  });

  test('each entry once, in messages of any size, and again from any cookie', (kit) => {
    for (let i = 0; i < 100; i++) kit.put(`n${String(i).padStart(3, '0')}`, '');
    const fid = openDir(kit, '');
    const all = kit.listFid(fid);
    assert.is(new Set(namesOf(all)).size, 102);
    assert.is(all.length, 102);
    for (const room of [60, FOUR, 1000]) assert.equal(kit.listFid(fid, 0, room), all);
    for (const at of [0, 1, 2, 50, 101]) {
      assert.equal(kit.listFid(fid, all[at]!.cookie), all.slice(at + 1));
    }
    // Room for `..` only is too little for the next entry.
    const small = new Uint8Array(26);
    const iov = new Iov();
    iov.single(small, 0, small.length);
    assert.is(errnoName(-kit.client.readdir(fid, all[5]!.cookie, 0, iov)), 'EINVAL');
    kit.clunk(fid);
  });

  test('survivors come once while others are removed, made and renamed', (kit) => {
    for (let i = 0; i < 60; i++) kit.put(`n${String(i).padStart(3, '0')}`, '');
    const fid = openDir(kit, '');
    const seen: string[] = [];
    let removed = 0;
    for (let cookie = 0, i = 0; ; i++) {
      const some = kit.readdir(fid, cookie, FOUR);
      if (some.length === 0) break;
      seen.push(...namesOf(some));
      cookie = some.at(-1)!.cookie;
      kit.put(`new${i}`, '');
      // Entries to come and entries already seen.
      const victim = `n${String((i * 7) % 60).padStart(3, '0')}`;
      if (kit.unlink(victim) === 'ok') removed++;
    }
    kit.clunk(fid);
    assert.ok(removed > 5);
    assert.is(new Set(seen).size, seen.length, 'none twice');
    for (const name of kit.list('')) if (!name.startsWith('new')) assert.ok(seen.includes(name), name);
  });

  test('entries removed meanwhile do not come, and a cookie outlives its entry', (kit) => {
    for (let i = 0; i < 20; i++) kit.put(`n${i}`, '');
    const fid = openDir(kit, '');
    const first = kit.readdir(fid, 0, FOUR);
    const later = kit.list('').filter((name) => !namesOf(first).includes(name));
    const victims = later.slice(0, 5);
    for (const name of [...victims, ...namesOf(first).slice(2)]) assert.is(kit.unlink(name), 'ok');
    const rest = namesOf(kit.listFid(fid, first.at(-1)!.cookie));
    assert.equal(rest.slice().sort(), later.slice(5).sort());
    kit.clunk(fid);
  });

  test('two fids list on their own', (kit) => {
    for (let i = 0; i < 12; i++) kit.put(`n${i}`, '');
    const a = openDir(kit, '');
    const b = openDir(kit, '');
    const some = kit.readdir(a, 0, FOUR);
    const all = kit.listFid(b);
    assert.equal(namesOf([...some, ...kit.listFid(a, some.at(-1)!.cookie)]).sort(), namesOf(all).sort());
    kit.clunk(a, b);
  });

  test('listing a file, or a directory that is not opened', (kit) => {
    kit.put('f', '');
    const iov = new Iov();
    iov.single(new Uint8Array(512), 0, 512);
    const file = kit.open('f');
    const walked = kit.clone(kit.root);
    assert.is(errnoName(-kit.client.readdir(file, 0, 0, iov)), 'ENOTDIR');
    assert.is(errnoName(-kit.client.readdir(walked, 0, 0, iov)), 'EBADF');
    kit.clunk(file, walked);
  });

  test('a directory of 2,000 entries', (kit) => {
    kit.mkdir('d');
    for (let i = 0; i < 2000; i++) assert.is(errnoName(kit.client.mkdir(kit.root, `d${i}`, 0o700)), 'ok');
    assert.is(kit.list('').length, 2001);
    for (let i = 0; i < 2000; i++) assert.is(kit.rmdir(`d${i}`), 'ok');
    assert.equal(kit.list(''), ['d']);
  });

  test('a tree 100 deep, walked up and down', (kit) => {
    const names = Array.from({ length: 100 }, (_, i) => `d${i}`);
    for (let i = 1; i <= 100; i++) assert.is(kit.mkdir(names.slice(0, i).join('/')), 'ok');
    const deep = names.join('/');
    kit.put(`${deep}/f`, 'deep');
    assert.is(kit.get(`${deep}/f`), 'deep');
    assert.is(kit.get(`${deep}/${'../'.repeat(100)}${deep}/f`), 'deep');
    assert.is(kit.rename('d0', 'e0'), 'ok');
    assert.is(kit.get(`e0/${names.slice(1).join('/')}/f`), 'deep');
  });
}
