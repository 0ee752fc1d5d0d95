// Child process of the benchmark: runs the program on runno.
import { runProgram } from './lib/host.ts';
import { peer } from './lib/peers.ts';

interface Runno {
  WASI: new (options: object) => {
    getImportObject(): WebAssembly.Imports;
    start(source: WebAssembly.WebAssemblyInstantiatedSource): unknown;
  };
}

await runProgram(async (args) => {
  const { WASI } = (await peer('@runno/wasi/dist/main.js')) as Runno;
  const wasi = new WASI({ args, env: {}, fs: {}, isTTY: false });
  return { imports: wasi.getImportObject(), start: (instance, module) => wasi.start({ instance, module }) };
});
