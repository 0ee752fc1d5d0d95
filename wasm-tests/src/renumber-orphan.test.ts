// Tries fd_renumber onto and of the descriptor of an orphan.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { content, names, orphans, stops } from './stops.ts';

scenario('renumber-orphan', {
  expect: `open a O_RDWR|O_CREAT = ok
write orphan "orphan" = 6
unlink a = ok
open b O_RDWR|O_CREAT = ok
write file "file" = 4
renumber file orphan = ok
fstat file = EBADF
fstat orphan = file, size 4, nlink 1
b names orphan: yes
pread orphan 16 at 0 = 4 "file"
read orphan 16 = 0 ""
write orphan " moved" = 6
pread orphan 16 at 0 = 10 "file moved"
open c O_RDWR|O_CREAT = ok
write other "other orphan" = 12
unlink c = ok
lseek other 6 SEEK_SET = 6
renumber other orphan = ok
fstat other = EBADF
fstat orphan = file, size 12, nlink 0
read orphan 16 = 6 "orphan"
stat b = file, size 10, nlink 1
open d O_RDWR|O_CREAT = ok
write last "last" = 4
unlink d = ok
renumber last orphan = ok
pread orphan 16 at 0 = 4 "last"
renumber orphan orphan = ok
fstat orphan = file, size 4, nlink 0
pread orphan 16 at 0 = 4 "last"
renumber last orphan = EBADF
fstat orphan = file, size 4, nlink 0
close orphan = ok
close last = EBADF
list . = b (1 and 2 dots, then end)
`,
  ...stops({
    before: (look) => {
      orphans(look, 1, 6);
      names(look, ['b']);
    },
    onto: (look) => {
      orphans(look, 0);
      names(look, ['b']);
    },
    from: (look) => {
      orphans(look, 1, 12);
      names(look, ['b']);
      content(look, 'b', 'file moved');
    },
    two: (look) => {
      orphans(look, 2, 16);
    },
    'orphan-onto-orphan': (look) => {
      orphans(look, 1, 4);
    },
    'onto-itself': (look) => {
      orphans(look, 1, 4);
    },
    'from-closed': (look) => {
      orphans(look, 1, 4);
    },
    closed: (look) => {
      orphans(look, 0);
      content(look, 'b', 'file moved');
    },
  }),
});

test.run();
