// The recipe of docs/recipes.md for a page with a strict Content-Security-Policy, in headless Chromium.
import { readFileSync } from 'node:fs';
import { bundle, textOfPage } from './browser.mjs';

/** The page's policy: no `wasm-unsafe-eval`. */
const STRICT = "default-src 'none'; script-src 'self'; worker-src 'self'";
const COMPILING = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/**
 * Opens the page.
 * @param {string} program path of upper.wasm
 * @returns {Promise<string>} the verdict line, or what went wrong
 */
export async function runUnderPolicy(program) {
  const found = await textOfPage(await responses(program), 'HELLO');
  return found === 'CompileError 0 HELLO' ? 'smoke: ok' : `the page shows: ${found}`;
}

/**
 * Path → content type, body and policy.
 * @param {string} program
 * @returns {Promise<Record<string, [type: string, body: string | Buffer, policy?: string]>>}
 */
async function responses(program) {
  return {
    '/': ['text/html', '<!doctype html><body><script type="module" src="page.js"></script>', STRICT],
    '/page.js': ['text/javascript', await bundle(PAGE, 'esm')],
    '/compile.js': ['text/javascript', await bundle("import 'recipe:compile.js'", 'esm'), COMPILING],
    '/upper.wasm': ['application/wasm', readFileSync(program)],
  };
}

/** The recipe, on a page that refuses to compile. */
const PAGE = `
await WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)).then(
  () => document.body.append('compiled '),
  (error) => document.body.append(error.name, ' '),
);
await import('recipe:page.js');`;
