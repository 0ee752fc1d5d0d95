import { Volume } from 'memfs';
import { runOn } from './ours.ts';

await runOn(() => new Volume());
