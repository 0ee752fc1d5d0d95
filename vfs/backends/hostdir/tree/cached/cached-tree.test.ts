// A cached host directory: no system call for what is known, own changes show at once, and whoever breaks the promise
// that nobody else changes it gets an old answer or ESTALE, and nothing outside.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../../../../build/test/skip.ts';
import { O_CREAT, O_RDONLY, O_RDWR } from '../../../../linux/constants.ts';
import { errnoName } from '../../../../linux/errno.ts';
import { Kit } from '../../../../../testing/kit.ts';
import { HostDirStore } from '../../backend.ts';
import { libc, type Libc } from '../../libc/libc.ts';
import { LibcCalls } from '../../libc/libc-calls.ts';
import { everyWay, hosted, inMemory, reasonAgainst, scratch, type Hosted } from '../../testing.ts';
import { descriptorsAt, openTop } from '../descriptors/proc.ts';
import { CachedTree } from './cached-tree.ts';
import { RECORDS } from './inode-records.ts';

const each = everyWay(NOT_LINUX);

function cached(run: (host: Hosted) => void, fill?: (root: string) => void): void {
  hosted(run, { cached: true }, fill);
}

function fill(root: string): void {
  fs.mkdirSync(`${root}/a/b/c`, { recursive: true });
  for (const name of ['a/b/c/f', 'a/g', 'top']) fs.writeFileSync(`${root}/${name}`, name);
}

unless(NOT_LINUX || reasonAgainst('openat2'))('what is known costs no system call, and what is not known few', () => {
  const { root, remove } = scratch(inMemory);
  fill(root);
  const own = libc() as Libc;
  const counts = new Map<string, number>();
  const counting: Record<string, unknown> = { ...own };
  for (const [name, call] of Object.entries(own) as [string, (...args: unknown[]) => number][]) {
    if (name === 'errno' || name === 'address') continue;
    counting[name] = (...args: unknown[]) => {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return call(...args);
    };
  }
  const calls = new LibcCalls(counting as unknown as Libc, 'openat2', fs.constants, descriptorsAt(fs));
  const top = openTop(fs, root);
  const backend = new HostDirStore(new CachedTree(calls, calls.own(top)));
  fs.closeSync(top);
  const kit = new Kit({ backend, dispose: () => {} });
  const callsOf = (act: () => void): Record<string, number> => {
    counts.clear();
    act();
    return Object.fromEntries(counts);
  };
  const look = (): void => {
    assert.is(kit.stat('a/b/c/f').size, 7);
    assert.is(kit.walkError('a/b/none'), 'ENOENT');
    kit.clunk(kit.walk('a/b/c'));
  };
  callsOf(look);
  assert.equal(callsOf(look), {});
  assert.equal(
    callsOf(() => assert.is(kit.walkError('a/b/none2'), 'ENOENT')),
    { openat2: 1, statx: 2, close: 1 },
  );
  // Beside the open of the inode, which is found by one call and checked.
  assert.equal(
    callsOf(() => assert.is(kit.get('a/b/c/f'), 'a/b/c/f')),
    { openat2: 1, statx: 1, openat: 1, close: 2, pread: 1 },
  );
  kit.end();
  backend.close();
  remove();
});

each('no descriptor is left without a fid, and no more inodes are remembered than so many', () => {
  cached(({ kit, backend }) => {
    kit.get('a/b/c/f');
    kit.stat('a/g');
    assert.is(backend.descriptors, 1);
    assert.is(backend.inodes, 6);
    backend.trim();
    assert.is(backend.inodes, 1);
    assert.is(kit.get('a/b/c/f'), 'a/b/c/f');
  }, fill);
});

