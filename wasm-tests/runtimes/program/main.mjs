// Runs the smoke program under Node, Deno and Bun: `main.mjs SEED.wasm`. Prints `smoke: ` and the verdict, which is
// the line that ../run.mjs expects: an exit status alone would also be 0 if nothing had run.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { smoke } from './smoke.mjs';

const verdict = await smoke(readFileSync(/** @type {string} */ (process.argv[2])));
console.log(`smoke: ${verdict || 'ok'}`);
process.exitCode = verdict ? 1 : 0;
