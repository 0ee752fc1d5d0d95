// Child process of the benchmark: runs the program on browser_wasi_shim.
import { ConsoleStdout, PreopenDirectory, WASI } from '@bjorn3/browser_wasi_shim';
import { GUEST_DIR, runProgram } from './lib/host.ts';

await runProgram((args) => {
  const silent = () => new ConsoleStdout(() => {});
  const fds = [silent(), silent(), silent(), new PreopenDirectory(GUEST_DIR, new Map())];
  const wasi = new WASI(args, [], fds, { debug: false });
  return {
    imports: { wasi_snapshot_preview1: wasi.wasiImport },
    start: (instance) => wasi.start(instance as Parameters<typeof wasi.start>[0]),
  };
});
