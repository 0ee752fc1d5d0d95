// Tries a rename over an open, empty directory.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { names, orphans, stops } from './stops.ts';

scenario('rename-over-open-directory', {
  expect: `mkdir a = ok
mkdir b = ok
open a/f O_WRONLY|O_CREAT = ok
open a O_RDONLY|O_DIRECTORY = ok
open b O_RDONLY|O_DIRECTORY = ok
rename a b = ok
list . = b (1 and 2 dots, then end)
list b = f (1 and 2 dots, then end)
b names source: yes
b names target: no
fstat source = directory, linked
fstat target = directory, nlink 0
list target = (0 and 0 dots, then end)
openat target f O_RDONLY = ENOENT
openat target g O_WRONLY|O_CREAT = ENOENT
mkdirat target g = ENOENT
renameat source f target f = ENOENT
openat source g O_WRONLY|O_CREAT = ok
list source = f g (2 and 2 dots, then end)
mkdir c = ok
rename c b = ENOTEMPTY
rename b b/c = EINVAL
rename b/f c = EISDIR
rename c b/f = ENOTDIR
open c O_RDONLY|O_DIRECTORY = ok
rename c c = ok
fstat empty = directory, linked
list . = b c (2 and 2 dots, then end)
close target = ok
close empty = ok
list source = f g (2 and 2 dots, then end)
unlink b/f = ok
unlink b/g = ok
rmdir b = ok
list source = (0 and 0 dots, then end)
close source = ok
rmdir c = ok
list . = (0 and 2 dots, then end)
`,
  ...stops({
    renamed: (look) => {
      orphans(look, 1);
      names(look, ['b']);
      names(look, ['f'], 'b');
    },
    filled: (look) => {
      orphans(look, 1);
      names(look, ['f', 'g'], 'b');
    },
    refused: (look) => {
      orphans(look, 1);
      names(look, ['b', 'c']);
      names(look, ['f', 'g'], 'b');
      names(look, [], 'c');
    },
    closed: (look) => {
      orphans(look, 0);
      names(look, ['b', 'c']);
    },
    'source-removed': (look) => {
      orphans(look, 1);
      names(look, ['c']);
    },
  }),
});

test.run();
