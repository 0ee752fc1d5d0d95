import { conformance } from '../../conformance/index.ts';
import { subject } from './testing.ts';

conformance('hostdir', () => subject(false), {
  'holes are passed over, however large': 'node:fs tells no holes but those that are a whole file (holes.test.ts)',
});
