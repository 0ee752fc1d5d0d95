// Child process of the benchmark: runs the program on wasi9p with memfs.
import { Volume } from 'memfs';
import { runOn } from './lib/ours.ts';

await runOn(() => new Volume());
