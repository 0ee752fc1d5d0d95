// Builds dist/: the published modules, the command, the core as one file, and the types.
import { build as esbuild } from 'esbuild';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { minify } from 'terser';
import { COMMON, Failure, run } from './bundle.mjs';
import { buildLibc, lazyLibc } from './lazy-libc.mjs';
import { BUNDLED, COPIES, COMMAND, ENTRIES, EXTERNAL, PARTS, PEERS, ROOT } from './project.mjs';
import { coreBundle } from './size.mjs';
import { threadScript } from './thread-script.mjs';

/**
 * Names are kept, so that a stack can be read without a source map: maps would be larger than the code. The
 * rest is minified, for half of the time of an import is spent on parsing. `minifySyntax` puts constants in place of
 * their names.
 * @type {import('esbuild').BuildOptions}
 */
const PUBLISHED = {
  ...COMMON,
  platform: 'neutral',
  splitting: true,
  external: EXTERNAL,
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  legalComments: 'inline',
  // As in tsconfig.json, which esbuild does not apply to a source that a plugin resolves.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
};

/** Builds dist/. */
export async function build() {
  const missing = [...Object.values(ENTRIES), COMMAND].filter((file) => !existsSync(join(ROOT, file)));
  if (missing.length) throw new Failure(`build: no such entry point: ${missing.join(', ')}`);
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
  await buildModules('dist');
  await buildCommand('dist');
  for (const name of BUNDLED) {
    copyFileSync(join(ROOT, `node_modules/${name}/LICENSE`), join(ROOT, `dist/LICENSE.${name}.txt`));
  }
  writeFileSync(join(ROOT, 'dist/core.min.js'), await coreBundle());
  await run('tsc', ['-p', 'build/tsconfig.types.json']);
  pruneTypes(join(ROOT, 'dist/types'));
}

/**
 * Removes the declarations that no published module leads to: tsc writes one for each source.
 * @param {string} dir
 */
function pruneTypes(dir) {
  /** @type {Set<string>} */
  const needed = new Set();
  const need = (/** @type {string} */ file) => {
    if (needed.has(file)) return;
    needed.add(file);
    const imports = readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+?)\.ts['"]/g);
    for (const [, path = ''] of imports) need(join(dirname(file), `${path}.d.ts`));
  };
  for (const source of Object.values(ENTRIES)) need(join(dir, source.replace(/\.ts$/, '.d.ts')));
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !needed.has(file)) rmSync(file);
  }
}

/**
 * Puts the helpers of esbuild, such as the one that makes the object of an `import *`, into the files that call them: in a
 * file of their own each import would read it.
 * @param {string[]} paths
 */
function withoutHelpers(paths) {
  const texts = new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]));
  const [helpers, text = ''] = [...texts].find(([, each]) => each.startsWith('var __defProp=')) ?? [];
  const exported = /export\s*\{([^{}]*)\};?\s*$/.exec(text);
  if (helpers === undefined || exported === null) return;
  // A file with anything else in it stays.
  if (exported[1] !== '__export') throw new Failure(`build: ${helpers} has more than the helper __export`);
  const name = helpers.slice(helpers.lastIndexOf('/') + 1);
  const imports = new RegExp(`import\\s*(?:\\{\\s*(__export)\\s*\\}\\s*from)?\\s*"[^"]*/${name}";?`, 'g');
  for (const [path, each] of texts) {
    const calls = [...each.matchAll(imports)].some(([, names]) => names !== undefined);
    writeFileSync(path, (calls ? text.slice(0, exported.index) : '') + each.replaceAll(imports, ''));
  }
  rmSync(helpers);
}

/**
 * Shortens the names of parameters and local variables, and in the files of the command those of functions: no other file
 * calls them. The names of classes and methods stay, so that stacks show them.
 * @param {string} path @param {boolean} [isCommand]
 */
async function shorten(path, isCommand = false) {
  const { code } = await minify(readFileSync(path, 'utf8'), {
    ecma: 2020,
    module: true,
    compress: false,
    mangle: { toplevel: isCommand, keep_fnames: !isCommand, keep_classnames: true, module: isCommand },
    format: { wrap_func_args: false, max_line_len: 160 },
  });
  writeFileSync(path, code ?? '');
}

