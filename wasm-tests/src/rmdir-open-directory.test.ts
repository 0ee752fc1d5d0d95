// Tries a removed directory that is still open.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { names, orphans, stops } from './stops.ts';

scenario('rmdir-open-directory', {
  expect: `mkdir d = ok
mkdir d/sub = ok
open d O_RDONLY|O_DIRECTORY = ok
rmdir d = ENOTEMPTY
rmdirat dir sub = ok
open . O_RDONLY|O_DIRECTORY = ok
openat dir f O_WRONLY|O_CREAT = ok
rmdir d = ENOTEMPTY
unlinkat dir f = ok
rmdir d = ok
fstat dir = directory, nlink 0
stat d = ENOENT
list . = (0 and 2 dots, then end)
list d, opened before = (0 and 0 dots, then end)
list dir = (0 and 0 dots, then end)
openat dir . O_RDONLY|O_DIRECTORY = ok
same inode dir self: yes
fstatat dir . = directory, nlink 0
openat dir f O_RDONLY = ENOENT
openat dir f O_WRONLY|O_CREAT = ENOENT
openat dir f O_WRONLY|O_CREAT|O_EXCL = ENOENT
mkdirat dir f = ENOENT
symlinkat target dir f = ENOENT
open file O_WRONLY|O_CREAT = ok
linkat live file dir f = ENOENT
renameat live file dir f = ENOENT
unlinkat dir f = ENOENT
rmdirat dir sub = ENOENT
fstatat dir sub = ENOENT
fsync dir = ok
openat dir sub/.. O_RDONLY = ENOENT
stat d/.. = ENOENT
openat live d/.. O_RDONLY = ENOENT
openat dir .. = the old parent, or ENOTCAPABLE on WASI: yes
mkdir d = ok
open d O_RDONLY|O_DIRECTORY = ok
same inode dir new: no
openat new f O_WRONLY|O_CREAT = ok
openat dir f O_RDONLY = ENOENT
openat dir g O_WRONLY|O_CREAT = ENOENT
unlinkat dir f = ENOENT
list dir = (0 and 0 dots, then end)
list new = f (1 and 2 dots, then end)
fstat dir = directory, nlink 0
fstat new = directory, linked
close dir = ok
fstat self = directory, nlink 0
close self = ok
unlinkat new f = ok
rmdir d = ok
close new = ok
close live = ok
`,
  ...stops({
    removed: (look) => {
      orphans(look, 1);
      names(look, []);
    },
    listed: (look) => {
      orphans(look, 1);
    },
    again: (look) => {
      orphans(look, 1);
      names(look, ['d', 'file']);
      names(look, [], 'd');
    },
    'again-filled': (look) => {
      orphans(look, 1);
      names(look, ['f'], 'd');
    },
    'half-closed': (look) => {
      orphans(look, 1);
    },
    closed: (look) => {
      orphans(look, 0);
      names(look, ['f'], 'd');
    },
  }),
});

test.run();
