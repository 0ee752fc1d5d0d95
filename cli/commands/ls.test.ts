// Tries ls, cat and tree, and the behaviour common to all tools.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cat } from './cat.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { pack, pax } from '../../vfs/backends/tar/testing.ts';
import { ls, modeText } from './ls.ts';
import { UsageError } from '../lib/options.ts';
import { ARCHIVES } from '../mounts/place.ts';
import { inScratch, runIt } from '../testing.ts';
import { tree } from './tree.ts';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';

const linux = unless(NOT_LINUX);

function plant(): void {
  fs.mkdirSync('d/sub', { recursive: true });
  fs.writeFileSync('d/file', 'content\n');
  fs.writeFileSync('d/.hidden', '');
  fs.writeFileSync('d/sub/x', '12345678901');
  fs.symlinkSync('file', 'd/link');
  fs.symlinkSync('sub', 'd/to-sub');
  fs.writeFileSync('x.json', JSON.stringify({ '/a/b': 'in the archive' }));
}

test('ls: names, hidden ones with -a', () => {
  inScratch(() => {
    plant();
    assert.equal(runIt(ls, ['d']).stdout, 'file\nlink\nsub\nto-sub\n');
    assert.equal(runIt(ls, ['-a', 'd']).stdout, '.hidden\nfile\nlink\nsub\nto-sub\n');
    assert.equal(runIt(ls, []).stdout, 'd\nx.json\n');
    assert.equal(runIt(ls, ['d/file', 'd/link']).stdout, 'd/file\nd/link\n');
    assert.equal(runIt(ls, ['d/to-sub']).stdout, 'x\n');
    assert.equal(runIt(ls, ['x.json:', 'd/sub', 'd/file']).stdout, 'd/file\n\nx.json::\na\n\nd/sub:\nx\n');
    assert.equal(runIt(ls, ['x.json:a']).stdout, 'b\n');
  });
});

linux('ls -l prints the same as the host’s ls', () => {
  inScratch(() => {
    plant();
    fs.chmodSync('d/file', 0o4751);
    fs.chmodSync('d/sub', 0o1777);
    fs.utimesSync('d/file', 1_000_000_000, 1_000_000_000);
    const env = { ...process.env, LC_ALL: 'C' };
    const theirs = (...argv: string[]): string[] => {
      const text = execFileSync('ls', ['-ln', '--time-style=long-iso', ...argv], { env, encoding: 'utf8' });
      return text.split('\n').filter((line) => !line.startsWith('total'));
    };
    const squeeze = (lines: string[]): string[] => lines.map((line) => line.replace(/ +/g, ' '));
    for (const argv of [['d'], ['-a', 'd/sub'], ['d/to-sub'], ['d/to-sub/'], ['d/file', 'd/sub/x']]) {
      const ours = runIt(ls, ['-l', ...argv]).stdout.split('\n');
      // Our -a does not list `.` and `..`.
      const expected = theirs(...argv).filter((line) => !/ \.\.?$/.test(line));
      assert.equal(squeeze(ours), squeeze(expected), argv.join(' '));
    }
    const widths = runIt(ls, ['-l', 'd']).stdout.split('\n');
    assert.is(widths[0]!.indexOf('file'), widths[2]!.indexOf('sub'));
  });
});

test('modes as text', () => {
  assert.is(modeText(0o100644), '-rw-r--r--');
  assert.is(modeText(0o041777), 'drwxrwxrwt');
  assert.is(modeText(0o046666), 'drwSrwSrw-');
  assert.is(modeText(0o107711), '-rws--s--t');
  assert.is(modeText(0o020000), 'c---------');
});

test('cat: bytes as they are, and the rest when one is missing', () => {
  inScratch(() => {
    plant();
    const bytes = Uint8Array.from({ length: 700_000 }, (_, i) => (i * 7) & 255);
    fs.writeFileSync('bytes', bytes);
    assert.ok(Buffer.from(runIt(cat, ['bytes']).bytes).equals(bytes));
    const { status, stdout, stderr } = runIt(cat, ['d/file', 'none', 'd', 'x.json:a/b']);
    assert.is(stdout, 'content\nin the archive');
    assert.is(stderr, 'wasi9p cat: none: no such file or directory.\nwasi9p cat: d: is a directory.\n');
    assert.is(status, 1);
  });
});