/** Builds the published modules below `outdir`, with their common parts in chunks/. @param {string} outdir */
export async function buildModules(outdir) {
  /** @type {import('esbuild').BuildOptions} */
  const options = { ...PUBLISHED, entryPoints: ENTRIES, outdir, chunkNames: 'chunks/[name]-[hash]' };
  const reached = await sourcesOf(options);
  const part = partOf(reached);
  const plugins = [lazyLibc, threadScript, together(groupsOf(reached, part), part)];
  const { metafile } = await esbuild({ ...options, plugins, metafile: true });
  const paths = Object.keys(metafile.outputs).map((path) => join(ROOT, path));
  withoutHelpers(paths);
  for (const path of paths) if (existsSync(path)) await shorten(path);
  mkdirSync(join(ROOT, outdir, 'node'), { recursive: true });
  for (const [name, peer] of Object.entries(PEERS)) {
    const output = metafile.outputs[`${outdir}/${name}.js`];
    writeFileSync(join(ROOT, outdir, `node/${name}.js`), withPeer(name, peer, output?.exports ?? []));
    writeFileSync(join(ROOT, outdir, `node/${name}.cjs`), requiringPeer(name, peer));
  }
}

/**
 * The text of a module that loads another one, and says what to install if the package that it needs is missing.
 * @param {string} name @param {string} peer @param {string[]} exports
 */
function withPeer(name, peer, exports) {
  return `let all;
${trying(`all = await import('../${name}.js');`, name, peer)}
export const { ${exports.join(', ')} } = all;
`;
}

/** The same for require(), which cannot load a module that awaits. @param {string} name @param {string} peer */
function requiringPeer(name, peer) {
  return `'use strict';
${trying(`module.exports = require('../${name}.js');`, name, peer)}
`;
}

/** A statement that loads the module, with the sentence if the package is missing. @param {string} load @param {string} name @param {string} peer */
function trying(load, name, peer) {
  const sentence = `wasi9p/${name} needs the package ${peer}, which is not installed: npm install ${peer}`;
  return `try {
  ${load}
} catch (error) {
  if (!error?.code?.endsWith('MODULE_NOT_FOUND') || !error.message.includes('${peer}')) throw error;
  throw Object.assign(new Error(${JSON.stringify(sentence)}, { cause: error }), { code: error.code });
}`;
}

/**
 * The sources that each entry point reaches.
 * @param {import('esbuild').BuildOptions} options
 * @returns {Promise<Map<string, Set<string>>>} by the source of the entry point
 */
async function sourcesOf(options) {
  const { metafile } = await esbuild({ ...options, plugins: [lazyLibc, threadScript], write: false, metafile: true });
  const { inputs } = /** @type {import('esbuild').Metafile} */ (metafile);
  const entries = Object.values(/** @type {Record<string, string>} */ (options.entryPoints));
  return new Map(
    entries.map((entry) => {
      const found = new Set([entry]);
      for (const file of found) {
        for (const { path, external } of inputs[file]?.imports ?? []) if (!external) found.add(path);
      }
      return [entry, found];
    }),
  );
}

/**
 * The part of each source, which is its file in dist/chunks/: see PARTS.
 * @param {Map<string, Set<string>>} reached
 * @returns {(source: string) => string | undefined}
 */
function partOf(reached) {
  /** @type {Record<string, string>} */
  const entries = ENTRIES;
  const find = (/** @type {string} */ source) =>
    PARTS.find(({ sources, reachedBy = [], least = 1 }) => {
      const count = reachedBy.filter((name) => reached.get(entries[name] ?? '')?.has(source)).length;
      return sources === undefined ? count >= least : sources.test(source);
    })?.chunk;
  const all = new Set([...reached.values()].flatMap((sources) => [...sources]));
  const parts = new Map(Array.from(all, (source) => [source, find(source)]));
  return (source) => parts.get(source);
}

/**
 * The sources that each entry point must share a file with: all of each part that it reaches and has no copy of.
 * @param {Map<string, Set<string>>} reached @param {(source: string) => string | undefined} part
 * @returns {Map<string, string[]>}
 */
function groupsOf(reached, part) {
  const all = new Set([...reached.values()].flatMap((files) => [...files]));
  return new Map(
    Array.from(reached, ([entry, files]) => {
      const groups = new Set(Array.from(files, part));
      for (const { importers, chunks = [] } of COPIES) {
        if (isAmong(importers, entry, part)) for (const chunk of chunks) groups.delete(chunk);
      }
      groups.delete(undefined);
      return [entry, [...all].filter((file) => groups.has(part(file))).sort()];
    }),
  );
}

/**
 * True if COPIES gives a source as an importer, by its part or by its path.
 * @param {string | RegExp} importers @param {string} source @param {(source: string) => string | undefined} part
 */
function isAmong(importers, source, part) {
  return typeof importers === 'string' ? importers === part(source) : importers.test(source);
}

/**
 * Makes sources import others, so that esbuild, which makes a file for each set of sources that the same entry points
 * reach, puts those in one.
 * @param {Map<string, string[]>} imports
 * @param {(source: string) => string | undefined} [part] For the copies, see COPIES.
 * @returns {import('esbuild').Plugin}
 */
