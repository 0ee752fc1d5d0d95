// `npm start`: compiles the seed program with a clang that runs on our own stack, and shows what its calls become.
import { readFileSync } from 'node:fs';
import { Volume } from 'memfs';
import { WASI, serverFor } from '../shim/index.ts';
import { strace } from '../shim/trace/strace.ts';
import { loadToolchain } from '../toolchain/toolchain.ts';
import { compileProgram } from './harness.ts';

const NAME = 'seed';

function heading(text: string): void {
  console.log(`\n── ${text}\n`);
}

/** Compiles the program, and says where from it came. */
async function compileSeed(): Promise<Uint8Array<ArrayBuffer>> {
  const begin = performance.now();
  let how = 'from the cache of an earlier run';
  const wasm = await compileProgram(NAME, {
    load: () => {
      how = 'compiled';
      return loadToolchain();
    },
  });
  console.log(`${NAME}.wasm, ${wasm.length} bytes, ${how}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  return wasm;
}

heading(`clang, itself a WASI program of 90 MB, runs on wasi9p and compiles wasm-tests/src/${NAME}.c (some seconds)`);
const wasm = await compileSeed();

heading(`${NAME}.c`);
console.log(readFileSync(new URL(`src/${NAME}.c`, import.meta.url), 'utf8').trim());

heading('its WASI calls, and under each the 9P messages that it caused');
const vol = Volume.fromJSON({ '/tmp': null });
const server = serverFor(vol);
const trace = strace((line) => console.log(line));
const wasi = new WASI({ args: [NAME], preopens: { '/': vol }, trace });
const module = await WebAssembly.compile(wasm);
const code = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));

heading(`exit status ${code}; references left on the server`);
for (const [what, count] of Object.entries(server.inspect())) console.log(`${String(count).padStart(6)} ${what}`);
process.exitCode = code;
