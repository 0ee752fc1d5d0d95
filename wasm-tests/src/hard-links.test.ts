// Tries a file with two names, which becomes an orphan with the removal of the second.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { content, names, orphans, stops } from './stops.ts';

scenario('hard-links', {
  expect: `open a O_RDWR|O_CREAT = ok
write fd "shared" = 6
link a b = ok
fstat fd = file, size 6, nlink 2
stat b = file, size 6, nlink 2
a names fd: yes
b names fd: yes
rename a b = ok
list . = a b (2 and 2 dots, then end)
unlink a = ok
fstat fd = file, size 6, nlink 1
b names fd: yes
open b O_RDONLY = ok
read again 16 = 6 "shared"
unlink b = ok
fstat fd = file, size 6, nlink 0
fstat again = file, size 6, nlink 0
write fd " still" = 6
pread again 16 at 0 = 12 "shared still"
close fd = ok
close again = ok
open c O_RDWR|O_CREAT = ok
write doubled "doubled" = 7
link c d = ok
open e O_RDWR|O_CREAT = ok
rename e d = ok
fstat doubled = file, size 7, nlink 1
c names doubled: yes
d names over: yes
rename d c = ok
fstat doubled = file, size 7, nlink 0
c names over: yes
pread doubled 16 at 0 = 7 "doubled"
close doubled = ok
close over = ok
list . = c (1 and 2 dots, then end)
`,
  ...stops({
    'one-name': (look) => {
      orphans(look, 0);
      names(look, ['b']);
      content(look, 'b', 'shared');
    },
    'no-name': (look) => {
      orphans(look, 1, 6);
      names(look, []);
    },
    closed: (look) => {
      orphans(look, 0);
    },
    'renamed-over-one': (look) => {
      orphans(look, 0);
      names(look, ['c', 'd']);
      content(look, 'c', 'doubled');
      content(look, 'd', '');
    },
    'renamed-over-both': (look) => {
      orphans(look, 1, 7);
      names(look, ['c']);
      content(look, 'c', '');
    },
  }),
});

test.run();