unless(NOT_LINUX)('no more than so many inodes are remembered', () => {
  const { root, remove } = scratch(inMemory);
  const DIRS = 40;
  const FILES = 1000;
  for (let i = 0; i < DIRS; i++) {
    fs.mkdirSync(`${root}/${i}`);
    for (let j = 0; j < FILES; j++) fs.closeSync(fs.openSync(`${root}/${i}/${j}`, 'w'));
  }
  const backend = new HostDirStore(treeOf(root));
  const kit = new Kit({ backend, dispose: () => {} });
  for (let i = 0; i < DIRS; i++) for (let j = 0; j < FILES; j++) kit.clunk(kit.walk(`${i}/${j}`));
  assert.ok(backend.inodes <= RECORDS + 2 && backend.inodes > RECORDS / 2, `${backend.inodes}`);
  assert.is(kit.stat('0/0').size, 0);
  kit.end();
  backend.trim();
  assert.is(backend.inodes, 1);
  backend.close();
  remove();
});

function treeOf(root: string): CachedTree {
  const way = reasonAgainst('openat2') === '' ? 'openat2' : 'openat';
  const calls = new LibcCalls(libc() as Libc, way, fs.constants, descriptorsAt(fs));
  const top = openTop(fs, root);
  const own = calls.own(top);
  fs.closeSync(top);
  return new CachedTree(calls, own);
}

each('changes of its own show at once', () => {
  cached(({ kit }) => {
    const { client, root } = kit;
    assert.is(kit.walkError('a/new'), 'ENOENT');
    kit.put('a/new', '12345');
    assert.is(kit.stat('a/new').size, 5);
    // One name of a file is known, and another is removed.
    kit.link('a/new', 'a/other');
    assert.is(kit.stat('a/new').nlink, 2);
    assert.is(kit.unlink('a/other'), 'ok');
    assert.is(kit.stat('a/new').nlink, 1);
    assert.is(kit.walkError('a/other'), 'ENOENT');
    const fid = kit.openFid('a/new', O_RDWR);
    kit.write(fid, 5, '6789');
    assert.is(kit.stat('a/new').size, 9);
    assert.is(errnoName(client.setSize(fid, 0x8, 3)), 'ok');
    assert.is(kit.fstat(fid).size, 3);
    kit.clunk(fid);
    assert.is(kit.rename('a/b', 'b'), 'ok');
    assert.is(kit.walkError('a/b'), 'ENOENT');
    assert.is(kit.get('b/c/f'), 'a/b/c/f');
    assert.is(kit.rename('a/new', 'top'), 'ok');
    assert.is(kit.get('top'), '123');
    assert.is(kit.unlink('top'), 'ok');
    assert.is(kit.walkError('top'), 'ENOENT');
    const links = kit.stat('').nlink;
    assert.is(errnoName(client.mkdir(root, 'dir', 0o755)), 'ok');
    assert.is(kit.stat('').nlink, links + 1);
    assert.is(kit.rmdir('dir'), 'ok');
    assert.is(kit.walkError('dir'), 'ENOENT');
    assert.equal(kit.list(''), ['a', 'b']);
  }, fill);
});

each('each file has its own attributes, also one that was just created and closed', () => {
  hosted(
    ({ kit, root }) => {
      const stat = (path: string): string => {
        const { ino, size, nlink, kind } = kit.stat(path);
        return `${ino} ${size} ${nlink} ${kind}`;
      };
      const onHost = (path: string): string => {
        const { ino, size, nlink, mode } = fs.lstatSync(`${root}/${path}`);
        return `${ino} ${size} ${nlink} ${mode & 0o170000}`;
      };
      fs.writeFileSync(`${root}/other`, 'of another size');
      fs.mkdirSync(`${root}/dir`);
      for (const other of ['other', 'dir']) {
        for (const name of [`file ${other}`, `second ${other}`]) {
          kit.clunk(kit.open(name, O_RDWR | O_CREAT));
          assert.is(stat(other), onHost(other));
          assert.is(stat(name), onHost(name));
          kit.client.symlink(kit.root, `${name} link`, 'x');
          const fid = kit.walk(other);
          assert.is(stat(`${name} link`), onHost(`${name} link`));
          kit.clunk(fid);
        }
      }
    },
    { cached: true },
  );
});

each('an open file that loses its only name lives on', () => {
  cached(({ kit }) => {
    const fid = kit.walk('a/b/c/f');
    assert.is(kit.unlink('a/b/c/f'), 'ok');
    assert.is(errnoName(kit.client.lopen(fid, O_RDONLY)), 'ok');
    assert.is(kit.read(fid), 'a/b/c/f');
    assert.is(kit.fstat(fid).nlink, 0);
    kit.clunk(fid);
  }, fill);
});

