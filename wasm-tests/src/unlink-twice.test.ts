// Tries the second unlink of a name.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { names, orphans, stops } from './stops.ts';

scenario('unlink-twice', {
  expect: `open a O_RDWR|O_CREAT = ok
write fd "hello" = 5
unlink a = ok
unlink a = ENOENT
rmdir a = ENOENT
fstat fd = file, size 5, nlink 0
pread fd 16 at 0 = 5 "hello"
open a O_RDWR|O_CREAT = ok
unlink a = ok
unlink a = ENOENT
fstat fd = file, size 5, nlink 0
fstat next = file, size 0, nlink 0
close fd = ok
unlink a = ENOENT
write next "still here" = 10
pread next 16 at 0 = 10 "still here"
close next = ok
unlink a = ENOENT
list . = (0 and 2 dots, then end)
`,
  ...stops({
    twice: (look) => {
      orphans(look, 1, 5);
      names(look, []);
    },
    'two-orphans': (look) => {
      orphans(look, 2, 5);
      names(look, []);
    },
    'one-orphan': (look) => {
      orphans(look, 1);
    },
    closed: (look) => {
      orphans(look, 0);
    },
  }),
});

test.run();
