// Runs the benchmark's program on wasi9p, for the children hostdir, memfs and ram.
import { WASI, type Preopen } from '../../../shim/index.ts';
import { GUEST_DIR, runProgram } from './host.ts';

/** Runs the program on our stack with the root that `root` gives. */
export function runOn(root: (where: string) => Preopen): Promise<void> {
  return runProgram((args, where) => {
    const wasi = new WASI({ args, preopens: { [GUEST_DIR]: root(where) } });
    return { imports: wasi.getImportObject(), start: (instance) => wasi.start(instance) };
  });
}
