// Checks that no source file is longer than a reader keeps in mind.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GENERATED, ROOT, sources } from './project.mjs';

/** The most lines of a source file that is written by hand. */
const LINES_MAX = 400;

/** Returns the number of lines of a text; an unfinished last one counts. */
function linesOf(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

/** The files that are too long, each with its lines. */
function tooLong(files: readonly string[], read: (file: string) => string): string[] {
  const lengths = files.map((file) => ({ file, lines: linesOf(read(file)) }));
  return lengths.filter(({ lines }) => lines > LINES_MAX).map(({ file, lines }) => `${file}: ${lines} lines`);
}

test('a file of 401 lines is too long, one of 400 is not', () => {
  const line = '// One.\n';
  assert.equal(
    tooLong(['a.ts'], () => line.repeat(400)),
    [],
  );
  for (const text of [line.repeat(401), `${line.repeat(400)}// Unfinished.`]) {
    assert.equal(
      tooLong(['a.ts'], () => text),
      ['a.ts: 401 lines'],
    );
  }
});

test('no source file is too long, unless it is generated', () => {
  const generated = new Set(GENERATED.map(([, , output]) => output));
  const files = sources(/\.(ts|mjs)$/).filter((file) => !generated.has(file));
  assert.ok(files.length > 500, `${files.length} files`);
  const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
  assert.equal(tooLong(files, read), [], 'split each by noun');
});

test.run();
