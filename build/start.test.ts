// The cost of an import: modules only define at import, and each published module loads few files.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildCommand, buildModules } from './dist.mjs';
import { ENTRIES, ROOT, WITH_EFFECT } from './project.mjs';
import { hostDir } from '../vfs/backends/hostdir/index.ts';

const start = suite('start-up');
let outdir = '';

start.before(async () => {
  mkdirSync(join(ROOT, '.build'), { recursive: true });
  // Below the root, so that packages resolve.
  outdir = mkdtempSync(join(ROOT, '.build', 'start-'));
  await buildModules(relative(ROOT, outdir));
  await buildCommand(relative(ROOT, outdir));
});

start.after(() => rmSync(outdir, { recursive: true, force: true }));

/** Records what a module asks of its surroundings, then imports it. */
const SPY = `
const asked = [];
const spy = (owner, name) => {
  const real = owner[name];
  owner[name] = function (...args) { asked.push(name + ' ' + args[0]); return new.target ? new real(...args) : real.apply(this, args); };
};
const before = Object.keys(globalThis).join();
const listeners = process.eventNames().join();
for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'RegExp']) spy(globalThis, name);
for (const name of ['Module', 'Instance', 'Memory', 'compile']) spy(WebAssembly, name);
spy(process, 'getBuiltinModule');
await import(process.argv[1]);
if (Object.keys(globalThis).join() !== before) asked.push('globals');
if (process.eventNames().join() !== listeners) asked.push('listeners');
console.log(JSON.stringify(asked));
`;

// memfs, which testing imports, is another's.
for (const name of Object.keys(ENTRIES).filter((each) => each !== 'testing' && !WITH_EFFECT.includes(each))) {
  start(`an import of ${name} has no effect`, () => {
    const argv = ['--input-type=module', '-e', SPY, join(outdir, `${name}.js`)];
    const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    assert.is(stdout, '[]\n', stderr);
  });
}

/** The files that a file imports statically, itself included, and the packages. */
function loaded(file: string, found = new Set<string>()): Set<string> {
  found.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, path = ''] of text.matchAll(/(?:^|[;\n}])(?:import|export)\b(?:[^'"();]*\bfrom)?\s*"([^"]+)"/g)) {
    const target = path.startsWith('.') ? join(dirname(file), path) : path;
    if (found.has(target)) continue;
    if (path.startsWith('.')) loaded(target, found);
    else found.add(target);
  }
  return found;
}

function packagesOf(name: string): string[] {
  return [...loaded(join(outdir, `${name}.js`))].filter((file) => !existsSync(file));
}

start('a module loads few files', () => {
  const count = (name: string): number => loaded(join(outdir, `${name}.js`)).size;
  const most = {
    index: 3,
    core: 2,
    'backends/ram': 2,
    'backends/readonly': 2,
    'backends/memfs': 2,
    'backends/tar': 2,
    'backends/hostdir': 3,
  };
  for (const [name, files] of Object.entries(most)) assert.ok(count(name) <= files, `${name}: ${count(name)}`);
});

/** Prints the facts about objects that cross from one module to another. */
const ONE = `
const [index, core, fs, memfs, ram, readonly, server] = await Promise.all(
  ['index', 'core', 'fs', 'backends/memfs', 'backends/ram', 'backends/readonly', 'server'].map((name) => import(process.argv[1] + name + '.js')),
);
const { Volume } = await import('memfs');
const volume = new Volume();
const store = ram.ram();
const view = readonly.readOnly(store);
const { backend } = index.serverFor(volume);
console.log(JSON.stringify({
  'a backend a volume': memfs.memfs(volume) === backend,
  'a server a store': core.serverFor(store) === index.serverFor(store),
  'a class of servers': index.serverFor(ram.ram()) instanceof server.Server && server.Server === index.Server,
  'a server of a view': core.serverFor(view) === index.serverFor(view) && index.serverFor(view).sessions === core.serverFor(store).sessions,
  'a view a store': readonly.readOnly(store) === view,
  'a file system a store': (() => {
    const names = fs.createFs(store);
    names.writeFileSync('/x', 'x');
    return new index.Namespace({ '/': store }).fs.readFileSync('/x', 'utf8') === 'x';
  })(),
}));
`;

start('modules that hold copies of some sources share what has state', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', ONE, `${outdir}/`], {
    encoding: 'utf8',
  });
  assert.is(stderr, '');
  for (const [fact, holds] of Object.entries(JSON.parse(stdout) as Record<string, boolean>)) assert.ok(holds, fact);
});

start('only modules that are about a package import it', () => {
  // The runner of tests is for Node, Deno and Bun; servers elsewhere need a thread and sockets.
  const anywhere = Object.keys(ENTRIES).filter((name) => name !== 'test' && name !== 'remote');
  const needs = anywhere.flatMap((name) => packagesOf(name).map((needed) => `${name} ${needed}`));
  assert.equal(needs, ['browser-wasi-shim @bjorn3/browser_wasi_shim', 'testing memfs']);
});

start('fields of classes are assigned, as tsconfig.json says, and not defined', () => {
  const files = readdirSync(outdir, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));
  assert.ok(files.length > Object.keys(ENTRIES).length);
  /** Classes of pako and of smol-toml. */
  const theirs = /^class(?:| _?TomlError extends Error)\{(?:options|line);$/;
  const defined = files.flatMap((file) => {
    const text = readFileSync(join(outdir, file), 'utf8');
    return text.match(/\bclass(?: \w+)?(?: extends [\w.]+)?\{\s*[a-z]\w*[;=]/g) ?? [];
  });
  assert.equal(
    defined.filter((text) => !theirs.test(text)),
    [],
  );
});

start('the calls through libc are a file of their own, which a host directory loads', () => {
  const holders = readdirSync(outdir, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      /\.c?js$/.test(file) && /LibcCalls ?= ?class|class LibcCalls/.test(readFileSync(join(outdir, file), 'utf8')),
  );
  assert.equal(holders, ['libc.cjs']);
  const script = `const { hostDir } = await import(process.argv[1]); const dir = hostDir('.'); console.log(dir.way); dir.close();`;
  const run = (module: string): string =>
    spawnSync(process.execPath, ['--input-type=module', '-e', script, module], { cwd: outdir, encoding: 'utf8' })
      .stdout;
  const here = run(join(outdir, 'backends/hostdir.js'));
  // The same way as that of the sources before they are divided.
  const dir = hostDir('.');
  assert.is(here, `${dir.way}\n`);
  dir.close();
});

start('the command is one file, and loads no other to run a program', () => {
  assert.is(loaded(join(outdir, 'cli.js')).size, 1);
  const text = readFileSync(join(outdir, 'cli.js'), 'utf8');
  for (const part of ['class HostDirStore', 'class OverlayStore', 'class Inflate']) assert.not.match(text, part);
});

start.run();
