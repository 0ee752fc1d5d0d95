// The core in one small file for browsers, and its size: all that a browser loads besides a store such as memfs.
import { build as esbuild } from 'esbuild';
import { gzipSync } from 'node:zlib';
import { minify } from 'terser';
import { Failure } from './bundle.mjs';
import { ENTRIES, ROOT, SIZE_LIMIT } from './project.mjs';

/** Prints the size of the core bundle and fails at the limit. */
export async function size() {
  const bytes = await coreBundle();
  const zipped = gzipSync(bytes, { level: 9 }).length;
  console.log(`size: dist/core.min.js is ${bytes.length} bytes minified, ${zipped} gzipped (limit ${SIZE_LIMIT})`);
  if (zipped >= SIZE_LIMIT)
    throw new Failure(
      `size: the core must stay under ${SIZE_LIMIT} bytes gzipped; see what grew with \`node build.mjs size --parts\``,
    );
}

/**
 * The text of dist/core.min.js: shim, client, 9P, transport and server, without a store. esbuild puts it together,
 * terser makes it smaller than esbuild would.
 */
export async function coreBundle() {
  const { outputFiles = [] } = await esbuild({ ...options(), minify: false });
  const [core] = outputFiles;
  if (!core) throw new Failure('size: esbuild wrote nothing');
  // Without these rewritings the text is longer, but more of it is alike.
  const compress = { passes: 3, sequences: false, conditionals: false, if_return: false };
  const { code } = await minify(core.text, { module: true, ecma: 2020, compress });
  return code ?? '';
}

/** Prints how many bytes each source file puts into the core, largest first. */
export async function sizeParts() {
  const { metafile } = await esbuild({ ...options(), metafile: true });
  const inputs = Object.values(/** @type {import('esbuild').Metafile} */ (metafile).outputs)[0]?.inputs ?? {};
  const parts = Object.entries(inputs).sort((a, b) => b[1].bytesInOutput - a[1].bytesInOutput);
  for (const [file, { bytesInOutput }] of parts) console.log(`${String(bytesInOutput).padStart(7)} ${file}`);
}

/** @returns {import('esbuild').BuildOptions} */
function options() {
  return {
    absWorkingDir: ROOT,
    entryPoints: [ENTRIES.core],
    outfile: 'core.js',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['memfs', 'node:*'],
    logLevel: 'warning',
  };
}
