// The conformance suite on a host directory, in every way by descriptors.
import { conformance } from '../../../testing/conformance/index.ts';
import { hostStore } from '../../../testing/stores.ts';
import { byUvu } from '../../../testing/uvu.ts';
import { skip } from '../../../build/test/skip.ts';
import { test } from 'uvu';
import { inMemory, waysHere } from './testing.ts';

const HOLES = 'holes are passed over, however large';

for (const [way, reason] of waysHere()) {
  const name = way === undefined ? 'hostdir' : `hostdir by ${way}`;
  const options = way === undefined ? {} : { way };
  // One of the ways in memory, where files may be large enough.
  const base = way === 'openat2' ? inMemory : undefined;
  const skips: Record<string, string> = {};
  if (way === 'openat') skips[HOLES] = 'files on a disk may be limited to 16 TiB (holes.test.ts)';
  else if (way !== 'openat2') skips[HOLES] = 'node:fs finds only holes that are a whole file (holes.test.ts)';
  if (reason !== '') skip(`${name}: all of the suite`, reason);
  else {
    conformance(name, () => hostStore(options, base), byUvu(skips));
    // Without a host that changes it.
    conformance(
      `${name}, cached`,
      () => ({ ...hostStore({ ...options, cached: true }, base), outside: undefined! }),
      byUvu(skips),
    );
  }
}

test.run();