test('tree draws', () => {
  inScratch(() => {
    plant();
    const drawn = ['d', '├── file', '├── link -> file', '├── sub', '│   └── x', '└── to-sub -> sub', ''];
    assert.is(runIt(tree, ['d']).stdout, [...drawn, '1 directory, 4 files', ''].join('\n'));
    assert.match(runIt(tree, ['-a', 'd']).stdout, /^d\n├── \.hidden\n[^]*\n1 directory, 5 files\n$/);
    assert.is(runIt(tree, ['x.json:']).stdout, 'x.json:\n└── a\n    └── b\n\n1 directory, 1 file\n');
    const none = runIt(tree, ['none', 'd/file', 'd/sub']);
    assert.is(none.stdout, 'd/sub\n└── x\n\n0 directories, 1 file\n');
    assert.is(none.stderr, 'wasi9p tree: none: no such file or directory.\nwasi9p tree: d/file: not a directory.\n');
    assert.is(none.status, 1);
  });
});

test('mounts are listed without a guest', () => {
  inScratch(() => {
    plant();
    assert.is(runIt(ls, ['--dir', 'd::/w', '/w/sub']).stdout, 'x\n');
    assert.is(runIt(ls, ['--dir', 'd::/w', '--mem', '/m', '/']).stdout, 'm\ntmp\nw\n');
    assert.is(runIt(cat, ['/w/file', '--ro=d::/w', 'd/file']).stdout, 'content\ncontent\n');
    assert.is(runIt(ls, ['--dir', 'd::/w', '/etc']).stderr, 'wasi9p ls: /etc: no such file or directory.\n');
  });
});

test('a name neither steers a terminal nor forges a line, in a pipe neither', () => {
  inScratch(() => {
    fs.mkdirSync('d');
    fs.mkdirSync('d/\u202e');
    fs.writeFileSync('d/a\u001b[31m\nb', '');
    fs.symlinkSync('b -> c\u009b', 'd/l');
    assert.is(runIt(ls, ['d']).stdout, '"a\\033[31m\\nb"\nl\n"\\342\\200\\256"\n');
    assert.is(
      runIt(tree, ['d']).stdout,
      'd\n├── "a\\033[31m\\nb"\n├── l -> "b -> c\\302\\233"\n└── "\\342\\200\\256"\n\n1 directory, 2 files\n',
    );
    assert.match(
      runIt(ls, ['-l', 'd']).stdout,
      / "a\\033\[31m\\nb"\n.* l -> "b -> c\\302\\233"\n.* "\\342\\200\\256"\n$/,
    );
    assert.match(runIt(ls, ['d', 'd/\u202e']).stdout, /\n\n"d\/\\342\\200\\256":\n$/);
    const { stderr } = runIt(ls, ['\u001b[2J', 'x\ny']);
    assert.is(
      stderr,
      'wasi9p ls: "\\033[2J": no such file or directory.\nwasi9p ls: "x\\ny": no such file or directory.\n',
    );
  });
});

test('name and target of a symlink are shown unambiguously', () => {
  inScratch(() => {
    fs.mkdirSync('d');
    fs.symlinkSync('b', 'd/a -> x');
    assert.match(runIt(ls, ['-l', 'd']).stdout, / "a -> x" -> b\n$/);
    assert.is(runIt(ls, ['d']).stdout, 'a -> x\n');
  });
});

test('a file takes precedence over an archive member of the same name, and the archive can be reached still', () => {
  inScratch(() => {
    fs.writeFileSync('x.json', JSON.stringify({ '/a': 'in the archive' }));
    fs.writeFileSync('x.json:a', 'on the disk');
    fs.symlinkSync('nowhere', 'x.json:b');
    for (const word of ['x.json:a', './x.json:a', `${process.cwd()}/x.json:a`]) {
      assert.is(runIt(cat, [word]).stdout, 'on the disk', word);
    }
    for (const word of ['x.json:./a', 'x.json:/a']) assert.is(runIt(cat, [word]).stdout, 'in the archive', word);
    assert.match(runIt(ls, ['-l', 'x.json:b']).stdout, / x\.json:b -> nowhere\n$/);
  });
});

