// The size of the core: what a browser loads besides memfs.
import { build as esbuild } from 'esbuild';
import { gzipSync } from 'node:zlib';
import { Failure } from './bundle.mjs';
import { ENTRIES, ROOT, SIZE_LIMIT } from './project.mjs';

/** Prints the size of the core bundle and fails at the limit. */
export async function size() {
  const bytes = await coreBundle();
  const zipped = gzipSync(bytes, { level: 9 }).length;
  console.log(`size: the core is ${bytes.length} bytes minified, ${zipped} gzipped (limit ${SIZE_LIMIT})`);
  if (zipped >= SIZE_LIMIT)
    throw new Failure(
      `size: the core must stay under ${SIZE_LIMIT} bytes gzipped; see what grew with \`node build.mjs size --parts\``,
    );
}

/** The core minified, browser_wasi_shim in it, memfs not. */
async function coreBundle() {
  const { outputFiles = [] } = await esbuild(options());
  const [core] = outputFiles;
  if (!core) throw new Failure('size: esbuild wrote nothing');
  return core.contents;
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
    entryPoints: [ENTRIES.index],
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
