// Bundles files to be run here and now, with esbuild, and runs the tools. dist.mjs bundles what is published.
import { build as esbuild } from 'esbuild';
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, SCRATCH } from './project.mjs';
import { threadScript } from './thread-script.mjs';

/** An expected failure, printed in one line without a stack. */
export class Failure extends Error {}

/** @type {import('esbuild').BuildOptions} */
export const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
  mainFields: ['module', 'main'],
};

/**
 * Gives every bundled source its own `import.meta.url`, so that it finds the files beside it.
 * @type {import('esbuild').Plugin}
 */
const ownUrl = {
  name: 'own-url',
  setup({ onLoad }) {
    onLoad({ filter: /\.(ts|mjs)$/ }, ({ path }) => {
      const url = JSON.stringify(pathToFileURL(path).href);
      const contents = readFileSync(path, 'utf8').replaceAll('import.meta.url', url);
      return { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' };
    });
  },
};

/** Replaces `uvu` in tests: checks for leaks after each test. */
const LEAK_CHECK = join(ROOT, 'build/test/leak-check.ts');
/** Replaces `uvu/assert` in tests: its `throws` compares a text with the message of the exception. */
const ASSERT = join(ROOT, 'build/test/assert.ts');

/**
 * Redirects imports of `uvu` in tests to the leak check.
 * @type {import('esbuild').Plugin}
 */
const leakCheck = {
  name: 'leak-check',
  setup({ onResolve }) {
    onResolve({ filter: /^uvu$/ }, ({ importer }) => (importer === LEAK_CHECK ? null : { path: LEAK_CHECK }));
    onResolve({ filter: /^uvu\/assert$/ }, ({ importer }) => (importer === ASSERT ? null : { path: ASSERT }));
  },
};

/**
 * Bundles files that run here and now (tests, generators) below .build/, with source maps, packages left out. The
 * bundles are this process's own, so that runs side by side do not disturb each other, and go when it ends.
 * Node 20 strips no types, which is why nothing runs from source.
 * @param {string[]} files sources from the project's folder
 * @param {string} dir what the bundles are for
 * @returns {Promise<string[]>} the bundles, in the order of `files`
 */
export async function bundleToRun(files, dir) {
  return (await bundleWithSources(files, dir)).map(({ bundle }) => bundle);
}

/** The folders of bundles to be removed at the end. @type {Set<string>} */
const folders = new Set();
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/**
 * As `bundleToRun`, with the sources in each bundle.
 * @param {string[]} files
 * @param {string} dir
 * @returns {Promise<{ file: string, bundle: string, sources: Set<string> }[]>}
 */
export async function bundleWithSources(files, dir) {
  const outdir = join(SCRATCH, `${dir}-${process.pid}`);
  folders.add(outdir);
  const { metafile } = await esbuild({
    ...COMMON,
    entryPoints: files,
    outbase: ROOT,
    outdir,
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    packages: 'external',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    sourcemap: 'linked',
    plugins: [threadScript, leakCheck, ownUrl],
    metafile: true,
  });
  return files.map((file) => {
    const bundle = join(outdir, file.replace(/\.ts$/, '.mjs'));
    return { file, bundle, sources: sourcesOf(relative(ROOT, bundle).replaceAll('\\', '/'), metafile.outputs) };
  });
}

/**
 * The sources of a bundle and of the chunks it imports.
 * @param {string} bundle
 * @param {import('esbuild').Metafile['outputs']} outputs
 */
function sourcesOf(bundle, outputs) {
  const found = new Set();
  const chunks = new Set([bundle]);
  for (const chunk of chunks) {
    for (const source of Object.keys(outputs[chunk]?.inputs ?? {})) found.add(source);
    for (const { path, external } of outputs[chunk]?.imports ?? []) if (!external) chunks.add(path);
  }
  return found;
}

/** Bundles a module and imports it. @param {string} file */
export async function load(file) {
  const [bundle] = await bundleToRun([file], `load-${file.replace(/\W/g, '_')}`);
  return import(pathToFileURL(/** @type {string} */ (bundle)).href);
}

/** The tools' own scripts: run by Node, so that no shell and no `.cmd` file is in between. */
const TOOLS = {
  tsc: 'node_modules/typescript/bin/tsc',
  oxlint: 'node_modules/oxlint/bin/oxlint',
  oxfmt: 'node_modules/oxfmt/bin/oxfmt',
};

/**
 * Runs a tool with our terminal and waits for it; a failure is thrown.
 * @param {keyof typeof TOOLS} tool @param {string[]} args
 */
export async function run(tool, args) {
  const code = await runNode([TOOLS[tool], ...args]);
  if (code !== 0) throw new Failure(`${[tool, ...args].join(' ')} failed (exit status ${code})`);
}

/**
 * Runs Node in the project's folder with our terminal.
 * @param {string[]} args
 * @returns {Promise<number>} the exit status; 1 if a signal ended it
 */
export function runNode(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
