// Tests hostile guest paths: the answer of every call, and that nothing outside the preopen changes.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { memfs } from '../../vfs/backends/memfs/index.ts';
import { Server } from '../../vfs/server/server.ts';
import { OFLAGS } from '../preview1/abi/structs.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { OUT, ROOT, TestGuest, WRITE } from '../../testing/test-guest.ts';
import { withGuest } from '../../testing/uvu.ts';

/** The attacks start at a descriptor of /in, which must confine them; /out is outside. */
const FILES = {
  files: { '/in/f': 'inside', '/in/a/c': 'c', '/in/a/b/x': 'x', '/in/a/b/f': '', '/out/secret': 'secret' },
};
const CREATE = { oflags: OFLAGS.CREAT, rights: WRITE };

/** Makes every call that takes a path, and returns the answers. */
function everyCall(g: TestGuest, dir: number, path: string | Uint8Array): Record<string, string> {
  return {
    open: g.tryOpen(path, { dir }),
    create: g.tryOpen(path, { dir, ...CREATE }),
    exclusive: g.tryOpen(path, { dir, rights: WRITE, oflags: OFLAGS.CREAT | OFLAGS.EXCL }),
    mkdir: g.call('path_create_directory', dir, path),
    stat: g.call('path_filestat_get', dir, 1, path, OUT),
    lstat: g.call('path_filestat_get', dir, 0, path, OUT),
    utimes: g.call('path_filestat_set_times', dir, 1, path, 0, 0, 2),
    linkFrom: g.call('path_link', dir, 0, path, dir, 'new'),
    linkTo: g.call('path_link', dir, 0, 'f', dir, path),
    readlink: g.call('path_readlink', dir, path, OUT + 8, 100, OUT),
    rmdir: g.call('path_remove_directory', dir, path),
    renameFrom: g.call('path_rename', dir, path, dir, 'new'),
    renameTo: g.call('path_rename', dir, 'f', dir, path),
    symlink: g.call('path_symlink', 'f', dir, path),
    unlink: g.call('path_unlink_file', dir, path),
  };
}

/** Asserts that every call returns `errno`, and that the volume is unchanged. */
function refused(g: TestGuest, dir: number, path: string | Uint8Array, errno: string): void {
  const before = g.volume.toJSON();
  const alive = g.server.inspect();
  for (const [call, answer] of Object.entries(everyCall(g, dir, path))) assert.is(answer, errno, `${call} ${path}`);
  assert.equal(g.volume.toJSON(), before);
  assert.equal(g.server.inspect(), alive);
}

/** Makes the calls that follow a symlink at the end of their path, and returns the answers. */
function followed(g: TestGuest, dir: number, path: string): string[] {
  return [
    g.tryOpen(path, { dir }),
    g.tryOpen(path, { dir, ...CREATE }),
    g.call('path_filestat_get', dir, 1, path, OUT),
    g.call('path_filestat_set_times', dir, 1, path, 0, 0, 2),
    g.call('path_link', dir, 1, path, dir, 'new'),
  ];
}

function attack(name: string, body: (g: TestGuest, dir: number) => void): void {
  withGuest(name, FILES, (g) => body(g, g.open('in')));
}

attack('1, 2, 3: paths that leave', (g, dir) => {
  for (const path of ['../x', './../out', '/abs', '/', '//f', 'a/../../x', 'a/b/../../../out/secret']) {
    refused(g, dir, path, 'ENOTCAPABLE');
  }
  // As on Linux, calls that create or remove `..` fail by its text, without a lookup.
  const byText = { mkdir: 'EEXIST', linkTo: 'EEXIST', symlink: 'EEXIST', unlink: 'EISDIR', rmdir: 'ENOTEMPTY' };
  const answers = { ...byText, renameFrom: 'EBUSY', renameTo: 'EBUSY' } as Record<string, string>;
  for (const path of ['..', '../', 'a/../..']) {
    for (const [call, errno] of Object.entries(everyCall(g, dir, path))) {
      assert.is(errno, answers[call] ?? 'ENOTCAPABLE', `${call} ${path}`);
    }
  }
});

attack('4: dots that stay inside', (g, dir) => {
  for (const path of ['a/.//b/../c', './/a/./c', 'a/b/../../a/c']) assert.is(g.read(g.open(path, { dir })), 'c');
  assert.is(g.tryOpen('f/../a', { dir }), 'ENOTDIR', 'through the file system, not by text');
  assert.is(g.tryOpen('no/../a', { dir }), 'ENOENT');
});

