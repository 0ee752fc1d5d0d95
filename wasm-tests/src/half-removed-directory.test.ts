// Tries a listing during which half of the directory is removed.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { nameCount, orphans, stops } from './stops.ts';

scenario('half-removed-directory', {
  expect: `mkdir d = ok
made 3000, 64 of those to be removed stay open
removed 1500 in the middle of the listing
the listing in progress: 1500 survivors once, 0 missed, 0 twice; 0 removed ones twice
every type is right: yes
the same, rewound: 1500 survivors once, 0 missed, 0 twice; 0 removed ones twice
every type is right: yes
removed ones after the rewind: 0
orphans that still took a write: 64
`,
  ...stops({
    'half-removed': (look) => {
      orphans(look, 64);
      nameCount(look, 1500, 'd');
    },
    closed: (look) => {
      orphans(look, 0);
      nameCount(look, 1500, 'd');
    },
  }),
});

test.run();
