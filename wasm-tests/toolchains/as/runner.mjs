// A runner as projects write their own for as-test: with node:wasi, which `node --import wasi9p/register` replaces.
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const [file = ''] = process.argv.slice(2);
const wasi = new WASI({ version: 'preview1', args: [file], env: process.env, preopens: { '.': '.' } });
const module = await WebAssembly.compile(readFileSync(file));
const imports = { wasi_snapshot_preview1: wasi.wasiImport };
wasi.start(await WebAssembly.instantiate(module, imports));
