// The conformance suite on a host directory, reached as this platform reaches it.
import { conformance } from '../../conformance/index.ts';
import { subject } from './testing.ts';

conformance('hostdir', () => subject(false), {
  'holes are passed over, however large': 'node:fs tells no holes but those that are a whole file (holes.test.ts)',
});
