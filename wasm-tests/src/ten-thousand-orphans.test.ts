// Tries ten thousand orphans, closed in random order.
import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { nameCount, names, orphans, stops } from './stops.ts';

const COUNT = 10_000;
const BYTES = Array.from({ length: COUNT }, (_, i) => `content of ${i}`.length).reduce((sum, length) => sum + length);

/** The program raises its soft limit to the hard one; where that is lower the native run cannot have so many files. */
function canOpenAll(): boolean {
  const limit = String(spawnSync('sh', ['-c', 'ulimit -Hn']).stdout).trim();
  return limit === 'unlimited' || Number(limit) > COUNT + 100;
}

const TOO_FEW = 'the hard limit on open files (ulimit -Hn) is too low';

scenario('ten-thousand-orphans', {
  expect: `mkdir d = ok
made 10000
unlinked 10000
list d = (0 and 2 dots, then end)
intact 10000
closed 5000
intact 5000
rmdir d = ok
closed 4999
intact 1
closed 1
list . = (0 and 2 dots, then end)
`,
  ...(canOpenAll() ? {} : { nativeDiffers: TOO_FEW, notOnHost: TOO_FEW }),
  ...stops({
    made: (look) => {
      orphans(look, 0);
      nameCount(look, COUNT, 'd');
    },
    all: (look) => {
      orphans(look, COUNT, BYTES);
      names(look, [], 'd');
    },
    half: (look) => {
      orphans(look, COUNT / 2);
      names(look, [], 'd');
    },
    one: (look) => {
      orphans(look, 1);
      names(look, []);
    },
    none: (look) => {
      orphans(look, 0);
    },
  }),
});

test.run();
