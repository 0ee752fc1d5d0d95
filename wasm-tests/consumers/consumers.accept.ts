// Packages that take a file system with the calls of node:fs, unmodified, on the file system of createFs.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Volume } from 'memfs';
import { TestGuest } from '../../testing/test-guest.ts';
import { unless } from '../../build/test/skip.ts';
import { memfs } from '../../vfs/backends/memfs/index.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { serverFor } from '../../vfs/connect/server-for.ts';
import { createFs, type FileSystem } from '../../vfs/fs/index.ts';
import { hasGit, makeRepository, serve } from './git-server.ts';

const packages = new URL('packages/package.json', import.meta.url);
const require = createRequire(packages);

// oxlint-disable-next-line typescript/no-explicit-any -- the packages are not installed where types are checked
type Any = any;

/** A package of wasm-tests/consumers/packages. */
function load(name: string): Any {
  try {
    return require(name);
  } catch (error) {
    const install = 'npm ci --ignore-scripts --no-audit --no-fund --prefix wasm-tests/consumers/packages';
    throw new Error(`${name} is not installed; install the packages with: ${install}`, { cause: error });
  }
}

/** Runs a test on ram and on memfs; at the end nothing may be open. */
function onStores(title: string, act: (fs: FileSystem) => Promise<void>, on: ReturnType<typeof unless> = test): void {
  for (const make of [ram, () => memfs(new Volume())]) {
    const backend = make();
    on(`${title}, ${backend.name}`, async () => {
      const fs = createFs(backend, { Buffer });
      await act(fs);
      const { fids, orphans } = serverFor(backend).inspect();
      assert.equal({ fids, orphans }, { fids: 1, orphans: 0 });
      fs.unmount();
    });
  }
}

const author = { name: 'A', email: 'a@example.org' };

onStores('isomorphic-git: init, add, commit, log, status, checkout', async (fs) => {
  const git = load('isomorphic-git');
  const dir = '/repo';
  fs.mkdirSync(dir);
  await git.init({ fs, dir, defaultBranch: 'main' });
  fs.mkdirSync('/repo/src');
  const oids: string[] = [];
  for (const text of ['one', 'two']) {
    fs.writeFileSync('/repo/src/f', text);
    await git.add({ fs, dir, filepath: 'src/f' });
    oids.push(await git.commit({ fs, dir, message: text, author }));
  }
  const log = await git.log({ fs, dir });
  assert.equal(
    log.map(({ commit }: Any) => commit.message),
    ['two\n', 'one\n'],
  );
  fs.writeFileSync('/repo/src/f', 'changed');
  assert.is(await git.status({ fs, dir, filepath: 'src/f' }), '*modified');
  await git.checkout({ fs, dir, ref: oids[0], force: true });
  assert.is(fs.readFileSync('/repo/src/f', 'utf8'), 'one');
  await git.checkout({ fs, dir, ref: 'main' });
  assert.is(fs.readFileSync('/repo/src/f', 'utf8'), 'two');
  assert.equal(await git.statusMatrix({ fs, dir }), [['src/f', 1, 1, 1]]);
});

onStores(
  'isomorphic-git: clone over HTTP, read by a guest',
  async (fs) => {
    const git = load('isomorphic-git');
    const root = mkdtempSync(join(tmpdir(), 'wasi9p-git-'));
    makeRepository(root);
    const { server, url } = await serve(root);
    try {
      await git.clone({ fs, http: load('isomorphic-git/http/node'), dir: '/clone', url });
      assert.is(fs.readFileSync('/clone/dir/f', 'utf8'), 'two\n');
      assert.is(fs.readlinkSync('/clone/link'), 'dir/f');
      assert.is(fs.statSync('/clone/run').mode & 0o111, 0o111);
      const log = await git.log({ fs, dir: '/clone' });
      assert.equal(
        log.map(({ commit }: Any) => commit.message),
        ['second\n', 'first\n'],
      );
      await git.checkout({ fs, dir: '/clone', ref: log[1].oid });
      assert.is(fs.readFileSync('/clone/link', 'utf8'), 'one\n');
      assert.not(fs.existsSync('/clone/run'));
    } finally {
      server.close();
      rmSync(root, { recursive: true });
    }
  },
  unless(hasGit() ? '' : 'git is not installed'),
);

/** Sources for the tools. */
function plant(fs: FileSystem): void {
  fs.mkdirSync('/src/sub/deep', { recursive: true });
  fs.writeFileSync('/src/main.ts', 'import { b } from "./sub/b";\nexport const a: string = b;\n');
  fs.writeFileSync('/src/sub/b.ts', 'export const b = "text";\n');
  fs.writeFileSync('/src/sub/deep/c.js', 'export const c = 1;\n');
  fs.writeFileSync('/src/.hidden.ts', '');
  fs.symlinkSync('sub/b.ts', '/src/link.ts');
}

onStores('glob: async, sync and streamed', async (fs) => {
  plant(fs);
  const { glob, globSync, globStream } = load('glob');
  const wanted = ['link.ts', 'main.ts', 'sub/b.ts'];
  assert.equal((await glob('**/*.ts', { fs, cwd: '/src' })).sort(), wanted);
  assert.equal(globSync('**/*.ts', { fs, cwd: '/src' }).sort(), wanted);
  const streamed: string[] = [];
  for await (const path of globStream('**/*.ts', { fs, cwd: '/src' })) streamed.push(path);
  assert.equal(streamed.sort(), wanted);
});

