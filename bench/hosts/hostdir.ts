// Child process of the benchmark: runs the program on wasi9p with a host directory.
import { hostDir } from '../../vfs/backends/hostdir/index.ts';
import { runOn } from './lib/ours.ts';

await runOn((where) => hostDir(where));
