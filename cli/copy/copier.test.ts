// Copies onto existing files and links: cp must not confuse one file with another.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HostDirStore } from '../../vfs/backends/hostdir/backend.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { packTar } from '../../vfs/archive/index.ts';
import { E } from '../../vfs/linux/errno.ts';
import { createFs, type FileSystem } from '../../vfs/fs/index.ts';
import { cp } from '../commands/cp.ts';
import { ARCHIVES, type ArchiveKind } from '../mounts/place.ts';
import { inScratch, runIt } from '../testing.ts';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';

const linux = unless(NOT_LINUX);

/** File systems with an accurate st_blocks (statfs(2)): ext4, xfs, tmpfs. */
const COUNTING = new Set([0xef53, 0x58465342, 0x01021994]);

/** Writes an archive of the files created in an empty tree. */
function archive(file: string, make: (tree: FileSystem) => void): void {
  const store = ram();
  const tree = createFs(store);
  make(tree);
  tree.unmount();
  fs.writeFileSync(file, packTar(store));
}

function twins(content: string, one: string, other: string): (tree: FileSystem) => void {
  return (tree) => {
    tree.writeFileSync(one, content);
    tree.linkSync(one, other);
  };
}

test('files of two mounts are different, whatever their numbers', () => {
  inScratch(() => {
    archive('A.tar', twins('A', 'a', 'b'));
    archive('B.tar', twins('B', 'c', 'd'));
    fs.mkdirSync('o');
    const mounts = ['--tar', 'A.tar::/a', '--tar', 'B.tar::/b', '--dir', 'o::/o', '--mem', '/m'];
    const { status, stderr } = runIt(cp, ['-r', ...mounts, '/a', '/b', '/o']);
    assert.equal([status, stderr], [0, '']);
    for (const [names, content] of [
      [['a/a', 'a/b'], 'A'],
      [['b/c', 'b/d'], 'B'],
    ] as const) {
      assert.equal(
        names.map((name) => fs.readFileSync(`o/${name}`, 'utf8')),
        [content, content],
      );
      assert.is(fs.statSync(`o/${names[0]}`).ino, fs.statSync(`o/${names[1]}`).ino);
    }
    assert.is(runIt(cp, ['-r', ...mounts, '/a', '/m']).stderr, '');
    assert.is(runIt(cp, ['-r', ...mounts, '/m', '/a']).stderr, 'wasi9p cp: /a/m: read-only file system.\n');
  });
});

test('one directory under two mounts is one', () => {
  inScratch(() => {
    fs.mkdirSync('d');
    fs.writeFileSync('d/f', 'precious');
    const mounts = ['--dir', 'd::/v', '--dir', 'd::/w'];
    assert.is(runIt(cp, [...mounts, '/v/f', '/w/f']).stderr, 'wasi9p cp: /v/f: source and target are the same file.\n');
    assert.is(
      runIt(cp, ['-r', ...mounts, '/v', '/w/new']).stderr,
      'wasi9p cp: /v: a directory cannot be copied into itself.\n',
    );
    assert.equal([fs.readdirSync('d'), fs.readFileSync('d/f', 'utf8')], [['f'], 'precious']);
  });
});

test('a symlink over what it leads to, over itself or its other name: nothing is lost', () => {
  inScratch(() => {
    fs.mkdirSync('d');
    fs.writeFileSync('f', '1');
    fs.writeFileSync('d/f', '2');
    for (const link of ['l', 'other', 'd/l']) fs.symlinkSync('f', link);
    fs.linkSync('l', 'again');
    fs.linkSync('f', 'hard');
    const here = ['--dir', '.::/w'];
    for (const argv of [
      ['l', 'f'],
      ['l', 'hard'],
      ['l', 'l'],
      ['l', 'again'],
      ['d/l', 'd'],
      ['d/l', 'd/f'],
      [...here, '/w/l', 'f'],
      [...here, 'l', '/w/f'],
      [...here, '/w/l', 'l'],
      [...here, 'l', '/w/again'],
      [...here, '/w/d/l', 'd'],
      [...here, 'd/l', '/w/d'],
    ]) {
      const { status, stderr } = runIt(cp, ['-r', ...argv]);
      assert.match(stderr, /: source and target are the same file\.\n$/, argv.join(' '));
      assert.is(status, 1);
      assert.equal([fs.readFileSync('f', 'utf8'), fs.readFileSync('d/f', 'utf8')], ['1', '2']);
      for (const link of ['l', 'again', 'd/l']) assert.is(fs.readlinkSync(link), 'f', argv.join(' '));
    }
    assert.is(runIt(cp, ['-r', 'd/l', 'other']).stderr, '');
    assert.is(fs.readlinkSync('other'), 'f');
  });
});

