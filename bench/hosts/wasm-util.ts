// Child process of the benchmark: runs the program on @tybys/wasm-util.
import { Volume, createFsFromVolume } from 'memfs';
import { GUEST_DIR, runProgram } from './lib/host.ts';
import { peer } from './lib/peers.ts';

interface WasmUtil {
  WASI: new (options: object) => {
    wasiImport: WebAssembly.ModuleImports;
    start(instance: WebAssembly.Instance): number;
  };
}

await runProgram(async (args) => {
  const { WASI } = (await peer('@tybys/wasm-util/lib/mjs/index.mjs')) as WasmUtil;
  const fs = createFsFromVolume(new Volume());
  const wasi = new WASI({ version: 'preview1', args, preopens: { [GUEST_DIR]: '/' }, fs });
  return { imports: { wasi_snapshot_preview1: wasi.wasiImport }, start: (instance) => wasi.start(instance) };
});
