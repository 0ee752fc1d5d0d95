// The smoke program as a browser bundle in headless Chromium.
import { build } from 'esbuild';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** The paths of Linux distributions; CHROMIUM overrides them. */
const CANDIDATES = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** Keeps the browser to this machine and to what a container has. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];

/** Node's modules that memfs imports, each given a browser's version. Ours import none. */
const NODE_MODULES = ['buffer', 'events', 'path', 'process', 'stream', 'url', 'util'];

/** The browser's path; '' if there is none. */
export function browserPath() {
  return CANDIDATES.find((path) => path && existsSync(path)) ?? '';
}

/**
 * Runs the smoke program in the browser.
 * @param {string} seed path of seed.wasm
 * @returns {Promise<string>} the verdict line, or what went wrong
 */
export async function runInBrowser(seed) {
  const script = await bundle();
  const browser = await chromium.launch({ executablePath: browserPath(), args: FLAGS, headless: true });
  try {
    const page = await browser.newPage();
    const errors = /** @type {string[]} */ ([]);
    page.on('pageerror', (error) => errors.push(error.message));
    await page.addScriptTag({ content: script });
    if (errors.length) return errors.join('\n');
    const bytes = readFileSync(seed).toString('base64');
    return `smoke: ${(await page.evaluate(`smokeInPage('${bytes}')`)) || 'ok'}`;
  } finally {
    await browser.close();
  }
}

/** The smoke program, our modules and memfs in one classic script, which defines `smokeInPage(base64)`. */
async function bundle() {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { smoke } from './program/smoke.mjs';
        globalThis.smokeInPage = (base64) => smoke(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    alias: Object.fromEntries(NODE_MODULES.flatMap(aliases)),
    // esbuild warns of chunks without side effects that dist/ imports for their order alone.
    logLevel: 'error',
  });
  return /** @type {import('esbuild').OutputFile} */ (outputFiles[0]).text;
}

/** @param {string} name */
function aliases(name) {
  const file = join(import.meta.dirname, `binaries/node_modules/@jspm/core/nodelibs/browser/${name}.js`);
  return [
    [name, file],
    [`node:${name}`, file],
  ];
}
