// The conformance suite on a host directory, reached as this platform reaches it.
import { conformance } from '../../../testing/conformance/index.ts';
import { hostStore } from '../../../testing/stores.ts';
import { byUvu } from '../../../testing/uvu.ts';
import { test } from 'uvu';

conformance(
  'hostdir',
  hostStore,
  byUvu({
    'holes are passed over, however large': 'node:fs finds only holes that are a whole file (holes.test.ts)',
  }),
);

test.run();