attack('5: a descriptor of a subdirectory is a bound of its own', (g, dir) => {
  const b = g.open('a/b', { dir });
  refused(g, b, '../c', 'ENOTCAPABLE');
  assert.is(g.tryOpen('../c', { dir: b }), 'ENOTCAPABLE');
  assert.is(g.read(g.open('x', { dir: b })), 'x');
});

attack('6, 10: NUL and invalid UTF-8', (g, dir) => {
  for (const path of ['f\0', '\0', 'f\0/../../out', 'x'.repeat(100) + '\0']) refused(g, dir, path, 'EINVAL');
  for (const bytes of [[0xff], [0x66, 0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc3]]) {
    refused(g, dir, Uint8Array.from(bytes), 'EILSEQ');
  }
  assert.is(g.call('path_symlink', 'a\0b', dir, 'new'), 'EINVAL');
  assert.is(g.call('path_symlink', Uint8Array.of(0xff), dir, 'new'), 'EILSEQ');
});

attack('7: a slash behind a file', (g, dir) => {
  for (const path of ['f/', 'f///', 'f/.', 'f/x']) {
    for (const [call, errno] of Object.entries(everyCall(g, dir, path))) {
      // The parent of `f/` exists, so these calls return the error of the existing entry.
      const other = { create: 'EISDIR', exclusive: 'EISDIR', mkdir: 'EEXIST', linkTo: 'EEXIST', symlink: 'EEXIST' }[
        call
      ];
      if (other !== undefined && path.endsWith('/')) assert.is(errno, other, `${call} ${path}`);
      else assert.is(errno, 'ENOTDIR', `${call} ${path}`);
    }
  }
});

attack('8: an empty path', (g, dir) => refused(g, dir, '', 'ENOENT'));

attack('9: long names and paths', (g, dir) => {
  refused(g, dir, 'x'.repeat(256), 'ENAMETOOLONG');
  refused(g, dir, `${'x'.repeat(256)}/y`, 'ENAMETOOLONG');
  refused(g, dir, './'.repeat(2048), 'ENAMETOOLONG');
  refused(g, dir, 'ü'.repeat(128), 'ENAMETOOLONG');
  assert.is(g.tryOpen(`${'./'.repeat(2047)}f`, { dir }), 'ok', '4,095 bytes');
  g.open('x'.repeat(255), { dir, ...CREATE });
  assert.is(g.call('path_symlink', 'x'.repeat(4096), dir, 'l'), 'ENAMETOOLONG');
  g.ok('path_symlink', 'x'.repeat(4095), dir, 'l');
});

attack('11 to 14: symlinks that leave', (g, dir) => {
  const links = { abs: '/out/secret', up: '../out/secret', dirUp: '../out', chain: 'up', chain2: './a/../chain' };
  for (const [name, target] of Object.entries(links)) g.volume.symlinkSync(target, `/in/${name}`);
  g.volume.symlinkSync('../../out', '/in/a/deep');
  const before = g.volume.toJSON();
  for (const link of ['abs', 'up', 'dirUp', 'chain', 'chain2', 'a/deep', 'abs/', 'dirUp/', 'a/deep///']) {
    for (const answer of followed(g, dir, link)) {
      // O_CREAT refuses a trailing slash before it looks at the symlink.
      if (!(link.endsWith('/') && answer === 'EISDIR')) assert.is(answer, 'ENOTCAPABLE', link);
    }
  }
  for (const path of ['dirUp/secret', 'dirUp/.', 'a/deep/secret', 'dirUp/new', 'abs/x']) {
    refused(g, dir, path, 'ENOTCAPABLE');
  }
  assert.equal(g.volume.toJSON(), before);
  assert.is(g.call('path_filestat_get', dir, 0, 'abs', OUT), 'ok', 'the link itself is the guest’s');
});

attack('15: loops', (g, dir) => {
  g.ok('path_symlink', 'l2', dir, 'l1');
  g.ok('path_symlink', 'l1', dir, 'l2');
  g.ok('path_symlink', 'self/x', dir, 'self');
  for (const link of ['l1', 'l2', 'self'])
    for (const answer of followed(g, dir, link)) assert.is(answer, 'ELOOP', link);
  for (const [i, errno] of [
    [40, 'ok'],
    [41, 'ELOOP'],
  ] as const) {
    for (let n = 1; n <= i; n++) g.call('path_symlink', n === 1 ? 'f' : `n${n - 1}`, dir, `n${n}`);
    assert.is(g.tryOpen(`n${i}`, { dir }), errno, `${i} links`);
  }
});

