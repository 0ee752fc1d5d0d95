// ripgrep over a tree whose matches are known, since they are counted while it is made.
import { brotliDecompressSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importFile } from './packages.ts';
import { Stage, onEachRoot, type Ended, type ProgramRoot } from './stage.ts';

const DIRS = 40;
const FILES = 55;

/** The tree below /tmp, and the expected matches in it. */
class Forest {
  /** Path → lines with a needle, in the files that are searched by default. */
  readonly lines = new Map<string, number>();
  /** The same, of hidden and ignored files. */
  readonly unseen = new Map<string, number>();
  private readonly texts = new Map<string, string>();
  /** Occurrences, of which a line may have several. */
  needles = 0;
  private readonly root: ProgramRoot;

  constructor(root: ProgramRoot) {
    this.root = root;
    this.mkdir('src/.git');
    this.put('src/.gitignore', '*.log\n/build/\n!keep.log\n');
    for (let i = 0; i < DIRS; i++) this.fill(i);
    this.putUnseen('src/build/out.txt', 'needle\nneedle\n');
    this.putUnseen('src/.hidden/file.txt', 'needle\n');
    this.putSeen('src/d3/keep.log', 'needle needle\n');
    // Found to be binary before the needle.
    this.put('src/data.bin', 'some\0bytes\nneedle\n');
    this.putSeen('src/long.txt', 'no match here, nor in the next line\n'.repeat(40_000) + 'needle\n');
    root.fs.symlinkSync('../src/d1', `${root.path}/tmp/src/linked`);
    root.fs.symlinkSync('nowhere', `${root.path}/tmp/src/dangling`);
  }

  /** The output of rg for the matching lines. */
  matching(pattern: RegExp): string[] {
    const found = (path: string, text: string) =>
      text
        .split('\n')
        .filter((line) => pattern.test(line))
        .map((line) => `/tmp/${path}:${line}`);
    return [...this.texts].flatMap(([path, text]) => found(path, text)).sort();
  }

  private fill(i: number): void {
    for (let j = 0; j < FILES; j++) {
      const text = Array.from({ length: (i + j) % 9 }, (_, k) => lineOf(i, j, k)).join('');
      const path = `src/d${i}/${j % 5 === 0 ? 'deep/er/' : ''}file${j}.txt`;
      this.putSeen(path, text);
    }
    this.putUnseen(`src/d${i}/noise.log`, 'needle\n');
  }

  private putSeen(path: string, text: string): void {
    this.put(path, text);
    this.texts.set(path, text);
    this.lines.set(path, linesWith(text));
    this.needles += text.split('needle').length - 1;
  }

  private putUnseen(path: string, text: string): void {
    this.put(path, text);
    this.unseen.set(path, linesWith(text));
  }

  private mkdir(path: string): void {
    this.root.fs.mkdirSync(`${this.root.path}/tmp/${path}`, { recursive: true });
  }

  private put(path: string, text: string): void {
    this.mkdir(path.slice(0, path.lastIndexOf('/')));
    this.root.fs.writeFileSync(`${this.root.path}/tmp/${path}`, text);
  }
}

function lineOf(i: number, j: number, k: number): string {
  if ((i * j + k) % 4 === 0) return `${'x'.repeat(k)} needle ${i * 1000 + j} ${k % 3 === 0 ? 'needle' : ''}\n`;
  return `straw ${i} ${j} ${k}\n`;
}

function linesWith(text: string): number {
  return text.split('\n').filter((line) => line.includes('needle')).length;
}

/** The output's lines, sorted, because directories are read in any order. */
function sorted(text: string): string[] {
  return text.split('\n').slice(0, -1).sort();
}

function counts(files: Iterable<[string, number]>, base: string): string[] {
  return [...files]
    .filter(([, count]) => count > 0)
    .map(([path, count]) => `${base}${path}:${count}`)
    .sort();
}

async function ripgrep(): Promise<WebAssembly.Module> {
  const packed = await importFile<{ getCompressedBytes(): Uint8Array }>('ripgrep/lib/_rg.wasm.mjs');
  return WebAssembly.compile(brotliDecompressSync(packed.getCompressedBytes()));
}

const module = await ripgrep();

onEachRoot('ripgrep', (root) => {
  const forest = new Forest(root);
  assert.ok(forest.lines.size >= 2000, 'a tree of 2,000 files');
  const rg = (...args: string[]): Ended => {
    // Our stdout is a terminal to the program.
    const ended = new Stage(root, { args: ['rg', '--no-heading', '-N', ...args] }).start(module);
    assert.is(ended.stderr, '');
    return ended;
  };

  const everything = [...forest.lines, ...forest.unseen];
  assert.equal(sorted(rg('-c', 'needle', '/tmp').stdout), counts(forest.lines, '/tmp/'));
  assert.equal(
    sorted(rg('-c', '--hidden', '--no-ignore', '-g', '!data.bin', 'needle', '/tmp').stdout),
    counts(everything, '/tmp/'),
  );
  const listed = rg('--files', '--sort', 'path', '/tmp/src').stdout.split('\n').slice(0, -1);
  assert.equal([...listed].sort(), [...forest.lines.keys(), 'src/data.bin'].map((path) => `/tmp/${path}`).sort());
  assert.is(sorted(rg('-o', '--no-filename', 'needle', '/tmp').stdout).length, forest.needles);

  // A symlink that is named itself is followed, others are not.
  const d1 = [...forest.lines].filter(([path]) => path.startsWith('src/d1/'));
  const followed = rg('-c', 'needle', '/tmp/src/linked').stdout;
  assert.equal(
    sorted(followed),
    counts(d1, '/tmp/')
      .map((line) => line.replace('/d1/', '/linked/'))
      .sort(),
  );

  const stats = rg('--stats', '-q', 'needle', '/tmp').stdout;
  assert.match(stats, new RegExp(`^${forest.needles} matches$`, 'm'));
  assert.match(stats, new RegExp(`^${forest.lines.size + 1} files searched$`, 'm'));

  const pattern = '^x{3} needle \\d+00[3-7] needle$';
  const exact = sorted(rg(pattern, '/tmp').stdout);
  assert.equal(exact, forest.matching(new RegExp(pattern)));
  assert.ok(exact.length > 2);
  assert.is(rg('nothing like this', '/tmp').code, 1);
});

onEachRoot('ripgrep without its target', (root) => {
  const ended = new Stage(root, { args: ['rg', 'needle', '/tmp/none'] }).start(module);
  assert.is(ended.code, 2);
  assert.match(ended.stderr, '/tmp/none: No such file or directory (os error 44)');
});

test.run();