/** An archive with a symlink whose target cannot be read. */
const UNREADABLE: ArchiveKind = {
  ending: /\.broken$/,
  names: '.broken',
  open() {
    const store = ram();
    store.symlink(store.root(), 'l', 'x', 0, 0);
    return Object.assign(store, { readlink: () => E.EIO });
  },
};

test('an unreadable symlink replaces no file', () => {
  inScratch(() => {
    for (const name of ['f', 'x.broken']) fs.writeFileSync(name, 'kept');
    const { status, stderr } = runIt(cp, ['-r', 'x.broken:l', 'f'], { archives: [UNREADABLE] });
    assert.match(stderr, /^wasi9p cp: x\.broken:l: /);
    assert.equal([status, fs.readFileSync('f', 'utf8')], [1, 'kept'], stderr);
  });
});

test('nothing is written through a symlink that was just copied, nor for a directory through any', () => {
  inScratch(() => {
    archive('v1.tar', (tree) => {
      tree.symlinkSync('../outside', 'd');
      tree.symlinkSync('../outside/f', 'f');
    });
    archive('v2.tar', (tree) => {
      tree.mkdirSync('d/sub', { recursive: true });
      tree.writeFileSync('d/x', 'x');
      tree.writeFileSync('d/sub/y', 'y');
      tree.writeFileSync('f', 'new');
      tree.writeFileSync('z', 'z');
    });
    fs.mkdirSync('outside');
    fs.writeFileSync('outside/f', 'old');
    const refused = 'a directory cannot overwrite a non-directory';
    for (const [out, words] of [
      ['one', ['v1.tar:', 'v2.tar:']],
      ['two', ['v1.tar:', 'v2.tar:f', 'v2.tar:d', 'v2.tar:z']],
    ] as const) {
      fs.mkdirSync(out);
      const { status, stderr } = runIt(cp, ['-r', ...words, out], { archives: ARCHIVES });
      assert.is(status, 1);
      assert.match(stderr, new RegExp(`[:/]d: ${refused}\\.\n`));
      assert.match(stderr, /[:/]f: not written through a symlink that was just created\.\n/);
      assert.is(stderr.split('\n').length, 3, stderr);
      assert.equal(fs.readdirSync(out).sort(), ['d', 'f', 'z']);
      assert.equal([fs.readdirSync('outside'), fs.readFileSync('outside/f', 'utf8')], [['f'], 'old']);
    }
    // Nor through an existing symlink: a copy stays in its target.
    assert.is(
      runIt(cp, ['-r', 'v2.tar:', 'one'], { archives: ARCHIVES }).stderr,
      `wasi9p cp: v2.tar:/d: ${refused}.\nwasi9p cp: v2.tar:/f: not written through an existing symlink.\n`,
    );
    assert.equal([fs.readdirSync('outside'), fs.readFileSync('outside/f', 'utf8')], [['f'], 'old']);
    // A symlink that the user names is followed, as with cp(1).
    assert.is(runIt(cp, ['-r', 'v2.tar:f', 'one/f'], { archives: ARCHIVES }).stderr, '');
    assert.is(fs.readFileSync('outside/f', 'utf8'), 'new');
  });
});

test('a dangling symlink is not written through; the target itself may be one to a directory', () => {
  inScratch(() => {
    fs.mkdirSync('d');
    fs.mkdirSync('out');
    fs.writeFileSync('d/f', 'f');
    fs.symlinkSync('nowhere', 'l');
    fs.symlinkSync('out', 'to');
    assert.is(runIt(cp, ['d/f', 'l']).stderr, 'wasi9p cp: d/f: not written through a dangling symlink.\n');
    assert.is(runIt(cp, ['-r', 'd', 'to']).stderr, '');
    assert.is(runIt(cp, ['-r', 'd/.', 'to']).stderr, '');
    assert.is(runIt(cp, ['-r', 'd/.', 'to/']).stderr, '');
    assert.equal(
      [fs.readdirSync('.'), fs.readdirSync('out')],
      [
        ['d', 'l', 'out', 'to'],
        ['d', 'f'],
      ],
    );
  });
});

