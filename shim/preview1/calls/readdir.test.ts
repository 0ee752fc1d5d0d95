// Tests fd_readdir: cookies, cut entries, and directories that change during a listing.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FILETYPE, STRUCTS } from '../abi/structs.ts';
import { DATA, OUT, ROOT, type GuestEntry, type TestGuest } from '../../../testing/test-guest.ts';
import { withGuest } from '../../../testing/uvu.ts';

const HEADER = STRUCTS.dirent.size;
const TREE = { files: { '/a': '1', '/bb': '22', '/dir/x': '', '/naïve-name': '' } };
const NAMES = ['.', '..', 'a', 'bb', 'dir', 'naïve-name'];

function names(entries: readonly GuestEntry[]): string[] {
  return entries.map(({ name }) => name);
}

/** Lists a directory as wasi-libc does: calls again as long as the buffer is filled. */
function list(g: TestGuest, fd: number, size: number): GuestEntry[] {
  const found: GuestEntry[] = [];
  for (let cookie = 0n; ; cookie = found.at(-1)!.next) {
    const { entries, used } = g.readdir(fd, size, cookie);
    found.push(...entries);
    if (used < size) return found;
    assert.ok(entries.length > 0, 'one entry fits');
  }
}

withGuest('entries, types and inode numbers', TREE, (g) => {
  const dir = g.open('.');
  g.ok('path_symlink', 'a', ROOT, 'link');
  const { entries } = g.readdir(dir);
  assert.equal(names(entries), [...NAMES, 'link']);
  for (const { name, ino, type } of entries) {
    const stat = g.stat(name === '..' ? '.' : name, false);
    assert.is(ino, stat.ino, `d_ino of ${name}`);
    assert.is(BigInt(type), stat.filetype, `d_type of ${name}`);
  }
  assert.is(entries.at(-1)!.type, FILETYPE.SYMBOLIC_LINK);
});

withGuest('`..` of a directory below is its parent', TREE, (g) => {
  const { entries } = g.readdir(g.open('dir'));
  assert.equal(names(entries), ['.', '..', 'x']);
  assert.is(entries[0]!.ino, g.stat('dir').ino);
  assert.is(entries[1]!.ino, g.stat('.').ino);
});

withGuest('buffers of every size give the same entries', TREE, (g) => {
  const dir = g.open('.');
  const all = g.readdir(dir).entries;
  for (let size = HEADER + 'naïve-name'.length + 1; size < 300; size++)
    assert.equal(list(g, dir, size), all, `${size}`);
});

withGuest('the last entry is cut to fill the buffer, and nothing is written behind it', TREE, (g) => {
  const dir = g.open('.');
  const whole = g.readdir(dir);
  const bytes = g.u8.slice(DATA, DATA + whole.used);
  for (let size = 0; size <= whole.used; size++) {
    g.u8.fill(0xee, DATA, DATA + whole.used + 8);
    assert.is(g.readdir(dir, size).used, size);
    assert.equal(g.u8.slice(DATA, DATA + size), bytes.slice(0, size));
    assert.equal(g.u8.slice(DATA + size, DATA + size + 8), new Uint8Array(8).fill(0xee));
  }
  assert.is(g.readdir(dir, whole.used + 1).used, whole.used);
});

const RAW = ['\udce9', 'b\udcff', 'caf\udcc3'];
const MIXED = { files: { '/\udce9': '', '/a': '1', '/b\udcff': '', '/caf\udcc3': '', '/é': '', '/z': '' } };

withGuest('names that are not UTF-8 are left out, in buffers of every size', MIXED, (g) => {
  assert.equal([...g.volume.readdirSync('/')].sort(), [...RAW, 'a', 'é', 'z'].sort());
  const dir = g.open('.');
  const all = g.readdir(dir).entries;
  assert.equal(names(all), ['.', '..', 'a', 'é', 'z']);
  for (let size = HEADER + 3; size < 250; size++) assert.equal(list(g, dir, size), all, `${size}`);
  for (const { next, name } of all) {
    const at = all.findIndex((entry) => entry.name === name);
    assert.equal(g.readdir(dir, 4096, next).entries, all.slice(at + 1));
  }
});

