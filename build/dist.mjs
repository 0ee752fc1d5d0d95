// Builds dist/: the published modules, the command, the core as one file, and the types.
import { build as esbuild } from 'esbuild';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { COMMON, Failure, run } from './bundle.mjs';
import { BESIDES, COMMAND, ENTRIES, EXTERNAL, PARTS, PEERS, ROOT } from './project.mjs';
import { coreBundle } from './size.mjs';

/**
 * Names are kept, so that a stack tells what went wrong without a source map: maps would be larger than the code. The
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
  copyFileSync(join(ROOT, 'node_modules/pako/LICENSE'), join(ROOT, 'dist/LICENSE.pako.txt'));
  writeFileSync(join(ROOT, 'dist/core.min.js'), await coreBundle());
  await run('tsc', ['-p', 'build/tsconfig.types.json']);
}

/** Builds the published modules below `outdir`, with their common parts in chunks/. @param {string} outdir */
export async function buildModules(outdir) {
  /** @type {import('esbuild').BuildOptions} */
  const options = { ...PUBLISHED, entryPoints: ENTRIES, outdir, chunkNames: 'chunks/[name]-[hash]' };
  const reached = await sourcesOf(options);
  const { metafile } = await esbuild({ ...options, plugins: [together(groupsOf(reached))], metafile: true });
  mkdirSync(join(ROOT, outdir, 'node'), { recursive: true });
  for (const [name, peer] of Object.entries(PEERS)) {
    const output = metafile.outputs[`${outdir}/${name}.js`];
    writeFileSync(join(ROOT, outdir, `node/${name}.js`), withPeer(name, peer, output?.exports ?? []));
  }
}

/**
 * The text of a module that loads another one, and says what to install if the package that it needs is missing.
 * @param {string} name @param {string} peer @param {string[]} exports
 */
function withPeer(name, peer, exports) {
  const sentence = `wasi9p/${name} needs the package ${peer}, which is not installed: npm install ${peer}`;
  return `let all;
try {
  all = await import('../${name}.js');
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !error.message.includes('${peer}')) throw error;
  throw Object.assign(new Error(${JSON.stringify(sentence)}, { cause: error }), { code: error.code });
}
export const { ${exports.join(', ')} } = all;
`;
}

/**
 * The sources that each entry point reaches.
 * @param {import('esbuild').BuildOptions} options
 * @returns {Promise<Map<string, Set<string>>>} by the source of the entry point
 */
async function sourcesOf(options) {
  const { metafile } = await esbuild({ ...options, write: false, metafile: true });
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
 * The sources that each entry point must share a file with: see PARTS.
 * @param {Map<string, Set<string>>} reached
 * @returns {Map<string, string[]>}
 */
function groupsOf(reached) {
  /** @type {Record<string, string>} */
  const entries = ENTRIES;
  const all = new Set([...reached.values()].flatMap((files) => [...files]));
  const groupOf = (/** @type {string} */ file) => {
    const [part, ...more] = PARTS.filter((name) => reached.get(entries[name] ?? '')?.has(file));
    if (part !== undefined) return more.length > 0 ? 'common' : part;
    return BESIDES.find(([, sources]) => sources.test(file))?.[0];
  };
  return new Map(
    Array.from(reached, ([entry, files]) => {
      const groups = new Set(Array.from(files, groupOf));
      groups.delete(undefined);
      return [entry, [...all].filter((file) => groups.has(groupOf(file))).sort()];
    }),
  );
}

/**
 * Makes sources import others, so that esbuild, which makes a file for each set of sources that the same entry points
 * reach, puts those in one.
 * @param {Map<string, string[]>} imports
 * @returns {import('esbuild').Plugin}
 */
function together(imports) {
  return {
    name: 'together',
    setup({ onLoad, onResolve }) {
      // package.json says that an import without names has no effect.
      onResolve({ filter: /\.ts$/ }, ({ path, resolveDir }) => ({
        path: resolve(resolveDir, path),
        sideEffects: true,
      }));
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const source = relative(ROOT, path).replaceAll('\\', '/');
        const more = (imports.get(source) ?? []).filter((file) => file !== source);
        if (more.length === 0) return null;
        const lines = more.map((file) => `\nimport ${JSON.stringify(join(ROOT, file))};`);
        return { contents: readFileSync(path, 'utf8') + lines.join(''), loader: 'ts' };
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
    plugins: [builtins],
    metafile: true,
  };
  const { inputs } = (await esbuild({ ...options, write: false })).metafile;
  const imports = Object.values(inputs).flatMap((input) => input.imports);
  const later = imports.filter(({ kind, external }) => kind === 'dynamic-import' && !external).map(({ path }) => path);
  const plugin = together(new Map(later.map((file) => [file, [COMMAND]])));
  const { metafile } = await esbuild({ ...options, plugins: [builtins, plugin] });
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
  const text = readFileSync(join(ROOT, chunk), 'utf8').replaceAll('import("./', 'import("./cli/');
  rmSync(join(ROOT, chunk));
  // npm links `bin` files unchanged.
  writeFileSync(target, `#!/usr/bin/env node\n${text}`);
  chmodSync(target, 0o755);
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
