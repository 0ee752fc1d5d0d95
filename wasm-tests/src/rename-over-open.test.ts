// Tries a rename over an open file.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { content, names, orphans, stops } from './stops.ts';

scenario('rename-over-open', {
  expect: `open a O_RDWR|O_CREAT = ok
open b O_RDWR|O_CREAT = ok
write source "from a" = 6
write target "from b, longer" = 14
rename a b = ok
list . = b (1 and 2 dots, then end)
b names source: yes
b names target: no
fstat source = file, size 6, nlink 1
fstat target = file, size 14, nlink 0
pread target 32 at 0 = 14 "from b, longer"
write target ", still b" = 9
write source ", now b" = 7
pread target 32 at 0 = 23 "from b, longer, still b"
open b O_RDONLY = ok
read reopened 32 = 13 "from a, now b"
close reopened = ok
rename a b = ENOENT
rename b b = ok
mkdir d = ok
rename b d = EISDIR
rename d b = ENOTDIR
fstat source = file, size 13, nlink 1
close target = ok
pread source 32 at 0 = 13 "from a, now b"
close source = ok
list . = b d (2 and 2 dots, then end)
`,
  ...stops({
    renamed: (look) => {
      orphans(look, 1, 14);
      names(look, ['b']);
      content(look, 'b', 'from a');
    },
    written: (look) => {
      orphans(look, 1, 23);
      content(look, 'b', 'from a, now b');
    },
    unchanged: (look) => {
      orphans(look, 1, 23);
      names(look, ['b', 'd']);
      content(look, 'b', 'from a, now b');
    },
    closed: (look) => {
      orphans(look, 0);
      names(look, ['b', 'd']);
    },
  }),
});

test.run();
