import { ram } from '../../vfs/backends/ram/index.ts';
import { runOn } from './ours.ts';

await runOn(() => ram());
