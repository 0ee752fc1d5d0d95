// The recipe of docs/embedding.md for threads in a page, in headless Chromium: with the headers that a page needs, under a policy
// without `blob:`, and without the headers.
import { readFileSync } from 'node:fs';
import { bundle, textOfPage } from './browser.mjs';

const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
const HTML = '<!doctype html><body><script type="module" src="page.js"></script>';

/** Eight threads append to a file; then a thread exits while others spin. */
const PAGE = `
import { ThreadedWASI, threadScript } from '../../dist/threads.js';
import { ram } from '../../dist/backends/ram.js';
import { serverFor } from '../../dist/index.js';
const bytes = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
const server = serverFor(ram());
const more = location.hash === '#own' ? { worker: () => new Worker('thread.js') } : {};
const run = async (name, ...args) => {
  let text = '';
  const decoder = new TextDecoder();
  const stdout = (chunk) => (text += decoder.decode(chunk));
  const wasi = new ThreadedWASI({ args: [name, ...args], preopens: { '/': server }, stdin: '', stdout, ...more });
  const code = await wasi.start(await bytes(name));
  return text + code;
};
try {
  const found = [await run('files.wasm', 'append'), await run('ends.wasm', 'thread-exit', 'spin')];
  found.push(await run('ends.wasm', 'trap', 'wait').catch((error) => error.message));
  found.push(JSON.stringify(server.inspect()));
  document.body.append(found.join(' ').replace('\\n', ' '), ' DONE');
} catch (error) {
  document.body.append(error.message, ' DONE');
}`;

const FOUND = 'whole 0 9 unreachable {"sessions":0,"fids":0,"inodes":0,"orphans":0,"reclaiming":0,"bytes":0} DONE';

/**
 * Opens the pages.
 * @param {(name: string) => string} threaded the path of a program with threads
 * @returns {Promise<string>} the verdict line, or what went wrong
 */
export async function runThreadsPage(threaded) {
  /** @type {Record<string, [type: string, body: string | Buffer, policy?: string]>} */
  const files = {
    '/': ['text/html', HTML],
    '/page.js': ['text/javascript', await bundle(PAGE, 'esm')],
    '/thread.js': ['text/javascript', await threadScript()],
  };
  for (const name of ['files', 'ends']) files[`/${name}.wasm`] = ['application/wasm', readFileSync(threaded(name))];
  const isolated = await textOfPage(files, 'DONE', { headers: ISOLATED });
  if (isolated !== FOUND) return `the page shows: ${isolated}`;
  const strict = await textOfPage({ ...files, '/': ['text/html', HTML, STRICT] }, 'DONE', {
    headers: ISOLATED,
    hash: '#own',
  });
  if (strict !== FOUND) return `the page with a policy shows: ${strict}`;
  const bare = await textOfPage(files, 'DONE');
  return /^Threads need SharedArrayBuffer, .* DONE$/.test(bare)
    ? 'smoke: ok'
    : `the page without headers shows: ${bare}`;
}

/** The script of the workers. @returns {Promise<string>} */
async function threadScript() {
  // Not a name that the type check would follow into dist/.
  const built = new URL('../../dist/threads.js', import.meta.url).href;
  return (await import(built)).threadScript;
}
