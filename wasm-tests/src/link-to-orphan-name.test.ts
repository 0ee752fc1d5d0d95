// Tries links by and to the former name of an orphan.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { content, names, orphans, stops } from './stops.ts';

scenario('link-to-orphan-name', {
  expect: `open a O_RDWR|O_CREAT = ok
write orphan "orphan" = 6
unlink a = ok
link a c = ENOENT
open b O_RDWR|O_CREAT = ok
write other "other" = 5
link b a = ok
a names other: yes
a names orphan: no
fstat orphan = file, size 6, nlink 0
fstat other = file, size 5, nlink 2
link b a = EEXIST
open a O_RDWR = ok
same inode named other: yes
write named "OTHER" = 5
pread orphan 16 at 0 = 6 "orphan"
pread other 16 at 0 = 5 "OTHER"
unlink b = ok
fstat other = file, size 5, nlink 1
close orphan = ok
pread named 16 at 0 = 5 "OTHER"
unlink a = ok
fstat named = file, size 5, nlink 0
close other = ok
pread named 16 at 0 = 5 "OTHER"
close named = ok
list . = (0 and 2 dots, then end)
`,
  ...stops({
    linked: (look) => {
      orphans(look, 1, 6);
      names(look, ['a', 'b']);
      content(look, 'a', 'other');
    },
    'orphan-closed': (look) => {
      orphans(look, 0);
      names(look, ['a']);
      content(look, 'a', 'OTHER');
    },
    'both-names-gone': (look) => {
      orphans(look, 1, 5);
      names(look, []);
    },
    closed: (look) => {
      orphans(look, 0);
    },
  }),
});

test.run();
