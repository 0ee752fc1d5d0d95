// Child process of the benchmark: runs the program on wasi9p with ram.
import { ram } from '../../vfs/backends/ram/index.ts';
import { runOn } from './lib/ours.ts';

await runOn(() => ram());
