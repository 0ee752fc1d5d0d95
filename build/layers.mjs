// The layers: which folder may import which, type-only imports included. The table is in the order of the layers: a row
// imports only from rows below it, or from its own files.
import { build as esbuild, transform } from 'esbuild';
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { Failure } from './bundle.mjs';
import { ROOT, sources } from './project.mjs';

/**
 * A layer: its files, the layers it may import besides itself, and the packages. The first row whose pattern matches
 * a file is its layer. Layers that are portable run everywhere, so they import no module of Node and use no global of Node.
 * @typedef {{ name: string, files: RegExp, may: string[], packages?: string[], isPortable?: boolean }} Layer
 */

/** Layers that every other may import: Linux's errnos and constants, and small helpers. */
const BASE = ['vfs/lib', 'vfs/linux'];
const PREVIEW1 = ['shim/preview1/process', 'shim/preview1/descriptors', 'shim/preview1/memory', 'shim/preview1/gate'];
const ABI = ['shim/preview1/abi', 'shim/host', 'vfs/client', 'vfs/9p', ...BASE];
const STORE = ['vfs/backend', 'vfs/9p', ...BASE];

/** @type {Layer[]} */
export const LAYERS = [
  {
    name: 'tests',
    files: /\.test\.ts$|(^|\/)(harness|(\w+-)?testing)\.ts$|^(wasm-tests|testing)\//,
    may: ['*'],
    packages: ['*'],
  },
  { name: 'bench', files: /^(bench|examples|build)\//, may: ['*'], packages: ['*'] },
  {
    name: 'cli',
    files: /^cli\/[^/]+$/,
    may: ['cli/commands', 'cli/lib', 'runner', 'toolchain', ...BASE],
    packages: ['*'],
  },
  {
    name: 'cli/commands',
    files: /^cli\/commands\//,
    may: [
      ...[
        'cli/copy',
        'cli/runners',
        'cli/mounts',
        'cli/lib',
        'runner',
        'toolchain',
        'shim',
        'shim/sockets',
        'shim/threads',
        'shim/trace',
        'shim/preview1/abi',
        'vfs/fs',
      ],
      ...['vfs/serve', 'vfs/server', 'vfs/backends/readonly'],
      ...['vfs/backends/overlay', 'vfs/backends/hostdir', 'vfs/backends/ram', 'vfs/backend', ...BASE],
    ],
    packages: ['*'],
  },
  {
    name: 'runner',
    files: /^runner\//,
    may: [
      ...['toolchain', 'shim', 'vfs/fs', 'vfs/connect', 'vfs/backends/overlay', 'vfs/backends/hostdir'],
      ...['vfs/backends/ram', 'vfs/backend', ...BASE],
    ],
    packages: ['*'],
  },
  {
    name: 'embed/node-wasi',
    files: /^embed\/node-wasi\//,
    may: [
      ...['toolchain', 'shim', 'shim/trace', 'shim/preview0', 'shim/preview1/gate', 'shim/preview1/descriptors'],
      ...['vfs/namespace', 'vfs/connect', 'vfs/backends/overlay', 'vfs/backends/hostdir', 'vfs/backend', ...BASE],
    ],
    packages: ['*'],
  },
  { name: 'embed/register', files: /^embed\/register\//, may: [], packages: ['*'] },
  { name: 'cli/runners', files: /^cli\/runners\//, may: ['cli/mounts', 'cli/lib', ...BASE], packages: ['*'] },
  {
    name: 'cli/copy',
    files: /^cli\/copy\//,
    may: ['cli/lib', 'vfs/fs', 'vfs/connect', 'vfs/client', ...STORE],
    packages: ['*'],
  },
  {
    name: 'cli/mounts',
    files: /^cli\/mounts\//,
    may: [
      ...['cli/lib', 'vfs/namespace', 'vfs/fs', 'vfs/backends/overlay', 'vfs/backends/hostdir', 'vfs/backends/tar'],
      ...['vfs/backends/ram', 'vfs/remote', 'vfs/transport', 'vfs/backend', ...BASE],
    ],
    packages: ['*'],
  },
  { name: 'cli/lib', files: /^cli\/lib\//, may: ['toolchain', ...BASE], packages: ['*'] },
  { name: 'toolchain', files: /^toolchain\//, may: ['shim', 'vfs/backends/tar', ...BASE], packages: ['*'] },
  {
    name: 'shim/threads',
    files: /^shim\/threads\//,
    may: ['shim', 'shim/preview1', 'shim/preview1/calls', ...PREVIEW1, 'vfs/connect', ...ABI],
    isPortable: true,
  },
  {
    name: 'shim/browser-wasi-shim',
    files: /^shim\/browser-wasi-shim\//,
    may: ['shim', 'shim/trace', 'shim/foreign', 'shim/preview1', ...PREVIEW1, 'vfs/connect', ...ABI],
    packages: ['@bjorn3/browser_wasi_shim'],
    isPortable: true,
  },
  {
    name: 'shim',
    files: /^shim\/[^/]+$/,
    may: ['shim/foreign', 'shim/preview1', ...PREVIEW1, 'vfs/namespace', 'vfs/connect', ...ABI],
    packages: ['@bjorn3/browser_wasi_shim'],
    isPortable: true,
  },
  {
    name: 'shim/sockets',
    files: /^shim\/sockets\//,
    may: ['shim/preview1', ...PREVIEW1, ...ABI],
    packages: ['*'],
  },
  {
    name: 'shim/trace',
    files: /^shim\/trace\//,
    may: ['shim/preview1', ...PREVIEW1, 'vfs/connect', 'vfs/transport', ...ABI],
    isPortable: true,
  },
  {
    name: 'shim/preview0',
    files: /^shim\/preview0\//,
    may: ['shim/preview1', 'shim/preview1/abi', ...BASE],
    isPortable: true,
  },
  {
    name: 'shim/foreign',
    files: /^shim\/foreign\//,
    may: ['shim/preview1/descriptors', 'shim/preview1/memory', 'shim/preview1/gate', ...ABI],
    packages: ['@bjorn3/browser_wasi_shim'],
    isPortable: true,
  },
  {
    name: 'shim/preview1',
    files: /^shim\/preview1\/[^/]+$/,
    may: ['shim/preview1/calls', ...PREVIEW1, 'vfs/connect', ...ABI],
    isPortable: true,
  },
  { name: 'shim/preview1/calls', files: /^shim\/preview1\/calls\//, may: [...PREVIEW1, ...ABI], isPortable: true },
  {
    name: 'shim/preview1/process',
    files: /^shim\/preview1\/process\//,
    may: ['shim/preview1/descriptors', 'shim/preview1/memory', 'shim/preview1/gate', 'vfs/client', ...BASE],
    isPortable: true,
  },
  {
    name: 'shim/preview1/descriptors',
    files: /^shim\/preview1\/descriptors\//,
    may: ['shim/preview1/memory', 'shim/preview1/gate', ...ABI],
    isPortable: true,
  },
  {
    name: 'shim/preview1/memory',
    files: /^shim\/preview1\/memory\//,
    may: ['shim/preview1/gate', 'shim/preview1/abi', ...BASE],
    isPortable: true,
  },
  { name: 'shim/preview1/gate', files: /^shim\/preview1\/gate\//, may: [], isPortable: true },
  { name: 'shim/preview1/abi', files: /^shim\/preview1\/abi\//, may: ['vfs/9p'], isPortable: true },
  { name: 'shim/host', files: /^shim\/host\//, may: [], isPortable: true },
  {
    name: 'vfs/namespace',
    files: /^vfs\/namespace\//,
    may: ['vfs/fs', 'vfs/backends/readonly', 'vfs/connect', 'vfs/client', 'vfs/backends/ram', ...STORE],
    isPortable: true,
  },
  {
    name: 'vfs/fs',
    files: /^vfs\/fs\//,
    may: ['vfs/connect', 'vfs/server', 'vfs/client', ...STORE],
    isPortable: true,
  },
  {
    name: 'vfs/archive',
    files: /^vfs\/archive\//,
    may: ['vfs/connect', 'vfs/client', 'vfs/backends/tar', ...STORE],
    isPortable: true,
  },
  {
    name: 'vfs/remote',
    files: /^vfs\/remote\//,
    may: ['vfs/client', 'vfs/transport', 'vfs/9p', ...BASE],
    packages: ['*'],
  },
  {
    name: 'vfs/connect',
    files: /^vfs\/connect\/[^/]+$/,
    may: ['vfs/server', 'vfs/client', 'vfs/transport', 'vfs/backends/hostdir', 'vfs/backends/memfs', ...STORE],
    isPortable: true,
  },
  { name: 'vfs/serve', files: /^vfs\/serve\//, may: ['vfs/server', 'vfs/9p', ...BASE], isPortable: true },
  { name: 'vfs/server', files: /^vfs\/server\//, may: ['vfs/transport', ...STORE], isPortable: true },
  { name: 'vfs/client', files: /^vfs\/client\//, may: ['vfs/transport', 'vfs/9p', ...BASE], isPortable: true },
  { name: 'vfs/transport', files: /^vfs\/transport\//, may: ['vfs/9p', ...BASE], isPortable: true },
  {
    name: 'vfs/backends/overlay',
    files: /^vfs\/backends\/overlay\//,
    may: ['vfs/backends/ram', ...STORE],
    isPortable: true,
  },
  {
    name: 'vfs/backends/tar',
    files: /^vfs\/backends\/tar\//,
    may: STORE,
    packages: ['pako'],
    isPortable: true,
  },
  { name: 'vfs/backends/hostdir', files: /^vfs\/backends\/hostdir\//, may: STORE, packages: ['*'] },
  { name: 'vfs/backends/memfs', files: /^vfs\/backends\/memfs\//, may: STORE, packages: ['memfs'], isPortable: true },
  { name: 'vfs/backends/ram', files: /^vfs\/backends\/ram\//, may: STORE, isPortable: true },
  { name: 'vfs/backends/readonly', files: /^vfs\/backends\/readonly\//, may: STORE, isPortable: true },
  { name: 'vfs/backend', files: /^vfs\/backend\//, may: ['vfs/9p', ...BASE], isPortable: true },
  { name: 'vfs/9p', files: /^vfs\/9p\//, may: BASE, isPortable: true },
  { name: 'vfs/lib', files: /^vfs\/lib\//, may: ['vfs/linux'], isPortable: true },
  { name: 'vfs/linux', files: /^vfs\/linux\//, may: [], isPortable: true },
];

/** Globals that only Node and its imitators have. */
const NODE_GLOBALS = ['Buffer', 'process', 'global', 'require', 'setImmediate', '__dirname', '__filename'];

/** Checks every source file; a failure lists every forbidden import. */
export async function layers() {
  const files = sources(/\.ts$/).filter((file) => !file.endsWith('.d.ts'));
  const wrong = [...wrongEdges(await edges(files)), ...(await wrongGlobals(files, ROOT))];
  if (wrong.length)
    throw new Failure(['layers: these lines break the rules of build/layers.mjs:', ...wrong].join('\n  '));
  console.log(`layers: ${files.length} files keep to the rules`);
}

/** The layer of a source file. @param {string} file */
export function layerOf(file) {
  return LAYERS.find((layer) => layer.files.test(file));
}

/**
 * Returns the imports of each file: [importer, file or package].
 * @param {string[]} files
 * @param {string} [root]
 * @returns {Promise<[from: string, to: string][]>}
 */
export async function edges(files, root = ROOT) {
  const { metafile } = await esbuild({
    absWorkingDir: root,
    entryPoints: files,
    bundle: true,
    write: false,
    outdir: 'out',
    format: 'esm',
    platform: 'neutral',
    packages: 'external',
    metafile: true,
    logLevel: 'warning',
  });
  const atRunTime = Object.entries(metafile.inputs).flatMap(([from, input]) =>
    input.imports.map(({ path }) => /** @type {[string, string]} */ ([from, path])),
  );
  return [...atRunTime, ...files.flatMap((file) => typeEdges(file, readFileSync(join(root, file), 'utf8')))];
}

/**
 * The files of which a file imports types only: esbuild drops these imports.
 * @param {string} file
 * @param {string} source
 * @returns {[from: string, to: string][]}
 */
function typeEdges(file, source) {
  const imports = source.matchAll(/^(?:import|export) type [^;]*? from '(\.[^']*)';/gm);
  return Array.from(imports, ([, to = '']) => [file, join(dirname(file), to)]);
}

/**
 * The edges the table does not allow, each as a sentence, and each sentence once.
 * @param {[from: string, to: string][]} list
 */
export function wrongEdges(list) {
  return [...new Set(list.map(([from, to]) => wrongEdge(from, to)))].filter((text) => text !== '');
}

/** '' for an edge that is allowed. @param {string} from @param {string} to */
function wrongEdge(from, to) {
  const layer = layerOf(from);
  if (!layer)
    return from.endsWith('.ts')
      ? `${from} belongs to no layer: add a row for its folder to LAYERS in build/layers.mjs`
      : '';
  const target = layerOf(to);
  if (target)
    return target === layer || layer.may.includes(target.name) || layer.may.includes('*')
      ? ''
      : edge(from, layer, to, target.name);
  if (to.endsWith('.mjs')) return layer.may.includes('*') ? '' : edge(from, layer, to, 'build');
  return packageAllowed(layer, to) ? '' : edge(from, layer, to, isBuiltin(to) ? 'Node' : 'a package');
}

/** @param {Layer} layer @param {string} specifier */
function packageAllowed(layer, specifier) {
  const packages = layer.packages ?? [];
  return packages.includes('*') || packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}

/** @param {string} from @param {Layer} layer @param {string} to @param {string} kind */
function edge(from, layer, to, kind) {
  return `${from} (${layer.name}) must not import ${to} (${kind})`;
}

/**
 * Uses of Node's globals in portable files. esbuild replaces a name by `define` only where nothing declares it, so neither
 * a comment nor a local variable of that name counts; code that looks a global up on `globalThis` means to.
 * @param {string[]} files
 * @param {string} root
 */
export async function wrongGlobals(files, root) {
  const marks = NODE_GLOBALS.map((name) => [name, `__uses_${name}__`]);
  /** @type {string[]} */
  const wrong = [];
  for (const file of files) {
    if (!layerOf(file)?.isPortable) continue;
    const source = readFileSync(join(root, file), 'utf8');
    const { code } = await transform(source, { loader: 'ts', define: Object.fromEntries(marks) });
    for (const [name, mark] of marks)
      if (code.includes(`${mark}`)) wrong.push(`${file} must not use Node's global ${name}`);
  }
  return wrong;
}
