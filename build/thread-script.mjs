// The script of the workers of wasi9p/threads as text: it is bundled and put in the place of shim/threads/script.ts.
import { build as esbuild } from 'esbuild';
import { join } from 'node:path';
import { ROOT } from './project.mjs';

const SOURCE = 'shim/threads/thread/thread.ts';
const TEXT = join(ROOT, 'shim/threads/script.ts');

/** @type {Promise<string> | undefined} */
let script;

/** The text of the script. */
function scriptText() {
  script ??= esbuild({
    absWorkingDir: ROOT,
    entryPoints: [SOURCE],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'neutral',
    target: 'es2022',
    minify: true,
    // As in tsconfig.json, which esbuild does not find for the text of a plugin.
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    logLevel: 'warning',
  }).then(({ outputFiles }) => /** @type {import('esbuild').OutputFile} */ (outputFiles[0]).text);
  return script;
}

/** @type {import('esbuild').Plugin} */
export const threadScript = {
  name: 'thread-script',
  setup({ onLoad }) {
    onLoad({ filter: /threads[/\\]script\.ts$/ }, async ({ path }) =>
      path === TEXT
        ? { contents: `export const threadScript = ${JSON.stringify(await scriptText())};`, loader: 'js' }
        : null,
    );
  },
};
