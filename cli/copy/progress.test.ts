// Tries the progress line.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Progress, sizeText } from './progress.ts';

test('nothing for a second, then now and then, and nothing is left of it', () => {
  let time = 0;
  let written = '';
  const progress = new Progress(
    (text) => (written += text),
    () => time,
  );
  for (time = 0; time < 1000; time += 100) progress.tell(() => 'too early');
  progress.clear();
  assert.is(written, '');
  progress.tell(() => 'a long text');
  assert.is(written, '\ra long text');
  time += 100;
  progress.tell(() => 'too soon');
  time += 100;
  progress.tell(() => 'short');
  assert.is(written, '\ra long text\rshort      ');
  written = '';
  progress.clear();
  progress.clear();
  assert.is(written, '\r     \r');
});

test('nothing is formatted if stderr is not a terminal', () => {
  const progress = new Progress(null, () => 1e9);
  progress.tell(() => {
    throw new Error('a text that is not shown');
  });
  progress.clear();
});

test('sizes have three digits and a unit', () => {
  const cases = {
    0: '0 B',
    999: '999 B',
    1000: '1.0 kB',
    123456: '123 kB',
    1.5e6: '1.5 MB',
    2e9: '2.0 GB',
    3e15: '3000 TB',
  };
  for (const [bytes, text] of Object.entries(cases)) assert.is(sizeText(Number(bytes)), text);
});

test.run();
