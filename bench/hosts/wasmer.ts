// Child process of the comparison: runs the program on @wasmer/wasi.
import { runProgram } from './lib/host.ts';
import { peer } from './lib/peers.ts';

interface Wasmer {
  init(): Promise<void>;
  MemFS: new () => object;
  WASI: new (options: object) => {
    getImports(module: WebAssembly.Module): WebAssembly.Imports;
    instantiate(instance: WebAssembly.Instance): void;
    start(): number;
  };
}

await runProgram(async (args, _, module) => {
  const { init, MemFS, WASI } = (await peer('@wasmer/wasi/dist/Library.esm.min.js')) as Wasmer;
  await init();
  const wasi = new WASI({ args, env: {}, preopens: { '/': '/' }, fs: new MemFS() });
  return {
    imports: wasi.getImports(module),
    start: (instance) => {
      wasi.instantiate(instance);
      return wasi.start();
    },
  };
});
