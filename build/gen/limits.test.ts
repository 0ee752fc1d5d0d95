// Tries the table of limits: each limit names an existing test.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LIMIT_ROWS } from './limits-table.ts';
import { ROOT } from '../project.mjs';

test('each limit that is promised has a test of that name', () => {
  for (const row of LIMIT_ROWS) {
    if (row.test === undefined) {
      assert.is(row.limit, 'none', row.resource);
      continue;
    }
    const [file, title] = row.test;
    assert.ok(existsSync(join(ROOT, file)), `there is no ${file}`);
    const text = readFileSync(join(ROOT, file), 'utf8');
    // In quotes, or after the text of a template.
    const named = ["'", '"', '`'].some((quote) => new RegExp(`[${quote} ]${escaped(title)}${quote}`).test(text));
    assert.ok(named, `${file} has no test '${title}'`);
  }
});

test('each row says who, and has no bar that would end its cell', () => {
  assert.ok(LIMIT_ROWS.length > 25);
  for (const row of LIMIT_ROWS) {
    assert.ok(row.who !== '' && row.limit !== '', row.resource);
    for (const cell of [row.resource, row.who, row.limit, row.answer, row.by ?? '', ...(row.test ?? [])]) {
      assert.not(/[|\n]/.test(cell), cell);
    }
  }
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

test.run();
