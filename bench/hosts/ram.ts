import { ram } from '../../vfs/backend/ram/index.ts';
import { runOn } from './ours.ts';

await runOn(() => ram());
