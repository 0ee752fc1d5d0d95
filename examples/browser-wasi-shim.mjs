// One program in browser_wasi_shim's WASI class and in ours of the same shape, on the same volume: which class it is
// is one import.
//
//   npx wasi9p cc examples/upper.c -o upper.wasm && node examples/browser-wasi-shim.mjs upper.wasm
import { readFile } from 'node:fs/promises';
import * as theirs from '@bjorn3/browser_wasi_shim';
import { Volume } from 'memfs';
import * as ours from 'wasi9p/browser-wasi-shim';

const module = await WebAssembly.compile(await readFile(process.argv[2] ?? 'upper.wasm'));
const vol = Volume.fromJSON({ '/in.txt': 'hello\n' });

for (const [name, { WASI, OpenFile, File, ConsoleStdout }] of Object.entries({ theirs, ours })) {
  // In place of a PreopenDirectory.
  const root = new ours.MountedDirectory('/', vol);
  const line = ConsoleStdout.lineBuffered((text) => console.log(`${name}: ${text}`));
  const fds = [new OpenFile(new File([])), line, line, root];
  const wasi = new WASI(['upper', '/in.txt', `/${name}.txt`], ['LANG=C'], fds, { debug: false });
  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport });
  console.log(`${name}: exit status`, wasi.start(/** @type {any} */ (instance)));
  console.log(vol.readFileSync(`/${name}.txt`, 'utf8'));
  root.close();
  console.log('left on the server:', root.server.inspect());
}