function together(imports, part) {
  const sourceOf = (/** @type {string} */ path) => relative(ROOT, path).replaceAll('\\', '/');
  /** @returns {string | undefined} */
  const copyFor = (/** @type {string} */ source, /** @type {string} */ importer, /** @type {string} */ copy) =>
    part &&
    COPIES.find(
      ({ name, importers, sources, chunks = [] }) =>
        (copy ? copy === name : isAmong(importers, importer, part)) &&
        (sources?.test(source) ?? chunks.includes(part(source) ?? '')),
    )?.name;
  return {
    name: 'together',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /\.ts$/ }, ({ path, resolveDir, importer, pluginData }) => {
        const found = resolve(resolveDir, path);
        const copy = importer && copyFor(sourceOf(found), sourceOf(importer), pluginData);
        // package.json says that an import without names has no effect.
        return { path: found, sideEffects: true, ...(copy ? { suffix: `?${copy}`, pluginData: copy } : {}) };
      });
      onLoad({ filter: /\.ts$/ }, ({ path, pluginData }) => {
        const source = sourceOf(path);
        const more = (imports.get(source) ?? []).filter((file) => file !== source);
        const lines = more.map((file) => `\nimport ${JSON.stringify(join(ROOT, file))};`);
        return { contents: readFileSync(path, 'utf8') + lines.join(''), loader: 'ts', pluginData };
      });
    },
  };
}

/**
 * Builds the command: one file with all that `wasi9p run` needs, and others in cli/ with what is loaded later.
 * @param {string} outdir
 */
export async function buildCommand(outdir) {
  /** @type {import('esbuild').BuildOptions & { metafile: true }} */
  const options = {
    ...PUBLISHED,
    entryPoints: { cli: COMMAND },
    outdir,
    chunkNames: 'cli/[name]-[hash]',
    plugins: [lazyLibc, threadScript, builtins],
    metafile: true,
  };
  const { inputs } = (await esbuild({ ...options, write: false })).metafile;
  const imports = Object.values(inputs).flatMap((input) => input.imports);
  const later = imports.filter(({ kind, external }) => kind === 'dynamic-import' && !external).map(({ path }) => path);
  const plugin = together(new Map(later.map((file) => [file, [COMMAND]])));
  const { metafile } = await esbuild({ ...options, plugins: [lazyLibc, threadScript, builtins, plugin] });
  const outputs = Object.entries(metafile.outputs);
  // All of them import the entry point, so that it is in a file of its own, with all that it needs.
  const [chunk] = outputs.find(([, output]) => COMMAND in output.inputs) ?? [''];
  if (!chunk || chunk === join(outdir, 'cli.js')) throw new Failure('build: the command has no file of its own');
  const name = chunk.slice(chunk.lastIndexOf('/') + 1);
  for (const [path] of outputs) {
    if (path === chunk || path.endsWith('/cli.js')) continue;
    const text = readFileSync(join(ROOT, path), 'utf8');
    writeFileSync(join(ROOT, path), text.replaceAll(`"./${name}"`, '"../cli.js"'));
  }
  const target = join(ROOT, outdir, 'cli.js');
  await Promise.all(outputs.map(([path]) => shorten(join(ROOT, path), true)));
  const text = readFileSync(join(ROOT, chunk), 'utf8').replaceAll('import("./', 'import("./cli/');
  rmSync(join(ROOT, chunk));
  // npm links `bin` files unchanged.
  writeFileSync(target, `#!/usr/bin/env node\n${text}`);
  chmodSync(target, 0o755);
  await buildLibc(PUBLISHED, outdir);
  await shorten(join(ROOT, outdir, 'libc.cjs'));
}

/**
 * Takes Node's modules from process.getBuiltinModule: an import of `node:fs` makes Node load its streams and promises for
 * the names that it exports, in 5 ms.
 * @type {import('esbuild').Plugin}
 */
const builtins = {
  name: 'builtins',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }));
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => {
      // Getters, which load more, are left out.
      const found = Object.entries(Object.getOwnPropertyDescriptors(process.getBuiltinModule(path)));
      const names = found.filter(([name, { get }]) => get === undefined && /^(?!default$)[a-z]\w*$/i.test(name));
      const lines = names.map(([name]) => `export const ${name} = /* @__PURE__ */ (() => all.${name})();`);
      const all = `const all = process.getBuiltinModule(${JSON.stringify(path)});\nexport default all;`;
      return { contents: [all, ...lines].join('\n'), loader: 'js' };
    });
  },
};