attack('16: a symlink with O_NOFOLLOW', (g, dir) => {
  g.ok('path_symlink', 'f', dir, 'l');
  g.ok('path_symlink', 'a', dir, 'la');
  for (const link of ['l', 'la']) {
    assert.is(g.tryOpen(link, { dir, follow: false }), 'ELOOP');
    assert.is(g.tryOpen(link, { dir, follow: false, oflags: OFLAGS.DIRECTORY }), 'ENOTDIR');
  }
  assert.is(g.tryOpen('la/', { dir, follow: false }), 'ok', 'a slash behind it: then it is followed');
});

attack('17, 18: creating and linking through a link that leaves', (g, dir) => {
  g.volume.symlinkSync('../out/new', '/in/dangling');
  g.volume.symlinkSync('../out/secret', '/in/evil');
  assert.is(g.tryOpen('dangling', { dir, ...CREATE }), 'ENOTCAPABLE');
  assert.is(g.tryOpen('evil', { dir, rights: WRITE, oflags: OFLAGS.CREAT | OFLAGS.TRUNC }), 'ENOTCAPABLE');
  assert.is(g.call('path_link', dir, 1, 'evil', dir, 'got'), 'ENOTCAPABLE');
  assert.equal(g.volume.readdirSync('/out'), ['secret']);
  assert.is(g.volume.readFileSync('/out/secret', 'utf8'), 'secret');
});

attack('21 to 23: dots at the end of rmdir and rename, a directory into itself', (g, dir) => {
  assert.is(g.call('path_remove_directory', dir, 'a/.'), 'EINVAL');
  assert.is(g.call('path_remove_directory', dir, 'a/b/..'), 'ENOTEMPTY');
  assert.is(g.call('path_rename', dir, 'a/.', dir, 'z'), 'EBUSY');
  assert.is(g.call('path_rename', dir, 'a/b/..', dir, 'z'), 'EBUSY');
  assert.is(g.call('path_rename', dir, 'a', dir, 'z/..'), 'ENOENT');
  assert.is(g.call('path_rename', dir, 'a', dir, 'a/z'), 'EINVAL');
  assert.is(g.call('path_rename', dir, 'a', dir, 'a/b'), 'EINVAL');
  assert.is(g.call('path_rename', dir, 'a/b', dir, 'a'), 'ENOTEMPTY');
  g.ok('path_rename', dir, 'a', dir, 'a');
});

const TWO = { ...FILES, preopens: (server: Server) => ({ '/one': server, '/two': server }) };

withGuest('names move and link between two preopens of one server', TWO, (g) => {
  g.ok('path_rename', ROOT, 'in/f', ROOT + 1, 'out/f');
  g.ok('path_link', ROOT + 1, 0, 'out/f', ROOT, 'in/again');
  assert.is(g.stat('in/again').nlink, 2n);
});

test('19: between two servers it is EXDEV, once both paths have been looked at', () => {
  const other = new Server(memfs(Volume.fromJSON({ '/taken': '', '/dir/x': '' })));
  const g = new TestGuest({ ...FILES, preopens: (server) => ({ '/one': server, '/other': other }) });
  for (const call of ['path_rename', 'path_link'] as const) {
    const cross = (from: string, to: string) =>
      call === 'path_rename' ? g.call(call, ROOT, from, ROOT + 1, to) : g.call(call, ROOT, 0, from, ROOT + 1, to);
    assert.is(cross('in/f', 'new'), 'EXDEV', call);
    assert.is(cross('in/f', 'dir/new'), 'EXDEV', call);
    assert.is(cross('no/f', 'new'), 'ENOENT', call);
    assert.is(cross('../x', 'new'), 'ENOTCAPABLE', call);
    assert.is(cross('in/f/g', 'new'), 'ENOTDIR', call);
    assert.is(cross('in/f', '../new'), 'ENOTCAPABLE', call);
    assert.is(cross('in/f', 'no/new'), 'ENOENT', call);
    assert.is(cross('in/f', 'taken/new'), 'ENOTDIR', call);
    assert.is(cross('in/f', ''), 'ENOENT', call);
    assert.is(cross('in/f', 'taken'), call === 'path_link' ? 'EEXIST' : 'EXDEV', call);
  }
  assert.is(g.call('path_link', ROOT, 0, 'in/f', ROOT + 1, 'new/'), 'ENOENT');
  assert.is.not(g.stat('.').dev, g.stat('.', true, ROOT + 1).dev);
  g.end();
  assert.equal(other.inspect(), AT_REST);
});

test.run();
