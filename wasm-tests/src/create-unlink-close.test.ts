// Tries the seed program with a look at names and descriptors between the calls.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { names, orphans, stops } from './stops.ts';

scenario('create-unlink-close', {
  expect: `open a O_WRONLY|O_CREAT = ok
fstat fd = file, size 0, nlink 1
unlink a = ok
fstat fd = file, size 0, nlink 0
stat a = ENOENT
list . = (0 and 2 dots, then end)
open a O_WRONLY = ENOENT
close fd = ok
close fd = EBADF
list . = (0 and 2 dots, then end)
`,
  ...stops({
    open: (look) => {
      orphans(look, 0);
      names(look, ['a']);
    },
    unlinked: (look) => {
      orphans(look, 1);
      names(look, []);
    },
    closed: (look) => {
      orphans(look, 0);
      names(look, []);
    },
  }),
});

test.run();
