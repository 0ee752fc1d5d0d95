// The smoke program: the README's library example with the seed program, the same text under every runtime.
import { Volume } from 'memfs';
import { WASI } from '../../../dist/index.js';
import { leftOver } from './left-over.mjs';

/**
 * Runs the seed program on a memfs volume.
 * @param {BufferSource} bytes seed.wasm
 * @returns {Promise<string>} an error, or ''
 */
export async function smoke(bytes) {
  const vol = Volume.fromJSON({ '/tmp/before.txt': 'left alone' });
  const wasi = new WASI({ version: 'preview1', args: ['seed'], env: {}, preopens: { '/': vol }, returnOnExit: true });
  const { instance } = await WebAssembly.instantiate(bytes, wasi.getImportObject());
  const code = wasi.start(instance);
  if (code !== 0) return `exit status ${code}`;
  const names = String(vol.readdirSync('/tmp'));
  if (names !== 'before.txt') return `/tmp holds '${names}'`;
  if (vol.readFileSync('/tmp/before.txt', 'utf8') !== 'left alone') return 'an untouched file changed';
  return leftOver(vol);
}
