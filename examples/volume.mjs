// A program works on files that JavaScript made, and JavaScript reads what it wrote.
//
//   npx wasi9p cc examples/upper.c -o upper.wasm && node examples/volume.mjs upper.wasm
import { readFile } from 'node:fs/promises';
import { Volume } from 'memfs';
import { WASI } from 'wasi9p';

const bytes = await readFile(process.argv[2] ?? 'upper.wasm');
const vol = Volume.fromJSON({ '/in.txt': 'hello\n' });
const wasi = new WASI({ args: ['upper', '/in.txt', '/out.txt'], preopens: { '/': vol } });
const { instance } = await WebAssembly.instantiate(bytes, wasi.getImportObject());
console.log('exit status', wasi.start(instance));
console.log(vol.readFileSync('/out.txt', 'utf8'));