test('times beyond the range of Date are shown in seconds', () => {
  inScratch(() => {
    fs.writeFileSync(
      'x.tar',
      pack(pax({ mtime: '8640000000001' }), { name: 'far' }, pax({ mtime: '-1' }), { name: 'near' }),
    );
    const { stdout } = runIt(ls, ['-l', 'x.tar:'], { archives: ARCHIVES });
    assert.match(stdout, / 8640000000001 far\n/);
    assert.match(stdout, / (1969-12-31|1970-01-01) \d\d:\d\d near\n/);
  });
});

test('a directory of very many entries is listed', () => {
  inScratch(() => {
    const count = 130_000;
    const files = Object.fromEntries(Array.from({ length: count }, (_, i) => [`/f${i}`, '']));
    fs.writeFileSync('x.json', JSON.stringify(files));
    const { status, stdout, stderr } = runIt(ls, ['-l', 'x.json:']);
    assert.equal([status, stderr, stdout.split('\n').length], [0, '', count + 1]);
  });
});

test('tree draws more levels than a path has names', () => {
  inScratch(() => {
    const store = ram();
    let dir = store.root();
    for (let i = 0; i < 3000; i++) dir = store.create(dir, 'd', 0o40755, 0, 0, 0) as typeof dir;
    fs.writeFileSync('x.deep', '');
    const archives = [{ ending: /\.deep$/, names: '', open: () => store }];
    const { status, stdout, stderr } = runIt(tree, ['x.deep:'], { archives });
    assert.equal([status, stderr], [0, '']);
    assert.match(stdout.slice(-100), /^ +└── d\n\n3000 directories, 0 files\n$/);
  });
});

test('errors are printed up to a hundred times, and then counted', () => {
  inScratch(() => {
    const { status, stderr } = runIt(
      ls,
      Array.from({ length: 1234 }, (_, i) => `none${i}`),
    );
    const lines = stderr.split('\n');
    assert.equal([status, lines.length], [1, 102]);
    assert.is(lines[99], 'wasi9p ls: none99: no such file or directory.');
    assert.is(lines[100], 'wasi9p ls: 1134 more errors.');
    assert.ok(runIt(ls, ['x'.repeat(1_000_000)]).stderr.length < 6000);
  });
});

test('help, options among the operands, and usage errors', () => {
  inScratch(() => {
    plant();
    assert.match(runIt(ls, ['-h']).stdout, /^Usage: wasi9p ls \[OPTIONS\][^]*-l, --long [^]*--mem GUEST/);
    assert.is(runIt(ls, ['d', '-a', 'd/sub']).stdout, 'd:\n.hidden\nfile\nlink\nsub\nto-sub\n\nd/sub:\nx\n');
    assert.is(runIt(ls, ['--', '-a']).stderr, 'wasi9p ls: -a: no such file or directory.\n');
    assert.throws(
      () => runIt(cat, []),
      (error: unknown) =>
        error instanceof UsageError &&
        error.message === 'cat needs at least one operand, not 0: wasi9p cat [OPTIONS] PLACE…',
    );
    assert.throws(() => runIt(ls, ['-x']), /Unknown option -x\./);
    assert.throws(() => runIt(ls, ['--dir', 'none', '/']), /the directory none does not exist/);
  });
});

test('a closed pipe ends the command', () => {
  inScratch(() => {
    plant();
    const closed = (code: string) => () => {
      throw Object.assign(new Error(code), { code, errno: -1 });
    };
    assert.is(runIt(cat, ['d/file', 'd/file'], { stdout: closed('EPIPE') }).status, 141);
    const full = runIt(cat, ['d/file', 'd/file'], { stdout: closed('ENOSPC') });
    assert.is(full.status, 1);
    assert.is(full.stderr, 'wasi9p cat: cannot write output: no space left on device.\n');
  });
});

test.run();
