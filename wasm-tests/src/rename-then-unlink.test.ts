// Tries an open file that is renamed and then unlinked.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { content, names, orphans, stops } from './stops.ts';

scenario('rename-then-unlink', {
  expect: `open a O_RDWR|O_CREAT = ok
write fd "one" = 3
rename a b = ok
stat a = ENOENT
b names fd: yes
unlink a = ENOENT
fstat fd = file, size 3, nlink 1
write fd " two" = 4
mkdir d = ok
rename b d/c = ok
stat b = ENOENT
d/c names fd: yes
write fd " three" = 6
fstat fd = file, size 13, nlink 1
open a O_RDWR|O_CREAT = ok
write other "other" = 5
unlink d/c = ok
fstat fd = file, size 13, nlink 0
pread fd 32 at 0 = 13 "one two three"
fstat other = file, size 5, nlink 1
rmdir d = ok
write fd " four" = 5
pread fd 32 at 0 = 18 "one two three four"
close fd = ok
pread other 32 at 0 = 5 "other"
close other = ok
list . = a (1 and 2 dots, then end)
`,
  ...stops({
    renamed: (look) => {
      orphans(look, 0);
      names(look, ['d']);
      names(look, ['c'], 'd');
      content(look, 'd/c', 'one two three');
    },
    unlinked: (look) => {
      orphans(look, 1, 13);
      names(look, ['a', 'd']);
      names(look, [], 'd');
      content(look, 'a', 'other');
    },
    closed: (look) => {
      orphans(look, 0);
      names(look, ['a']);
      content(look, 'a', 'other');
    },
  }),
});

test.run();
