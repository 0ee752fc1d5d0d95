// The calls through libc as a file of its own, dist/libc.cjs, which the other files of dist/ load when they need it: it must be
// there at once, so it is required.
import { build as esbuild } from 'esbuild';
import { join } from 'node:path';
import { ROOT } from './project.mjs';

/** Written in parts: bundle.mjs replaces the whole in the sources of tests. */
const URL_HERE = ['import', 'meta', 'url'].join('.');
const SOURCE = 'vfs/backends/hostdir/libc/index.ts';

/**
 * The text that replaces the source in other files. In a bundle that an application has made of the package there is no
 * libc.cjs: a host directory is reached as without koffi then.
 */
const STUB = `
let parts;
const load = () => {
  if (parts !== undefined) return parts;
  const path = /\\/(?:chunks|cli)\\/[^/]*$/.test(${URL_HERE}) ? '../libc.cjs' : './libc.cjs';
  try {
    parts = process.getBuiltinModule('node:module').createRequire(${URL_HERE})(path);
  } catch (error) {
    parts = { libc: () => error };
  }
  return parts;
};
export const libc = () => load().libc();
export const hasOpenat2 = (own) => load().hasOpenat2(own);
export const LibcCalls = function (...args) {
  return new (load().LibcCalls)(...args);
};
`;

/** @type {import('esbuild').Plugin} */
export const lazyLibc = {
  name: 'lazy-libc',
  setup({ onLoad }) {
    onLoad({ filter: /libc\/index\.ts$/ }, ({ path }) =>
      path === join(ROOT, SOURCE) ? { contents: STUB, loader: 'js' } : null,
    );
  },
};

/**
 * Builds dist/libc.cjs.
 * @param {import('esbuild').BuildOptions} options those of the published modules @param {string} outdir
 */
export async function buildLibc(options, outdir) {
  const entryPoints = [{ in: SOURCE, out: 'libc' }];
  const more = { entryPoints, outdir, outExtension: { '.js': '.cjs' }, splitting: false };
  await esbuild({ ...options, ...more, format: 'cjs', platform: 'node', define: { [URL_HERE]: '__filename' } });
}
