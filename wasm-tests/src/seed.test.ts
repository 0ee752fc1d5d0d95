// Tries the smallest program that creates an orphan.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scenario } from '../harness.ts';
import { names, orphans } from './stops.ts';

// Its steps with something to see between them are create-unlink-close.c.
scenario('seed', {
  expect: '',
  after(end) {
    assert.is(end.code, 0);
    names(end, []);
    orphans(end, 0);
  },
});

test.run();