test('hard-linked symlinks stay one symlink', () => {
  inScratch(() => {
    archive('s.tar', (tree) => {
      tree.symlinkSync('nowhere', 'a');
      tree.linkSync('a', 'b');
    });
    fs.mkdirSync('d');
    fs.symlinkSync('x', 'd/a');
    fs.linkSync('d/a', 'd/b');
    for (const [word, to] of [
      ['d', 'e'],
      ['s.tar:', 'f'],
    ] as const) {
      assert.is(runIt(cp, ['-r', word, to], { archives: ARCHIVES }).stderr, '');
      assert.is(fs.lstatSync(`${to}/a`).ino, fs.lstatSync(`${to}/b`).ino);
      assert.is(runIt(cp, ['-r', `${word.replace(/:$/, ':')}/.`, to], { archives: ARCHIVES }).stderr, '');
      assert.is(fs.lstatSync(`${to}/a`).ino, fs.lstatSync(`${to}/b`).ino);
    }
  });
});

linux('an incomplete copy is readable only by its owner', () => {
  inScratch(() => {
    fs.mkdirSync('d', { mode: 0o700 });
    fs.writeFileSync('d/f', 'secret', { mode: 0o600 });
    const modes: string[] = [];
    const { write } = HostDirStore.prototype;
    HostDirStore.prototype.write = function watched(this: HostDirStore, ...args) {
      if (fs.existsSync('e/f')) modes.push(...['e', 'e/f'].map((file) => (fs.statSync(file).mode & 0o777).toString(8)));
      return write.apply(this, args);
    };
    try {
      assert.is(runIt(cp, ['-r', 'd', 'e']).stderr, '');
    } finally {
      HostDirStore.prototype.write = write;
    }
    assert.equal(modes, ['700', '600']);
  });
});

test('ten thousand levels are copied', () => {
  inScratch(() => {
    const depth = 10_000;
    const store = ram();
    let dir = store.root();
    for (let i = 0; i < depth; i++) dir = store.create(dir, 'd', 0o40755, 0, 0, 0) as typeof dir;
    const to = ram();
    // They are checked after the command.
    const kinds = (
      [
        ['.from', store],
        ['.to', to],
      ] as const
    ).map(([ending, backend]) => ({
      ending: new RegExp(`\\${ending}$`),
      names: '',
      open: () => Object.assign(backend, { close: undefined }),
    }));
    for (const file of ['x.from', 'x.to']) fs.writeFileSync(file, '');
    const { status, stderr } = runIt(cp, ['-r', 'x.from:', 'x.to:'], { archives: kinds });
    assert.equal([status, stderr], [0, '']);
    let levels = 0;
    for (let at = to.root(); ; levels++) {
      const next = to.lookup(at, 'd');
      if (typeof next === 'number') break;
      at = next;
    }
    assert.is(levels, depth);
  });
});

linux('holes stay holes, also at the end and over an existing file', () => {
  inScratch(() => {
    const size = (64 << 20) + 100;
    const fd = fs.openSync('s', 'w');
    for (const at of [1, 10 << 20, (10 << 20) + 4096]) fs.writeSync(fd, 'x', at);
    fs.ftruncateSync(fd, size);
    fs.closeSync(fd);
    const { blocks } = fs.statSync('s');
    assert.ok(blocks < 1000, 'no holes are made here');
    fs.writeFileSync('over', Buffer.alloc(size + 5, 'y'));
    for (const to of ['new', 'over']) {
      assert.is(runIt(cp, ['s', to]).stderr, '');
      assert.ok(fs.readFileSync(to).equals(fs.readFileSync('s')), to);
      assert.is(fs.statSync(to).blocks, blocks);
    }
    // A file written in full stays complete.
    fs.writeFileSync('full', Buffer.alloc(1 << 20));
    assert.is(runIt(cp, ['full', 'copy']).stderr, '');
    assert.is(fs.statSync('copy').blocks, fs.statSync('full').blocks);
  });
});

