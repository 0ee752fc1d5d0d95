// The arrows between the parts: which file may import which. Type-only imports do not count, since esbuild,
// whose metafile lists the edges, drops them.
import { build as esbuild, transform } from 'esbuild';
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { Failure } from './bundle.mjs';
import { ROOT, sources } from './project.mjs';

/**
 * A layer: its files, the layers it may import besides itself, and the packages. The first row whose pattern matches
 * a file is its layer. `core` layers run everywhere, so they import nothing of Node and use none of its globals.
 * @typedef {{ name: string, files: RegExp, may: string[], packages?: string[], core?: boolean }} Layer
 * @type {Layer[]}
 */
export const LAYERS = [
  {
    name: 'tests',
    files: /\.test\.ts$|(^|\/)(harness|conformance(-\w+)?|(\w+-)?testing)\.ts$|^wasm-tests\//,
    may: ['*'],
    packages: ['*'],
  },
  { name: 'bench', files: /^(bench|examples|build)\//, may: ['*'], packages: ['*'] },
  {
    name: 'cli',
    files: /^cli\//,
    may: [
      'toolchain',
      'shim',
      'trace',
      'fs',
      'namespace',
      'tar',
      'view',
      'vfs',
      'hostdir',
      'backend',
      'server',
      'client',
      'transport',
      'node transport',
      '9p',
      '9p constants',
      'base',
    ],
    packages: ['*'],
  },
  {
    name: 'toolchain',
    files: /^toolchain\//,
    may: ['shim', 'vfs', 'hostdir', 'tar', 'backend', 'server', 'base'],
    packages: ['*'],
  },
  {
    name: 'trace',
    files: /^shim\/strace\.ts$/,
    may: ['shim', 'vfs', '9p', '9p constants', 'base'],
    core: true,
  },
  {
    name: 'shim',
    files: /^shim\//,
    may: ['namespace', 'vfs', 'client', '9p constants', 'base'],
    packages: ['@bjorn3/browser_wasi_shim'],
    core: true,
  },
  {
    name: 'namespace',
    files: /^vfs\/namespace\//,
    may: ['fs', 'vfs', 'view', 'client', 'backend', '9p', '9p constants', 'base'],
    core: true,
  },
  {
    name: 'vfs',
    files: /^vfs\/(index|mount)\.ts$/,
    may: ['server', 'client', 'transport', 'backend', 'hostdir', '9p', '9p constants', 'base'],
    core: true,
  },
  { name: 'fs', files: /^vfs\/fs\//, may: ['backend', 'vfs', 'client', '9p constants', 'base'], core: true },
  { name: 'server', files: /^vfs\/server\//, may: ['backend', '9p', '9p constants', 'base'], core: true },
  { name: 'client', files: /^vfs\/client\//, may: ['9p', '9p constants', 'base'], core: true },
  {
    name: 'node transport',
    files: /^vfs\/transport\/(socket|worker)/,
    may: ['transport', '9p', '9p constants', 'base'],
    packages: ['*'],
  },
  { name: 'transport', files: /^vfs\/transport\//, may: ['9p', '9p constants', 'base'], core: true },
  { name: 'hostdir', files: /^vfs\/backend\/hostdir/, may: ['backend', '9p constants', 'base'], packages: ['*'] },
  {
    name: 'view',
    files: /^vfs\/backend\/readonly\/(index|server)\.ts$/,
    may: ['backend', 'vfs', 'server', '9p constants', 'base'],
    core: true,
  },
  {
    name: 'tar',
    files: /^vfs\/backend\/tar\//,
    may: ['backend', 'vfs', 'client', 'transport', '9p', '9p constants', 'base'],
    packages: ['pako'],
    core: true,
  },
  { name: 'backend', files: /^vfs\/backend\//, may: ['9p constants', 'base'], packages: ['memfs'], core: true },
  { name: '9p constants', files: /^vfs\/9p\/constants\.ts$/, may: ['base'], core: true },
  { name: '9p', files: /^vfs\/9p\//, may: ['9p constants', 'base'], core: true },
  { name: 'base', files: /^vfs\/[^/]+\.ts$/, may: [], core: true },
];

/** Globals that only Node and its imitators have. */
const NODE_GLOBALS = ['Buffer', 'process', 'global', 'require', 'setImmediate', '__dirname', '__filename'];

/** Checks every source file; a failure lists every wrong edge. */
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
 * What each file imports at run time: [importer, file or package].
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
  return Object.entries(metafile.inputs).flatMap(([from, input]) =>
    input.imports.map(({ path }) => /** @type {[string, string]} */ ([from, path])),
  );
}

/**
 * The edges the table does not allow, each as a sentence.
 * @param {[from: string, to: string][]} list
 */
export function wrongEdges(list) {
  return list.map(([from, to]) => wrongEdge(from, to)).filter((text) => text !== '');
}

/** '' for an edge that is allowed. @param {string} from @param {string} to */
function wrongEdge(from, to) {
  const layer = layerOf(from);
  if (!layer) return from.endsWith('.ts') ? `${from} belongs to no layer` : '';
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
 * Uses of Node's globals in core files. esbuild replaces a name by `define` only where nothing declares it, so neither
 * a comment nor a local variable of that name counts; code that looks a global up on `globalThis` means to.
 * @param {string[]} files
 * @param {string} root
 */
export async function wrongGlobals(files, root) {
  const marks = NODE_GLOBALS.map((name) => [name, `__uses_${name}__`]);
  /** @type {string[]} */
  const wrong = [];
  for (const file of files) {
    if (!layerOf(file)?.core) continue;
    const source = readFileSync(join(root, file), 'utf8');
    const { code } = await transform(source, { loader: 'ts', define: Object.fromEntries(marks) });
    for (const [name, mark] of marks)
      if (code.includes(`${mark}`)) wrong.push(`${file} must not use Node's global ${name}`);
  }
  return wrong;
}
