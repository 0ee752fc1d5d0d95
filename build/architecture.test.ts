// docs/architecture.md names files and functions: each must exist.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROOT } from './project.mjs';

/** The rows of the tables: | 1 | `file` | `name` | step |. */
const rows = [
  ...readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8').matchAll(/^\| (\d+) \| `([^`]+)` \| `([^`]+)` \|/gm),
].map(([, step, file, name]) => ({ step: Number(step), file: file!, name: name! }));

test('each step names a file and something in it', () => {
  assert.ok(rows.length > 30, String(rows.length));
  for (const { file, name } of rows) {
    assert.ok(existsSync(join(ROOT, file)), file);
    const source = readFileSync(join(ROOT, file), 'utf8');
    assert.ok(
      new RegExp(`(function|class|const|^ +(private |override )*)\\s*${name}\\b`, 'm').test(source),
      `${file}: ${name}`,
    );
  }
});

test('a path has at most ten steps', () => {
  for (const { step } of rows) assert.ok(step <= 10);
});

test.run();