linux('a hole of a terabyte costs nothing', () => {
  inScratch(() => {
    const size = 2 ** 40;
    fs.writeFileSync('s', 'x');
    fs.truncateSync('s', size);
    const store = ram();
    const tree = createFs(store);
    tree.writeFileSync('/s', 'x');
    tree.truncateSync('/s', size);
    tree.unmount();
    const archives = [{ ending: /\.ram$/, names: '', open: () => store }];
    fs.writeFileSync('x.ram', '');
    let reads = 0;
    const { read } = HostDirStore.prototype;
    HostDirStore.prototype.read = function counted(this: HostDirStore, ...args) {
      // It would take an hour.
      if (++reads > 100) throw new Error('the hole is read');
      return read.apply(this, args);
    };
    try {
      // Only some file systems report holes; on others the file is read.
      if (COUNTING.has(fs.statfsSync('.').type)) assert.is(runIt(cp, ['s', 'one']).stderr, '');
      assert.is(runIt(cp, ['x.ram:s', 'two'], { archives }).stderr, '');
    } finally {
      HostDirStore.prototype.read = read;
    }
    for (const name of ['one', 'two']) {
      if (!fs.existsSync(name)) continue;
      assert.is(fs.statSync(name).size, size, name);
      assert.ok(fs.statSync(name).blocks <= 16);
      const fd = fs.openSync(name, 'r');
      const bytes = Buffer.alloc(3);
      fs.readSync(fd, bytes, 0, 3, 0);
      fs.closeSync(fd);
      assert.is(bytes.toString(), 'x\0\0');
    }
  });
});

linux('a file that is too large is reported before it is copied', () => {
  inScratch(() => {
    const archives = [
      { ending: /\.ram$/, names: '', open: () => store },
      { ending: /\.less$/, names: '', open: () => less },
    ];
    const store = ram();
    const tree = createFs(store);
    tree.writeFileSync('/s', 'x');
    tree.truncateSync('/s', 2 ** 50);
    tree.unmount();
    const less = ram();
    let writes = 0;
    less.write = () => ++writes;
    less.setattr = () => 27; // EFBIG
    for (const name of ['x.ram', 'x.less']) fs.writeFileSync(name, '');
    const { status, stderr } = runIt(cp, ['x.ram:s', 'x.less:s'], { archives });
    assert.equal([status, stderr, writes], [1, 'wasi9p cp: x.less:s: file too large.\n', 0]);
  });
});

linux('files of the kernel have content although their size is 0', () => {
  inScratch(() => {
    assert.is(runIt(cp, ['/proc/self/environ', 'e']).stderr, '');
    assert.is(fs.readFileSync('e', 'latin1'), fs.readFileSync('/proc/self/environ', 'latin1'));
  });
});

linux('with -r other names of a target keep their content, as with cp -a', () => {
  inScratch(() => {
    for (const dir of ['s', 'd', 'elsewhere']) fs.mkdirSync(dir);
    fs.writeFileSync('s/f', 'new');
    fs.writeFileSync('elsewhere/f', 'old');
    fs.linkSync('elsewhere/f', 'd/f');
    assert.is(runIt(cp, ['-r', 's/.', 'd']).stderr, '');
    assert.equal([fs.readFileSync('d/f', 'utf8'), fs.readFileSync('elsewhere/f', 'utf8')], ['new', 'old']);
    // Without it, the file is overwritten in place.
    fs.linkSync('d/f', 'd/g');
    fs.writeFileSync('s/f', 'newer');
    assert.is(runIt(cp, ['s/f', 'd']).stderr, '');
    assert.is(fs.readFileSync('d/g', 'utf8'), 'newer');
  });
});

test('another name of a file over that name', () => {
  inScratch(() => {
    fs.mkdirSync('x');
    fs.mkdirSync('y');
    fs.writeFileSync('x/a', 'a');
    fs.linkSync('x/a', 'y/b');
    assert.is(runIt(cp, ['x/a', 'y/b', 'y']).stderr, 'wasi9p cp: y/b: source and target are the same file.\n');
    assert.equal([fs.statSync('x/a').ino, fs.statSync('x/a').nlink], [fs.statSync('y/b').ino, 2]);
  });
});

test.run();
