// Tries O_EXCL on the former name of an orphan.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { content, names, orphans, stops } from './stops.ts';

scenario('exclusive-on-orphan-name', {
  expect: `open a O_RDWR|O_CREAT|O_EXCL = ok
write first "first" = 5
open a O_RDWR|O_CREAT|O_EXCL = EEXIST
unlink a = ok
open a O_RDWR|O_CREAT|O_EXCL = ok
same inode first second: no
fstat second = file, size 0, nlink 1
write second "2" = 1
open a O_RDWR|O_CREAT|O_EXCL = EEXIST
open a O_RDWR|O_CREAT|O_EXCL|O_TRUNC = EEXIST
fstat second = file, size 1, nlink 1
pread first 16 at 0 = 5 "first"
close first = ok
open a O_RDWR|O_CREAT|O_EXCL = EEXIST
a names second: yes
unlink a = ok
mkdir a = ok
open a O_RDWR|O_CREAT|O_EXCL = EEXIST
fstat second = file, size 1, nlink 0
list . = a (1 and 2 dots, then end)
open a O_RDONLY|O_DIRECTORY = ok
rmdir a = ok
open a O_RDWR|O_CREAT|O_EXCL = ok
fstat directory = directory, nlink 0
fstat third = file, size 0, nlink 1
close second = ok
close directory = ok
close third = ok
list . = a (1 and 2 dots, then end)
`,
  ...stops({
    created: (look) => {
      orphans(look, 1, 5);
      names(look, ['a']);
      content(look, 'a', '');
    },
    'orphan-closed': (look) => {
      orphans(look, 0);
      content(look, 'a', '2');
    },
    'two-orphans': (look) => {
      orphans(look, 2, 1);
      names(look, ['a']);
      content(look, 'a', '');
    },
    closed: (look) => {
      orphans(look, 0);
      names(look, ['a']);
    },
  }),
});

test.run();
