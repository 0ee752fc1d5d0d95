// The smoke program as a browser bundle in headless Chromium.
import { build } from 'esbuild';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { recipes } from './recipes.mjs';

const TIME_LIMIT = 20_000;

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
  const script = await bundle(SMOKE, 'iife', Object.fromEntries(NODE_MODULES.flatMap(aliases)));
  return withPage(async (page) => {
    await page.addScriptTag({ content: script });
    const bytes = readFileSync(seed).toString('base64');
    return `smoke: ${(await page.evaluate(`smokeInPage('${bytes}')`)) || 'ok'}`;
  });
}

/** The smoke program, our modules and memfs in one classic script, which defines `smokeInPage(base64)`. */
const SMOKE = `
  import { smoke } from './program/smoke.mjs';
  globalThis.smokeInPage = (base64) => smoke(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));`;

/**
 * Calls `use` with a page of a new browser.
 * @param {(page: import('playwright-core').Page) => Promise<string>} use
 * @returns {Promise<string>} what `use` returns; the errors of the page's scripts, if there are any
 */
export async function withPage(use) {
  const browser = await chromium.launch({ executablePath: browserPath(), args: FLAGS, headless: true });
  try {
    const page = await browser.newPage();
    const errors = /** @type {string[]} */ ([]);
    page.on('pageerror', (error) => errors.push(error.message));
    const result = await use(page).catch(String);
    return errors.length ? errors.join('\n') : result;
  } finally {
    await browser.close();
  }
}

/**
 * Serves files of a site, opens its root, and waits for `text` on the page.
 * @param {Record<string, [type: string, body: string | Buffer, policy?: string]>} files path → content type, body, policy
 * @param {string} text
 * @param {{ headers?: Record<string, string>, hash?: string }} [options] headers of all files; the page's fragment
 * @returns {Promise<string>} the text of the page
 */
export async function textOfPage(files, text, { headers = {}, hash = '' } = {}) {
  const server = createServer(({ url = '' }, response) => {
    const [type, body, policy = ''] = files[url] ?? [];
    if (body === undefined) return response.writeHead(404).end();
    const all = { ...headers, 'content-type': type, 'content-security-policy': policy };
    return response.writeHead(200, all).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  try {
    return await withPage(async (page) => {
      await page.goto(`http://127.0.0.1:${port}/${hash}`);
      // Not waitForFunction: it evaluates a string, which a policy may forbid.
      await page
        .getByText(text)
        .waitFor({ timeout: TIME_LIMIT })
        .catch(() => {});
      return String(await page.textContent('body')).trim();
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/**
 * Bundles a script for browsers.
 * @param {string} contents its imports are resolved as those of a file in this folder
 * @param {'esm' | 'iife'} format
 * @param {Record<string, string>} [alias]
 */
export async function bundle(contents, format, alias = {}) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format,
    platform: 'browser',
    target: 'es2022',
    alias,
    plugins: [recipes],
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
