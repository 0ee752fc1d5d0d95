// Tries `wasi9p cp`, compared with cp(1).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cp } from './cp.ts';
import { inScratch, runIt } from '../testing.ts';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';

const linux = unless(NOT_LINUX);

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}

/** Lists the attributes that a copy keeps, a line per file; a further hard link refers to its first name. */
function picture(dir: string): string[] {
  const first = new Map<number, string>();
  return fs
    .readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .concat('.')
    .sort()
    .map((name) => {
      const path = `${dir}/${name}`;
      const st = fs.lstatSync(path);
      const content = st.isFile() ? hash(fs.readFileSync(path)) : st.isSymbolicLink() ? fs.readlinkSync(path) : '';
      const other = st.isDirectory() ? '' : (first.get(st.ino) ?? '');
      if (other === '') first.set(st.ino, name);
      // node:fs has times to the microsecond.
      return `${name} ${st.mode.toString(8)} ${Math.round(st.mtimeMs * 1000)} ${content} ${other}`;
    });
}

function plant(): void {
  fs.mkdirSync('src/d/empty', { recursive: true });
  fs.writeFileSync('src/f', 'text', { mode: 0o640 });
  fs.writeFileSync('src/d/run', '#!/bin/sh\n', { mode: 0o755 });
  fs.writeFileSync('src/d/big', new Uint8Array(2_500_000).fill(3));
  fs.linkSync('src/f', 'src/d/linked');
  fs.linkSync('src/d/run', 'src/again');
  fs.symlinkSync('../f', 'src/d/l');
  fs.symlinkSync('/nowhere', 'src/abs');
  fs.writeFileSync('src/d/locked', 'x', { mode: 0o400 });
  for (const [i, name] of ['d/empty', 'f', 'd/run', 'd/big', 'd/locked', 'd', '.'].entries()) {
    fs.utimesSync(`src/${name}`, 1_000_000 + i, 1_500_000_000.123456 + i);
  }
  fs.lutimesSync('src/abs', 7, 8);
  fs.lutimesSync('src/d/l', 7, 9);
  fs.chmodSync('src/d/empty', 0o711);
  fs.chmodSync('src/d', 0o555);
}

/** Lets any user remove the scratch directory. */
function release(...dirs: string[]): void {
  for (const dir of dirs) fs.chmodSync(dir, 0o755);
}

linux('cp -r keeps what cp -a does', () => {
  inScratch(() => {
    plant();
    execFileSync('cp', ['-a', 'src', 'theirs']);
    const { status, stdout, stderr } = runIt(cp, ['-r', 'src', 'ours']);
    assert.equal([status, stdout, stderr], [0, '', '']);
    assert.equal(picture('ours'), picture('theirs'));
    assert.equal(picture('ours'), picture('src'));
    // Again: the target exists now, so the copy goes into it.
    fs.mkdirSync('dir');
    assert.is(runIt(cp, ['-r', 'src', 'dir']).status, 0);
    assert.equal(picture('dir/src'), picture('src'));
    release('src/d', 'theirs/d', 'ours/d', 'dir/src/d');
    // As with cp, an unwritable file is kept, except for root.
    fs.chmodSync('ours/d/locked', 0o600);
    assert.is(runIt(cp, ['src/.', 'ours', '-r']).stderr, '');
    assert.equal(picture('ours'), picture('src'));
  });
});

test('through memory and back, between mounts', () => {
  inScratch(() => {
    plant();
    release('src/d');
    fs.mkdirSync('out');
    const { status, stderr } = runIt(cp, ['-r', '--ro', 'src::/s', '--dir', 'out::/o', '/s', '/o/copy']);
    assert.equal([status, stderr], [0, '']);
    assert.equal(picture('out/copy'), picture('src'));
    assert.is(runIt(cp, ['-r', '--ro', 'src::/s', '/s/d', 'here']).stderr, '');
    assert.equal(picture('here'), picture('src/d'));
    assert.is(runIt(cp, ['--ro', 'src::/s', 'src/f', '/s/g']).stderr, 'wasi9p cp: /s/g: read-only file system.\n');
  });
});

test('out of an archive', () => {
  inScratch(() => {
    fs.writeFileSync('x.json', JSON.stringify({ '/a/b/c': 'deep', '/a/d': 'd' }));
    assert.is(runIt(cp, ['-r', 'x.json:a', 'a']).stderr, '');
    assert.is(fs.readFileSync('a/b/c', 'utf8'), 'deep');
    fs.mkdirSync('all');
    assert.is(runIt(cp, ['-r', 'x.json:', 'all']).stderr, '');
    assert.equal(fs.readdirSync('all/a'), ['b', 'd']);
    assert.is(runIt(cp, ['x.json:a/d', 'x.json:a/b/c', 'all']).stderr, '');
    assert.equal(fs.readdirSync('all'), ['a', 'c', 'd']);
  });
});

