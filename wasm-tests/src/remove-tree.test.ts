// Tries the removal of a tree with open descriptors in it.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { content, names, orphans, stops } from './stops.ts';

scenario('remove-tree', {
  expect: `mkdir t = ok
mkdir t/m = ok
mkdir t/m/l = ok
open t/f O_RDWR|O_CREAT|O_EXCL = ok
open t/m/f O_RDWR|O_CREAT|O_EXCL = ok
open t/m/l/f O_RDWR|O_CREAT|O_EXCL = ok
open t O_RDONLY|O_DIRECTORY = ok
open t/m O_RDONLY|O_DIRECTORY = ok
open t/m/l O_RDONLY|O_DIRECTORY = ok
rmdir t = ENOTEMPTY
removed 23 files and 3 directories
list . = (0 and 2 dots, then end)
fstat top = directory, nlink 0
fstat middle = directory, nlink 0
fstat leaf = directory, nlink 0
fstat top_file = file, size 3, nlink 0
fstat middle_file = file, size 6, nlink 0
fstat leaf_file = file, size 4, nlink 0
list top = (0 and 0 dots, then end)
list middle = (0 and 0 dots, then end)
openat top m O_RDONLY = ENOENT
openat top m/l/f O_RDONLY = ENOENT
openat middle l O_RDONLY = ENOENT
openat leaf f O_RDONLY = ENOENT
openat leaf new O_WRONLY|O_CREAT = ENOENT
mkdirat middle l = ENOENT
fstatat leaf . = directory, nlink 0
pread top_file 16 at 0 = 3 "top"
pread middle_file 16 at 0 = 6 "middle"
pread leaf_file 16 at 0 = 4 "leaf"
mkdir t = ok
mkdir t/m = ok
mkdir t/m/l = ok
open t/m/l/f O_RDWR|O_CREAT|O_EXCL = ok
openat top m O_RDONLY = ENOENT
openat middle l/f O_RDONLY = ENOENT
openat leaf f O_RDONLY = ENOENT
unlinkat leaf f = ENOENT
rmdirat middle l = ENOENT
write leaf_file ", old" = 5
pread leaf_file 16 at 0 = 9 "leaf, old"
pread new_file 16 at 0 = 8 "new leaf"
t/m/l/f names new_file: yes
close top = ok
close middle = ok
fstat leaf = directory, nlink 0
fstatat leaf . = directory, nlink 0
close top_file = ok
close middle_file = ok
close leaf = ok
pread leaf_file 16 at 0 = 9 "leaf, old"
close leaf_file = ok
removed 1 files and 3 directories
fstat new_file = file, size 8, nlink 0
pread new_file 16 at 0 = 8 "new leaf"
close new_file = ok
list . = (0 and 2 dots, then end)
`,
  ...stops({
    built: (look) => {
      orphans(look, 0);
      names(look, ['t']);
    },
    removed: (look) => {
      orphans(look, 6, 13);
      names(look, []);
    },
    rebuilt: (look) => {
      orphans(look, 6, 13);
      names(look, ['f'], 't/m/l');
      content(look, 't/m/l/f', 'new leaf');
    },
    'top-closed': (look) => {
      orphans(look, 4, 18);
      content(look, 't/m/l/f', 'new leaf');
    },
    'directories-closed': (look) => {
      orphans(look, 1, 9);
    },
    closed: (look) => {
      orphans(look, 0);
      content(look, 't/m/l/f', 'new leaf');
    },
    'new-removed': (look) => {
      orphans(look, 1, 8);
      names(look, []);
    },
  }),
});

test.run();
