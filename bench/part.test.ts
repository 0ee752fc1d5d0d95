// Tries the replacement of one part of a report, and of one section of a part.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { replacePart } from './part.ts';

test('a part is put in its place, whatever was written first', () => {
  const memory = replacePart('', 'memory', '# Memory\n');
  const both = replacePart(memory, 'calls', '# Calls\n\ntext');
  assert.ok(both.indexOf('# Calls') < both.indexOf('# Memory'));
  assert.is(replacePart(replacePart('', 'calls', '# Calls\n\ntext'), 'memory', '# Memory'), both);
});

test('a part that is written again replaces itself and nothing else', () => {
  const before = replacePart(replacePart('', 'calls', '# Calls'), 'work', '# Work, old');
  const after = replacePart(before, 'work', '# Work, new');
  assert.is(after, before.replace('old', 'new'));
  assert.is(replacePart(after, 'work', '# Work, new'), after);
});

test.run();