each('a broken promise: old answers, ESTALE once, and then what is there', () => {
  cached(({ kit, root }) => {
    for (const path of ['a/b/c/f', 'a/g', 'top']) kit.stat(path);
    assert.is(kit.walkError('late'), 'ENOENT');
    fs.writeFileSync(`${root}/late`, '');
    assert.is(kit.walkError('late'), 'ENOENT', 'an old answer');
    fs.writeFileSync(`${root}/spare`, 'another file');
    fs.renameSync(`${root}/spare`, `${root}/a/g`);
    assert.is(kit.stat('a/g').size, 3, 'an old answer');
    assert.is(kit.openError('a/g', O_RDONLY), 'ESTALE');
    assert.is(kit.get('a/g'), 'another file');
    fs.unlinkSync(`${root}/top`);
    assert.is(kit.openError('top', O_RDONLY), 'ESTALE');
    assert.is(kit.openError('top', O_RDONLY), 'ENOENT');
    // Above: a directory that is another one now.
    fs.renameSync(`${root}/a/b`, `${root}/moved`);
    fs.mkdirSync(`${root}/a/b/c`, { recursive: true });
    fs.writeFileSync(`${root}/a/b/c/f`, 'new');
    assert.is(kit.openError('a/b/c/f', O_RDONLY), 'ESTALE');
    assert.is(kit.get('a/b/c/f'), 'new');
  }, fill);
});

each('a broken promise leads to nothing outside', () => {
  cached(({ kit, root, outside, backend }) => {
    fs.mkdirSync(`${outside}/b/c`, { recursive: true });
    fs.writeFileSync(`${outside}/b/c/f`, 'secret');
    fs.writeFileSync(`${outside}/b/c/only`, 'secret');
    assert.is(kit.get('a/b/c/f'), 'a/b/c/f');
    kit.list('a/b/c');
    const attempts = (): string[] => {
      const answers = ['a/b/c/f', 'a/b/c/only', 'a/g'].map((path) => {
        const fid = kit.openFid(path, O_RDWR | O_CREAT);
        if (fid < 0) return errnoName(-fid);
        const text = kit.read(fid);
        kit.clunk(fid);
        return text;
      });
      return [...answers, kit.mkdir('a/b/c/made'), kit.unlink('a/b/c/made')];
    };
    // The directory is a symlink that leads outside, and then it is outside itself.
    fs.renameSync(`${root}/a`, `${root}/../away`);
    fs.symlinkSync(outside, `${root}/a`);
    assert.ok(!attempts().includes('secret'));
    assert.ok(!attempts().includes('secret'));
    fs.unlinkSync(`${root}/a`);
    fs.writeFileSync(`${root}/../away/b/c/later`, 'secret');
    assert.is.not(kit.openError('a/b/c/later', O_RDONLY), 'ok');
    assert.ok(!attempts().includes('ok'));
    assert.equal(fs.readdirSync(`${outside}/b/c`).sort(), ['f', 'only']);
    assert.equal(fs.readdirSync(`${root}/../away/b/c`).sort(), ['f', 'later']);
    fs.renameSync(`${root}/../away`, `${root}/a`);
    backend.trim();
    assert.is(kit.get('a/b/c/later'), 'secret', 'inside again');
  }, fill);
});

each('uncache: from then on changes by others show', () => {
  cached(({ kit, root, backend }) => {
    const fid = kit.walk('a/b');
    for (const path of ['a/b/c/f', 'top']) kit.stat(path);
    assert.is(kit.walkError('late'), 'ENOENT');
    backend.uncache();
    assert.is(backend.cached, false);
    fs.writeFileSync(`${root}/late`, '12');
    fs.appendFileSync(`${root}/top`, '45');
    assert.is(kit.stat('late').size, 2);
    assert.is(kit.stat('top').size, 5);
    assert.is(kit.fstat(fid).kind, 0o040000);
    assert.is(kit.get('a/b/c/f'), 'a/b/c/f');
    kit.clunk(fid);
  }, fill);
});

test.run();
