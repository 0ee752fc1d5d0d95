import { hostDir } from '../../vfs/backend/hostdir/index.ts';
import { runOn } from './ours.ts';

await runOn((where) => hostDir(where));
