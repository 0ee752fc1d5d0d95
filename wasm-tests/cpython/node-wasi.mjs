// Runs a program on Node's own WASI, in a thread with a stack of 16 MB: `node-wasi.mjs PROGRAM PREOPENS ENV ARGUMENTS…`,
// PREOPENS and ENV as JSON.
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';
import { Worker, isMainThread } from 'node:worker_threads';

const [program = '', preopens = '', env = '', ...args] = process.argv.slice(2);
if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), {
    argv: process.argv.slice(2),
    resourceLimits: { stackSizeMb: 16 },
  });
  worker.on('error', (error) => {
    console.error(error.stack);
    process.exitCode = 134;
  });
} else {
  const options = { args: ['python', ...args], env: JSON.parse(env), preopens: JSON.parse(preopens) };
  const wasi = new WASI({ version: 'preview1', returnOnExit: true, ...options });
  const module = await WebAssembly.compile(readFileSync(program));
  wasi.start(await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport }));
}
