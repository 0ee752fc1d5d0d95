// Generates the table of limits in docs/security.md from limits-table.ts; the rest of that file is written by hand.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LimitRow } from './limits/row.ts';
import { LIMIT_ROWS } from './limits-table.ts';
import { ROOT } from '../project.mjs';

const BEGIN = '<!-- limits: generated from build/gen/limits-table.ts -->\n';
const END = '<!-- end of limits -->\n';

/** Returns the text of docs/security.md with its table of limits regenerated. */
export function limitsDoc(): string {
  const text = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/security.md lacks the lines ${BEGIN}and ${END}`);
  return `${text.slice(0, begin + BEGIN.length)}\n${limitsTable()}\n${text.slice(end)}`;
}

function limitsTable(): string {
  const head = ['Resource', 'Grown by', 'Limit', 'Beyond', 'Set by', 'Test'];
  return [head, head.map(() => '---'), ...LIMIT_ROWS.map(cells)].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

function cells({ resource, who, limit, answer, by = '', test }: LimitRow): string[] {
  return [resource, who, limit, answer, by, test === undefined ? '' : `\`${test[0]}\`: ${test[1]}`];
}
