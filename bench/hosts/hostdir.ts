import { hostDir } from '../../vfs/backends/hostdir/index.ts';
import { runOn } from './ours.ts';

await runOn((where) => hostDir(where));
