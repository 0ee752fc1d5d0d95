// Tries an orphan with two descriptors.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { names, orphans, stops } from './stops.ts';

scenario('unlink-two-descriptors', {
  expect: `open a O_RDWR|O_CREAT = ok
open a O_RDONLY = ok
write first "hello" = 5
unlink a = ok
same inode first second: yes
close first = ok
fstat second = file, size 5, nlink 0
read second 16 = 5 "hello"
fstat first = EBADF
close second = ok
open b O_RDWR|O_CREAT = ok
open b O_RDONLY = ok
write first "hello" = 5
unlink b = ok
same inode first second: yes
close second = ok
write first " again" = 6
fstat first = file, size 11, nlink 0
pread first 16 at 0 = 11 "hello again"
close first = ok
`,
  ...stops({
    'a-unlinked': (look) => {
      orphans(look, 1, 5);
      names(look, []);
    },
    'a-half-closed': (look) => {
      orphans(look, 1, 5);
    },
    'a-closed': (look) => {
      orphans(look, 0);
    },
    'b-unlinked': (look) => {
      orphans(look, 1, 5);
      names(look, []);
    },
    'b-half-closed': (look) => {
      orphans(look, 1, 5);
    },
    'b-closed': (look) => {
      orphans(look, 0);
    },
  }),
});

test.run();
