// Two programs on one server see one file system: the second reads what the first wrote.
//
//   npx wasi9p cc examples/upper.c -o upper.wasm && node examples/two-guests.mjs upper.wasm
import { readFile } from 'node:fs/promises';
import { Volume } from 'memfs';
import { WASI } from 'wasi9p';
import { memfs } from 'wasi9p/backends/memfs';
import { Server } from 'wasi9p/server';

const module = await WebAssembly.compile(await readFile(process.argv[2] ?? 'upper.wasm'));
const vol = Volume.fromJSON({ '/a': 'first\n' });
const server = new Server(memfs(vol));

for (const [from, to] of [
  ['/a', '/b'],
  ['/b', '/c'],
]) {
  const wasi = new WASI({ args: ['upper', from, to], preopens: { '/': server } });
  const status = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
  console.log(`${from} → ${to}: status ${status}, ${JSON.stringify(vol.readFileSync(to, 'utf8'))}`);
}
console.log('left on the server:', server.inspect());
