// The tables of the project's modules, generated files and limits, read by the other build files.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Scratch output: bundled tests and generators. */
export const SCRATCH = join(ROOT, '.build');

/** The published modules: name below dist/ (without `.js`) to source. `package.json` exports the same names. */
export const ENTRIES = {
  index: 'shim/index.ts',
  core: 'shim/core.ts',
  namespace: 'vfs/namespace/preopens.ts',
  server: 'vfs/server/index.ts',
  serve: 'vfs/serve/index.ts',
  client: 'vfs/client/index.ts',
  fs: 'vfs/fs/index.ts',
  'backends/memfs': 'vfs/backends/memfs/index.ts',
  'backends/ram': 'vfs/backends/ram/index.ts',
  'backends/hostdir': 'vfs/backends/hostdir/index.ts',
  'backends/overlay': 'vfs/backends/overlay/index.ts',
  'backends/readonly': 'vfs/backends/readonly/index.ts',
  'backends/tar': 'vfs/backends/tar/index.ts',
  archive: 'vfs/archive/index.ts',
  linux: 'vfs/linux/index.ts',
  transport: 'vfs/transport/index.ts',
  remote: 'vfs/remote/index.ts',
  'browser-wasi-shim': 'shim/browser-wasi-shim/index.ts',
  testing: 'testing/index.ts',
  trace: 'shim/trace/index.ts',
  test: 'runner/index.ts',
  threads: 'shim/threads/index.ts',
  'node-wasi': 'embed/node-wasi/index.ts',
  register: 'embed/register/index.ts',
};

/** The published modules of which an import has an effect, which is their purpose. */
export const WITH_EFFECT = ['register'];

/**
 * The modules that need a package which npm does not install with ours. For an import in Node, Deno and Bun, package.json
 * leads to a file in dist/node/ that says so if the package is missing. A bundler names it itself.
 */
export const PEERS = { 'browser-wasi-shim': '@bjorn3/browser_wasi_shim', testing: 'memfs' };

/** The source of the command, dist/cli.js. */
export const COMMAND = 'cli/main.ts';

/**
 * The files of dist/chunks/: the first row that fits a source names its file. A row fits sources by their path, or by the
 * modules that reach them: by `least` of them (default 1). Left to itself, esbuild makes a file for each set of sources
 * that the same modules reach, and an import of `wasi9p` would read a dozen files, at 0.7 ms each.
 * @type {{ chunk: string, sources?: RegExp, reachedBy?: string[], least?: number }[]}
 */
export const PARTS = [
  { chunk: 'stores', sources: /^vfs\/(backend|backends\/(memfs|ram|readonly))\// },
  { chunk: 'stores', reachedBy: ['core', 'backends/ram', 'backends/memfs', 'backends/hostdir'], least: 2 },
  { chunk: 'core', reachedBy: ['core'] },
  {
    chunk: 'core',
    sources: /^vfs\/(client|server\/(?!index|connection|locks\/(wait|poll))|connect\/(inside|backend-server))\b/,
  },
  { chunk: 'hostdir', reachedBy: ['backends/hostdir'] },
  { chunk: 'files', reachedBy: ['fs'] },
  { chunk: 'foreign', sources: /^shim\/(foreign\/|stdio|preview1\/descriptors\/host-stream)/ },
];

/**
 * The sources of which some importers have a copy of their own, and so have what these import: those of a part, or those
 * with a path. They have no state.
 * @type {{ name: string, importers: string | RegExp, sources?: RegExp, chunks?: string[] }[]}
 */
export const COPIES = [
  { name: 'core', importers: 'core', chunks: ['stores'] },
  { name: 'tar', importers: /^vfs\/backends\/tar\//, chunks: ['stores'] },
  {
    name: 'index',
    importers: /^(shim\/(index|wasi)|vfs\/namespace\/\w+)\.ts$/,
    chunks: ['files', 'foreign', 'hostdir'],
  },
  {
    name: 'guests',
    importers: /^(testing|embed\/node-wasi|shim\/threads)\//,
    sources: /^(shim\/(wasi|mounts|stdio|foreign|on-backends)|vfs\/namespace)\b/,
  },
  {
    name: 'namespace',
    importers: /^vfs\/namespace\/preopens\.ts$/,
    sources: /^vfs\/namespace\/(mounts|tree-mounts)\.ts$/,
  },
  // The parts then hold the constants that they use as numbers, and no others.
  {
    name: 'tables',
    importers: /^(testing|shim\/(trace|browser-wasi-shim)|vfs\/9p\/schema)\/|^vfs\/(linux\/index|9p\/print)\.ts$/,
    sources: /^(vfs\/(linux\/\w+(\.gen)?|9p\/constants)|shim\/preview1\/abi\/(rights|structs))\.ts$/,
  },
];

/** Packages of which dist/ holds a copy, with their licences. */
export const BUNDLED = ['pako', 'smol-toml'];

/** Packages a published module imports at run time instead of holding a copy. */
export const EXTERNAL = ['memfs', '@bjorn3/browser_wasi_shim', '@yowasp/clang', 'ws', 'node:*'];

/**
 * The generated files: source module, its exported function (no arguments, returns the text), the file written.
 * @type {[module: string, name: string, output: string][]}
 */
export const GENERATED = [
  ['build/gen/code/errno.ts', 'generateErrno', 'vfs/linux/errno.gen.ts'],
  ['build/gen/code/codec.ts', 'generate', 'vfs/9p/codec.gen.ts'],
  ['build/gen/protocol-doc.ts', 'protocolDoc', 'docs/protocol.md'],
  ['build/gen/errno-doc.ts', 'errnoDoc', 'docs/errno.md'],
  ['build/gen/code/parameters.ts', 'generateParameters', 'shim/preview1/gate/parameters.gen.ts'],
  ['build/gen/abi-doc.ts', 'abiDoc', 'docs/abi.md'],
  ['build/gen/limits-doc.ts', 'limitsDoc', 'docs/security.md'],
  ['build/gen/api-doc.ts', 'apiDoc', 'docs/api.md'],
  ['build/gen/cli-doc.ts', 'cliDoc', 'docs/cli.md'],
  ['build/gen/api-surface.ts', 'apiSurface', 'docs/api-surface.md'],
];

/** The folders with TypeScript sources. */
export const SOURCE_DIRS = [
  'bench',
  'build',
  'cli',
  'embed',
  'examples',
  'runner',
  'shim',
  'testing',
  'toolchain',
  'vfs',
  'wasm-tests',
];

/** Maximum size of the core in bytes, minified and gzipped, without memfs. */
export const SIZE_LIMIT = 25_000;

/**
 * Files below the source folders whose names match, as paths from the project's folder with `/`, sorted.
 * @param {RegExp} pattern
 * @param {string[]} [dirs]
 */
export function sources(pattern, dirs = SOURCE_DIRS) {
  /** @type {string[]} */
  const found = [];
  for (const dir of dirs) collect(dir, pattern, found);
  return found.sort();
}

/** @param {string} dir @param {RegExp} pattern @param {string[]} found */
function collect(dir, pattern, found) {
  for (const entry of listing(dir)) {
    const path = `${dir}/${entry.name}`;
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && entry.name !== 'dist') collect(path, pattern, found);
    } else if (pattern.test(path)) found.push(path);
  }
}

/** The entries of a source folder; none where the folder does not exist. @param {string} dir */
function listing(dir) {
  try {
    return readdirSync(join(ROOT, dir), { withFileTypes: true });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return [];
    throw error;
  }
}
