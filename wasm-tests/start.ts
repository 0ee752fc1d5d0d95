// `npm start`: compiles the seed program with a clang that runs on our own stack, and shows what its calls become.
import { readFileSync } from 'node:fs';
import { Volume } from 'memfs';
import { WASI, serverOf } from '../shim/index.ts';
import { strace } from '../shim/strace.ts';
import { compileProgram } from './harness.ts';

const NAME = 'seed';

function heading(text: string): void {
  console.log(`\n── ${text}\n`);
}

heading(`${NAME}.c`);
console.log(readFileSync(new URL(`src/${NAME}.c`, import.meta.url), 'utf8').trim());

const before = performance.now();
const bytes = await compileProgram(NAME);
heading(
  `${bytes.length} bytes of WebAssembly, by clang running on wasi9p, in ${Math.round(performance.now() - before)} ms ` +
    '(a second run takes it from the cache)',
);

const vol = Volume.fromJSON({ '/tmp': null });
const server = serverOf(vol);
const trace = strace((line) => console.log(line));
const wasi = new WASI({ args: [NAME], preopens: { '/': vol }, trace });
console.log('Each WASI call, and under it the 9P messages that it caused:\n');
const code = wasi.start(new WebAssembly.Instance(await WebAssembly.compile(bytes), wasi.getImportObject()));

heading(`exit status ${code}; what is left on the server`);
for (const [what, count] of Object.entries(server.inspect())) console.log(`${String(count).padStart(6)} ${what}`);
process.exitCode = code;
