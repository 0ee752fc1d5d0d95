// Checks that each source file begins with a header comment.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROOT, sources } from './project.mjs';

/** True if a text begins with a comment of at least two words; a `#!` line may precede it. */
function hasHeader(text: string): boolean {
  const lines = text.split('\n');
  const start = lines[0]!.startsWith('#!') ? 1 : 0;
  const header = lines.slice(start, start + 2).join(' ');
  return /^(\/\/ |\/\*\*?\s+\*?\s*)\S+ +\S/.test(header);
}

test('a header is a comment with words, in the first lines', () => {
  for (const text of [
    '// Two words.\n',
    '/**\n * Two words.\n */',
    '/* Two words. */',
    '#!/usr/bin/env node\n// It runs.',
  ]) {
    assert.ok(hasHeader(text), text);
  }
  const without = ['', "import './a.ts';\n// Two words.", '\n// Two words.', '//\n//', '// one\n'];
  for (const text of without) assert.not(hasHeader(text), text);
});

test('each source file begins with a header', () => {
  const files = sources(/\.(ts|mjs)$/);
  assert.ok(files.length > 500, `${files.length} files`);
  const bare = files.filter((file) => !hasHeader(readFileSync(join(ROOT, file), 'utf8')));
  assert.equal(bare, [], 'begin each with a sentence on its content');
});

test.run();