onStores('fast-glob: async, sync and streamed', async (fs) => {
  plant(fs);
  const fg = load('fast-glob');
  const wanted = ['.hidden.ts', 'link.ts', 'main.ts', 'sub/b.ts'];
  const options = { fs, cwd: '/src', dot: true, onlyFiles: false };
  assert.equal((await fg('**/*.ts', options)).sort(), wanted);
  assert.equal(fg.sync('**/*.ts', options).sort(), wanted);
  const streamed: string[] = [];
  for await (const path of fg.stream('**/*.ts', options)) streamed.push(path);
  assert.equal(streamed.sort(), wanted);
});

onStores('tar-fs: pack and extract', async (fs) => {
  plant(fs);
  fs.chmodSync('/src/main.ts', 0o755);
  fs.utimesSync('/src/sub/b.ts', 1000, 2000);
  const tar = load('tar-fs');
  await pipeline(tar.pack('/src', { fs }), tar.extract('/out', { fs }));
  const list = (top: string): string[] => fs.readdirSync(top, { recursive: true }).sort();
  assert.equal(list('/out'), list('/src'));
  assert.is(fs.readFileSync('/out/sub/b.ts', 'utf8'), fs.readFileSync('/src/sub/b.ts', 'utf8'));
  assert.is(fs.readlinkSync('/out/link.ts'), 'sub/b.ts');
  assert.is(fs.statSync('/out/main.ts').mode & 0o777, 0o755);
  assert.is(fs.statSync('/out/sub/b.ts').mtimeMs, 2_000_000);
});

onStores('unionfs: reads, listings and streams of both', async (fs) => {
  plant(fs);
  const { Union } = load('unionfs');
  const upper = Volume.fromJSON({ '/src/upper.ts': 'upper', '/src/main.ts': 'over' });
  const union = new Union().use(fs).use(upper);
  assert.is(union.readFileSync('/src/main.ts', 'utf8'), 'over');
  assert.is(await union.promises.readFile('/src/sub/b.ts', 'utf8'), 'export const b = "text";\n');
  assert.equal(union.readdirSync('/src').sort(), ['.hidden.ts', 'link.ts', 'main.ts', 'sub', 'upper.ts']);
  const text = await new Promise((done) =>
    union.readFile('/src/sub/b.ts', 'utf8', (_: Any, read: string) => done(read)),
  );
  assert.is(text, 'export const b = "text";\n');
  let streamed = '';
  for await (const chunk of union.createReadStream('/src/sub/b.ts', 'utf8')) streamed += chunk;
  assert.is(streamed, text);
});

onStores('rollup: the option fs', async (fs) => {
  fs.mkdirSync('/src/lib', { recursive: true });
  fs.writeFileSync('/src/main.js', 'import { x } from "./lib/x.js";\nconsole.log(x);\n');
  fs.writeFileSync('/src/lib/x.js', 'export const x = 42;\nexport const unused = 1;\n');
  const { rollup } = load('rollup');
  const bundle = await rollup({ input: '/src/main.js', fs: fs.promises });
  await bundle.write({ file: '/dist/out.js' });
  await bundle.close();
  assert.is(fs.readFileSync('/dist/out.js', 'utf8'), 'const x = 42;\n\nconsole.log(x);\n');
});

onStores('TypeScript: a System', async (fs) => {
  plant(fs);
  const ts = load('typescript');
  const kinds = (path: string, is: 'isFile' | 'isDirectory'): string[] =>
    fs.readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry[is]() ? [entry.name] : []));
  const is = (path: string, kind: 'isFile' | 'isDirectory'): boolean =>
    fs.statSync(path, { throwIfNoEntry: false })?.[kind]() ?? false;
  const system = {
    ...ts.sys,
    getCurrentDirectory: () => '/src',
    fileExists: (path: string) => is(path, 'isFile'),
    directoryExists: (path: string) => is(path, 'isDirectory'),
    readFile: (path: string) => (is(path, 'isFile') ? fs.readFileSync(path, 'utf8') : undefined),
    writeFile: (path: string, text: string) => fs.writeFileSync(path, text),
    createDirectory: (path: string) => fs.mkdirSync(path),
    getDirectories: (path: string) => kinds(path, 'isDirectory'),
    realpath: (path: string) => fs.realpathSync(path),
    readDirectory: (path: string, extensions: string[], _: unknown, includes: string[]) =>
      ts.matchFiles(
        path,
        extensions,
        [],
        includes,
        true,
        '/src',
        undefined,
        (at: string) => ({
          files: kinds(at, 'isFile'),
          directories: kinds(at, 'isDirectory'),
        }),
        (at: string) => fs.realpathSync(at),
      ),
  };
  fs.writeFileSync('/src/tsconfig.json', '{ "compilerOptions": { "noLib": true, "outDir": "/out", "types": [] } }');
  const { config } = ts.readConfigFile('/src/tsconfig.json', system.readFile);
  const parsed = ts.parseJsonConfigFileContent(config, system, '/src');
  assert.equal(parsed.fileNames.sort(), ['/src/main.ts', '/src/sub/b.ts']);
  const host = ts.createIncrementalCompilerHost(parsed.options, system);
  ts.createProgram(parsed.fileNames, parsed.options, host).emit();
  assert.equal(fs.readdirSync('/out', { recursive: true }), ['main.js', 'sub', 'sub/b.js']);
  assert.match(fs.readFileSync('/out/sub/b.js', 'utf8'), 'b = "text"');
});

test('what a package has written is a file of a guest', async () => {
  const server = serverFor(ram());
  const fs = createFs(server, { Buffer });
  const git = load('isomorphic-git');
  fs.mkdirSync('/repo');
  await git.init({ fs, dir: '/repo', defaultBranch: 'main' });
  const guest = new TestGuest({ preopens: () => ({ '/': server }) });
  assert.is(guest.read(guest.open('repo/.git/HEAD')), 'ref: refs/heads/main\n');
  guest.end();
  fs.unmount();
});

test.run();
