// `npm start`: compiles the programs of src/ with a clang that runs on our own stack, and shows what the calls of the
// seed program become.
import { readFileSync } from 'node:fs';
import { Volume } from 'memfs';
import { WASI, serverFor } from '../shim/index.ts';
import { strace } from '../shim/trace/strace.ts';
import { loadToolchain } from '../toolchain/toolchain.ts';
import { compileProgram, programNames } from './harness.ts';

const NAME = 'seed';

function heading(text: string): void {
  console.log(`\n── ${text}\n`);
}

/** Compiles all programs, and says how many had to be: the others come from the cache. */
async function compileAll(): Promise<void> {
  const begin = performance.now();
  const names = programNames();
  let compiled = 0;
  for (const name of names) {
    await compileProgram(name, {
      load: () => {
        compiled++;
        return loadToolchain();
      },
    });
  }
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${compiled} of ${names.length} programs compiled, the others as they were: ${seconds} s`);
}

heading('clang, a WASI program, runs on wasi9p and compiles wasm-tests/src');
await compileAll();

heading(`${NAME}.c`);
console.log(readFileSync(new URL(`src/${NAME}.c`, import.meta.url), 'utf8').trim());

heading('its WASI calls, and under each the 9P messages that it caused');
const vol = Volume.fromJSON({ '/tmp': null });
const server = serverFor(vol);
const trace = strace((line) => console.log(line));
const wasi = new WASI({ args: [NAME], preopens: { '/': vol }, trace });
const module = await WebAssembly.compile(await compileProgram(NAME));
const code = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));

heading(`exit status ${code}; references left on the server`);
for (const [what, count] of Object.entries(server.inspect())) console.log(`${String(count).padStart(6)} ${what}`);
process.exitCode = code;