test('an existing file gets the new content, and the other files are copied after an error', () => {
  inScratch(() => {
    fs.mkdirSync('d/sub', { recursive: true });
    fs.writeFileSync('long', 'a long content', { mode: 0o600 });
    fs.writeFileSync('short', 'short', { mode: 0o644 });
    fs.symlinkSync('short', 'link');
    assert.is(runIt(cp, ['short', 'long']).status, 0);
    assert.equal([fs.readFileSync('long', 'utf8'), fs.statSync('long').mode & 0o777], ['short', 0o644]);
    fs.writeFileSync('d/sub/x', '');
    const { status, stderr } = runIt(cp, ['none', 'd', 'short', 'link', 'd']);
    assert.is(status, 1);
    const errors = ['none: no such file or directory.', 'd: a directory is copied only with -r.'];
    assert.equal(stderr.split('\n'), [...errors.map((text) => `wasi9p cp: ${text}`), '']);
    assert.equal(fs.readdirSync('d'), ['link', 'short', 'sub']);
    assert.not(fs.lstatSync('d/link').isSymbolicLink());
    assert.is(runIt(cp, ['-r', 'link', 'kept']).status, 0);
    assert.is(fs.readlinkSync('kept'), 'short');
  });
});

test('a copy that would destroy its source is refused', () => {
  inScratch((dir) => {
    fs.mkdirSync('d');
    fs.writeFileSync('d/f', 'precious');
    fs.linkSync('d/f', 'hard');
    fs.symlinkSync('d/f', 'soft');
    for (const argv of [
      ['d/f', 'd/f'],
      ['d/f', 'd'],
      ['d/f', 'hard'],
      ['d/f', 'soft'],
      ['soft', 'd/f'],
      ['--dir', '.::/w', '/w/d/f', 'd/f'],
      ['--dir', '.::/w', 'd/f', '/w/hard'],
    ]) {
      const { status, stderr } = runIt(cp, argv);
      assert.match(stderr, /: source and target are the same file\.\n$/, argv.join(' '));
      assert.is(status, 1);
      assert.is(fs.readFileSync('d/f', 'utf8'), 'precious');
    }
    for (const argv of [
      ['d', 'd'],
      ['d', 'd/new'],
      ['d/', 'd/new/er'],
      [dir, 'd'],
      ['--dir', '.::/w', '/w/d', 'd'],
    ]) {
      const { status, stderr } = runIt(cp, ['-r', ...argv]);
      assert.match(stderr, /: a directory cannot be copied into itself\.\n$/, argv.join(' '));
      assert.is(status, 1);
      assert.equal(fs.readdirSync('d'), ['f']);
    }
    // Through another mount of the same directory, the copy still ends.
    assert.is(runIt(cp, ['-r', '--dir', '.::/w', '/w', 'd']).status, 0);
    assert.equal(fs.readdirSync('d'), ['f', 'w']);
    assert.equal(fs.readdirSync('d/w/d'), ['f']);
  });
});

test('a directory and a non-directory do not overwrite each other', () => {
  inScratch(() => {
    fs.mkdirSync('d/f', { recursive: true });
    fs.mkdirSync('e');
    fs.writeFileSync('e/f', '');
    fs.mkdirSync('e/g');
    fs.writeFileSync('g', '');
    assert.is(runIt(cp, ['-r', 'd/f', 'e']).stderr, 'wasi9p cp: d/f: a directory cannot overwrite a non-directory.\n');
    assert.is(runIt(cp, ['g', 'e']).stderr, 'wasi9p cp: g: a non-directory cannot overwrite a directory.\n');
    assert.is(
      runIt(cp, ['e/f', 'g', 'none']).stderr,
      'wasi9p cp: none: several files can only be copied to a directory.\n',
    );
    assert.is(runIt(cp, ['g', 'new/']).stderr, 'wasi9p cp: g: the target new/ is not a directory.\n');
    assert.is(runIt(cp, ['e/f', 'g/']).stderr, 'wasi9p cp: e/f: the target g/ is not a directory.\n');
    assert.is(runIt(cp, ['-r', 'd', 'made/']).stderr, '');
    assert.is(runIt(cp, ['e/f', 'g/x']).stderr, 'wasi9p cp: g/x: not a directory.\n');
    assert.equal(fs.readdirSync('e'), ['f', 'g']);
  });
});

linux('a fifo is reported and not opened', () => {
  inScratch(() => {
    fs.mkdirSync('d');
    execFileSync('mkfifo', ['d/fifo']);
    fs.writeFileSync('d/z', '');
    const { status, stderr } = runIt(cp, ['-r', 'd', 'e']);
    assert.equal([status, fs.readdirSync('e')], [1, ['z']]);
    assert.match(stderr, /d\/fifo: unsupported file type: only files, directories and symlinks are copied\.\n$/);
  });
});

test('progress is shown on a terminal only, after a second', () => {
  inScratch(() => {
    for (let i = 0; i < 3; i++) fs.writeFileSync(`f${i}`, 'x');
    fs.mkdirSync('d');
    const now = performance.now.bind(performance);
    let ahead = 0;
    // Each read of the clock advances it by half a second.
    performance.now = () => now() + (ahead += 500);
    try {
      const { stderr } = runIt(cp, ['f0', 'f1', 'f2', 'd'], { stderrIsTerminal: true });
      assert.match(stderr, /\r[12] files, [12] B/);
      assert.match(stderr, /\r[12] of 3 files, [12] B of 3 B/);
      assert.match(stderr, /\r *\r$/);
      assert.is(runIt(cp, ['f0', 'f1', 'f2', 'd']).stderr, '');
    } finally {
      performance.now = now;
    }
  });
});

test.run();
