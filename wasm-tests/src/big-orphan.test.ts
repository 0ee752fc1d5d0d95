// Tries an orphan of 256 MiB: its close returns at once, and its data is reclaimed later.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scenario } from '../harness.ts';
import { names, orphans, stops } from './stops.ts';

const SIZE = 256 * 2 ** 20;

scenario('big-orphan', {
  expect: String.raw`open big O_RDWR|O_CREAT = ok
write big "start" = 5
ftruncate big 268435456 = ok
pwrite big "middle" at 134217728 = 6
pwrite big "end" at 268435453 = 3
fstat big = file, size 268435456, nlink 1
unlink big = ok
fstat big = file, size 268435456, nlink 0
pread big 8 at 0 = 8 "start\0\0\0"
pread big 8 at 67108864 = 8 "\0\0\0\0\0\0\0\0"
pread big 8 at 134217728 = 8 "middle\0\0"
pread big 8 at 268435448 = 8 "\0\0\0\0\0end"
pread big 8 at 268435456 = 0 ""
close big = ok
open big O_RDWR|O_CREAT|O_EXCL = ok
fstat small = file, size 0, nlink 1
write small "small" = 5
pread small 16 at 0 = 5 "small"
fsync small = ok
close small = ok
unlink big = ok
list . = (0 and 2 dots, then end)
`,
  ...stops({
    orphan: (look) => {
      orphans(look, 1, SIZE);
      names(look, []);
    },
    closed: (look) => {
      const found = look.server.inspect();
      assert.is(found.orphans, 0);
      assert.is(found.reclaiming, 1, 'it waits in the queue: close did not free it');
      assert.ok(found.bytes >= SIZE, 'nor any of its data');
      names(look, []);
    },
  }),
});

test.run();
