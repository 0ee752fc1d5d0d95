// The recipe of docs/recipes.md for memfs in a browser, bundled by its own script, in headless Chromium.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { textOfPage } from './browser.mjs';
import { recipe } from './recipes.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
/** The packages of the recipe's project. */
const PACKAGES = {
  wasi9p: ROOT,
  memfs: join(ROOT, 'node_modules/memfs'),
  esbuild: join(ROOT, 'node_modules/esbuild'),
  '@jspm/core': join(import.meta.dirname, 'binaries/node_modules/@jspm/core'),
};
const HTML = '<!doctype html><body><script type="module" src="volume-bundle.js"></script>';

/**
 * Bundles the page as a user would, and opens it.
 * @param {string} program path of upper.wasm
 * @returns {Promise<string>} the verdict line, or what went wrong
 */
export async function runVolumePage(program) {
  const dir = mkdtempSync(join(tmpdir(), 'wasi9p-page-'));
  try {
    for (const [name, path] of Object.entries(PACKAGES)) {
      const link = join(dir, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(path, link);
    }
    for (const name of ['volume-page.js', 'bundle.mjs']) writeFileSync(join(dir, name), recipe(name));
    copyFileSync(program, join(dir, 'upper.wasm'));
    execFileSync(process.execPath, ['bundle.mjs'], { cwd: dir, encoding: 'utf8' });
    const found = await textOfPage(
      {
        '/': ['text/html', HTML],
        '/volume-bundle.js': ['text/javascript', readFileSync(join(dir, 'volume-bundle.js'))],
        '/upper.wasm': ['application/wasm', readFileSync(program)],
      },
      'HELLO',
    );
    return found === 'HELLO' ? 'smoke: ok' : `the page shows: ${found}`;
  } finally {
    rmSync(dir, { recursive: true });
  }
}
