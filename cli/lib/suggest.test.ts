// Tries the suggestions for mistyped words and paths.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inScratch } from '../testing.ts';
import { distance, nearest, nearestPath } from './suggest.ts';

test('the distance counts insertions, removals, replacements and swaps', () => {
  const cases: [string, string, number][] = [
    ['', '', 0],
    ['run', 'run', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['runn', 'run', 1],
    ['rn', 'run', 1],
    ['rum', 'run', 1],
    ['rnu', 'run', 1],
    ['dri', 'dir', 1],
    ['ca', 'abc', 3],
    ['kitten', 'sitting', 3],
  ];
  for (const [from, to, steps] of cases) assert.is(distance(from, to), steps, `${from} ${to}`);
});

test('the nearest name is suggested, unless it is far', () => {
  const names = ['run', 'tree', 'commit', 'cat', 'prog.wasm'];
  const cases: Record<string, string | undefined> = {
    runn: 'run',
    RUN: 'run',
    tere: 'tree',
    comit: 'commit',
    prog: 'prog.wasm',
    'prgo.wasm': 'prog.wasm',
    'none.wasm': undefined,
    walk: undefined,
    toString: undefined,
    '': undefined,
    [`run${'n'.repeat(100)}`]: undefined,
  };
  for (const [word, name] of Object.entries(cases)) assert.is(nearest(word, names), name, word);
  assert.is(nearest('run', ['run']), undefined);
});

test('a path is suggested from its directory', () => {
  inScratch(() => {
    fs.mkdirSync('data/sub', { recursive: true });
    fs.writeFileSync('data/one.txt', '');
    assert.is(nearestPath('dat'), 'data');
    assert.is(nearestPath('data/one.tx'), 'data/one.txt');
    assert.is(
      nearestPath('data/one.tx', (entry) => entry.isDirectory()),
      undefined,
    );
    assert.is(
      nearestPath('data/sbu', (entry) => entry.isDirectory()),
      'data/sub',
    );
    assert.is(nearestPath('none/one.txt'), undefined);
  });
});

test.run();