withGuest('a directory of names that are not UTF-8 is listed as empty, and is not', { files: {} }, (g) => {
  g.volume.mkdirSync('/d');
  for (let i = 0; i < 3000; i++) g.volume.writeFileSync(`/d/\udcff${i}`, '');
  assert.equal(names(g.readdir(g.open('d'), 100).entries), ['.', '..']);
  assert.is(g.call('path_remove_directory', ROOT, 'd'), 'ENOTEMPTY');
  g.volume.writeFileSync('/d/last', '');
  assert.equal(names(list(g, g.open('d'), 100)), ['.', '..', 'last']);
});

withGuest('a listing goes on at any cookie, also backwards', TREE, (g) => {
  const dir = g.open('.');
  const all = g.readdir(dir).entries;
  for (const [i, { next }] of [...all.entries()].reverse()) {
    assert.equal(g.readdir(dir, 4096, next).entries, all.slice(i + 1));
  }
  const other = g.open('.');
  assert.equal(g.readdir(other, 4096, all[2]!.next).entries, all.slice(3), 'a descriptor that has listed nothing yet');
});

withGuest('cookies that were never given are the end', TREE, (g) => {
  const dir = g.open('.');
  for (const cookie of [100n, 2n ** 32n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
    assert.is(g.readdir(dir, 4096, cookie).used, 0, String(cookie));
  }
  assert.equal(names(g.readdir(dir).entries), NAMES);
});

withGuest('survivors are seen once, whatever is removed and made meanwhile', TREE, (g) => {
  for (let i = 0; i < 50; i++) g.volume.writeFileSync(`/file${i}`, '');
  const dir = g.open('.');
  const seen: string[] = [];
  let cookie = 0n;
  for (let step = 0; ; step++) {
    const { entries } = g.readdir(dir, 60, cookie);
    if (entries.length === 0) break;
    seen.push(...names(entries));
    cookie = entries.at(-1)!.next;
    for (const name of [`file${step * 2}`, seen.at(-1)!]) {
      if (name.startsWith('file') && step < 25) g.call('path_unlink_file', ROOT, name);
    }
    if (step < 5) g.volume.writeFileSync(`/new${step}`, '');
  }
  assert.is(new Set(seen).size, seen.length, 'none twice');
  for (const { name } of g.readdir(dir).entries) {
    if (!name.startsWith('new')) assert.ok(seen.includes(name), `${name} was seen`);
  }
});

withGuest('a directory of 3,000 files, through a small msize', { msize: 512 }, (g) => {
  for (let i = 0; i < 3000; i++) g.volume.writeFileSync(`/${'n'.repeat(i % 200)}${i}`, '');
  const dir = g.open('.');
  const found = names(list(g, dir, 5000));
  assert.is(found.length, 3002);
  assert.is(new Set(found).size, 3002);
});

withGuest('names of 255 bytes', { msize: 512 }, (g) => {
  const long = ['x'.repeat(255), 'ü'.repeat(127), '日'.repeat(85)];
  for (const name of long) g.volume.writeFileSync(`/${name}`, '');
  assert.equal(names(list(g, g.open('.'), HEADER + 256)), ['.', '..', ...long]);
});

withGuest('a removed directory is empty', TREE, (g) => {
  const dir = g.open('dir');
  g.readdir(dir);
  g.ok('path_unlink_file', dir, 'x');
  g.ok('path_remove_directory', ROOT, 'dir');
  assert.is(g.readdir(dir).used, 0);
  assert.is(g.readdir(dir, 4096, 2).used, 0);
});

withGuest('a file or a closed descriptor cannot be listed', TREE, (g) => {
  assert.is(g.call('fd_readdir', g.open('a'), DATA, 100, 0, OUT), 'ENOTDIR');
  assert.is(g.call('fd_readdir', 0, DATA, 100, 0, OUT), 'ENOTDIR');
  assert.is(g.call('fd_readdir', 99, DATA, 100, 0, OUT), 'EBADF');
  assert.is(g.readdir(g.open('.'), 0).used, 0);
});

test.run();
