// Tries a name that is created again while the old file is open.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { content, names, orphans, stops } from './stops.ts';

scenario('recreate-name', {
  expect: String.raw`open a O_RDWR|O_CREAT = ok
write old "first" = 5
unlink a = ok
open a O_RDWR|O_CREAT = ok
write new "the second" = 10
same inode old new: no
a names new: yes
a names old: no
fstat old = file, size 5, nlink 0
fstat new = file, size 10, nlink 1
pread old 16 at 0 = 5 "first"
pread new 16 at 0 = 10 "the second"
write old " grows" = 6
ftruncate new 3 = ok
pread old 16 at 0 = 11 "first grows"
pread new 16 at 0 = 3 "the"
open a O_WRONLY|O_TRUNC = ok
same inode new emptied: yes
fstat new = file, size 0, nlink 1
fstat old = file, size 11, nlink 0
close emptied = ok
write new "x" = 1
unlink a = ok
open a O_RDWR|O_CREAT|O_EXCL = ok
write newest "third" = 5
same inode old newest: no
same inode new newest: no
same inode old new: no
pread old 16 at 0 = 11 "first grows"
pread new 16 at 0 = 11 "\0\0\0\0\0\0\0\0\0\0x"
pread newest 16 at 0 = 5 "third"
close new = ok
pread old 16 at 0 = 11 "first grows"
close old = ok
fstat newest = file, size 5, nlink 1
a names newest: yes
close newest = ok
list . = a (1 and 2 dots, then end)
`,
  ...stops({
    two: (look) => {
      orphans(look, 1, 5);
      names(look, ['a']);
      content(look, 'a', 'the second');
    },
    changed: (look) => {
      orphans(look, 1, 11);
      content(look, 'a', 'the');
    },
    three: (look) => {
      orphans(look, 2, 22);
      names(look, ['a']);
      content(look, 'a', 'third');
    },
    'middle-closed': (look) => {
      orphans(look, 1, 11);
      content(look, 'a', 'third');
    },
    'old-closed': (look) => {
      orphans(look, 0);
      content(look, 'a', 'third');
    },
  }),
});

test.run();
