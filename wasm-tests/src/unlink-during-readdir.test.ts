// Tries a listing during which names are removed and created.
import { platform, release } from 'node:os';
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { nameCount, orphans, stops } from './stops.ts';

/**
 * Before Linux 6.6 a cookie of tmpfs is a position, counted anew at each seekdir: going on at one after a removal
 * skips names. There the native run says less than POSIX does.
 */
function hasStableCookies(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return platform() === 'linux' && (major > 6 || (major === 6 && minor >= 6));
}

scenario('unlink-during-readdir', {
  expect: `mkdir d = ok
created 2000
removed as seen: 2000 seen, 0 twice, 2000 removed, 0 left
created 2000
first listing: 500 before the cookie, 1500 after it
removed 1001, the names on either side of the cookie among them
created 100
from the cookie: 750 of 750 survivors once, 0 from before it, 0 removed ones, 0 new ones twice
from the cookie: 750 of 750 survivors once, 0 from before it, 0 removed ones, 0 new ones twice
from the start: 1099, another listing: 1099
removed as seen: 1099 seen, 0 twice, 1099 removed, 0 left
created 2000
created as seen: 2000 old once, 0 old twice, 100 new made, 0 new twice
removed as seen: 2100 seen, 0 twice, 2100 removed, 0 left
rmdir d = ok
list . = (0 and 2 dots, then end)
`,
  ...(hasStableCookies() ? {} : { nativeDiffers: 'the cookies of its tmpfs do not outlive a removal' }),
  ...stops({
    'first-removal': (look) => {
      orphans(look, 0);
      nameCount(look, 1000, 'd');
    },
    changed: (look) => {
      orphans(look, 0);
      nameCount(look, 1099, 'd');
    },
    'second-removal': (look) => {
      orphans(look, 0);
      nameCount(look, 99, 'd');
    },
    'third-removal': (look) => {
      orphans(look, 0);
      nameCount(look, 1100, 'd');
    },
  }),
});

test.run();
