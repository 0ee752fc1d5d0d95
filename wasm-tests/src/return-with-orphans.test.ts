// Tries a return from main with open orphans.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { content, names, orphans, stops } from './stops.ts';

scenario('return-with-orphans', {
  expect: `open a O_RDWR|O_CREAT = ok
write file "orphan" = 6
unlink a = ok
mkdir d = ok
open d O_RDONLY|O_DIRECTORY = ok
rmdir d = ok
open b O_RDWR|O_CREAT = ok
open b O_RDONLY = ok
unlink b = ok
same inode twice again: yes
`,
  ...stops(
    {
      leaving: (look) => {
        orphans(look, 4, 6);
        names(look, ['kept']);
        content(look, 'kept', '');
      },
    },
    (end) => {
      orphans(end, 0);
      names(end, ['kept']);
      content(end, 'kept', 'buffered');
    },
  ),
});

test.run();
