// The Worker of docs/recipes.md under workerd, which runs Cloudflare Workers and refuses to compile wasm.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recipes } from './recipes.mjs';

const TIME_LIMIT = 60_000;

/** Listens on a free port, which workerd writes to file descriptor 3. */
const CONFIG = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [
      (name = "worker.js", esModule = embed "worker.js"),
      (name = "upper.wasm", wasm = embed "upper.wasm"),
    ],
    compatibilityDate = "2026-01-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);`;

/** Hands requests on to the recipe, in a runtime that refuses to compile. */
const CHECK = `
import worker from 'recipe:worker.js';
export default {
  async fetch(request) {
    try {
      new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
      return new Response('it compiles wasm', { status: 500 });
    } catch (error) {
      if (!(error instanceof WebAssembly.CompileError)) throw error;
      return worker.fetch(request);
    }
  },
};`;

/**
 * Sends the Worker a request.
 * @param {string} workerd path of the binary
 * @param {string} program path of upper.wasm
 * @returns {Promise<string>} the verdict line, or what went wrong
 */
export async function runInWorkerd(workerd, program) {
  const dir = mkdtempSync(join(tmpdir(), 'wasi9p-workerd-'));
  try {
    writeFileSync(join(dir, 'worker.js'), await bundle());
    writeFileSync(join(dir, 'config.capnp'), CONFIG);
    copyFileSync(program, join(dir, 'upper.wasm'));
    return await serve(workerd, join(dir, 'config.capnp'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The Worker and our modules in one module, as wrangler bundles them. */
async function bundle() {
  const { outputFiles } = await build({
    stdin: { contents: CHECK, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['*.wasm'],
    plugins: [recipes],
    logLevel: 'error',
  });
  return /** @type {import('esbuild').OutputFile} */ (outputFiles[0]).text;
}

/** @param {string} workerd @param {string} config */
async function serve(workerd, config) {
  const child = spawn(workerd, ['serve', '--control-fd=3', config], { stdio: ['ignore', 'inherit', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr?.on('data', (text) => (errors += text));
  const timer = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT);
  try {
    const port = await portOf(child);
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'hello' });
    const answer = `${response.status} ${await response.text()}`;
    return answer === '200 HELLO' ? 'smoke: ok' : `the Worker answered ${answer}\n${errors}`;
  } catch (error) {
    return `${error}\n${errors}`;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}

/**
 * The port on which workerd listens: on descriptor 3 it writes a line of JSON for each event.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function portOf(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdio[3]?.on('data', (data) => {
      text += data;
      if (text.includes('\n')) resolve(JSON.parse(text.slice(0, text.indexOf('\n'))).port);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => reject(new Error(`workerd ended (${signal ?? code})`)));
  });
}
