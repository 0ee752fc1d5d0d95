// Tries temporary files as tmpfile(3) and mkstemp(3) create them.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { nameCount, names, orphans, stops } from './stops.ts';

scenario('temp-files', {
  expect: String.raw`mkstemp = ok after 1 try
write temporary "kept until unlinked" = 19
mkstemp of a taken name = ok after 2 tries
two names: yes
same inode temporary second: no
list . = (0 and 2 dots, then end)
fstat temporary = file, size 19, nlink 0
pread temporary 32 at 0 = 19 "kept until unlinked"
close temporary = ok
close second = ok
fstat fileno(file) = file, size 8893, nlink 0
list . = (0 and 2 dots, then end)
read 1000 lines, sum 500500
fseek 7 = ok
fgets = "line 2\012"
fclose = ok
fifty at once, each with its own content: 50
list . = (0 and 2 dots, then end)
`,
  ...stops({
    named: (look) => {
      orphans(look, 0);
      nameCount(look, 2);
    },
    unlinked: (look) => {
      orphans(look, 2, 19);
      names(look, []);
    },
    closed: (look) => {
      orphans(look, 0);
    },
    tmpfile: (look) => {
      orphans(look, 1);
      names(look, []);
    },
    written: (look) => {
      orphans(look, 1, 8893);
      names(look, []);
    },
    'tmpfile-closed': (look) => {
      orphans(look, 0);
    },
    fifty: (look) => {
      orphans(look, 50, 50 * 'temporary 0'.length);
      names(look, []);
    },
  }),
});

test.run();
