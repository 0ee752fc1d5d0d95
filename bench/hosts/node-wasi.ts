// Child process of the benchmark: runs the program on node:wasi.
import { WASI } from 'node:wasi';
import { GUEST_DIR, runProgram } from './lib/host.ts';

await runProgram((args, where) => {
  const wasi = new WASI({ version: 'preview1', args, preopens: { [GUEST_DIR]: where } });
  return { imports: { wasi_snapshot_preview1: wasi.wasiImport }, start: (instance) => wasi.start(instance) };
});
