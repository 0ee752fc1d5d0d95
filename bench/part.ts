// docs/benchmarks.md consists of parts, each written by another command, so that none has to be run again for another.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The path of the results. */
export const DOCS = fileURLToPath(new URL('../docs/', import.meta.url));

/** The parts in their order: name and the command that writes it. */
const PARTS = {
  calls: 'npm run bench',
  work: 'npm run bench -- work --write',
  growth: 'npm run bench -- growth --write',
  memory: 'npm run bench -- memory --write',
  clone: 'npm run bench -- clone --write',
  host: 'npm run bench -- host --write',
  cold: 'npm run bench -- cold --write',
  start: 'npm run bench -- start --write',
  wire: 'npm run bench -- wire --write',
  tests: 'npm run bench -- tests --write',
} as const;

export type PartName = keyof typeof PARTS;

/** Puts a part of docs/benchmarks.md in place of what it was, and leaves the others. */
export function writePart(name: PartName, text: string): void {
  const file = `${DOCS}benchmarks.md`;
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  writeFileSync(file, replacePart(before, name, text));
}

/** The document with one part replaced. */
export function replacePart(document: string, name: PartName, text: string): string {
  const names = Object.keys(PARTS) as PartName[];
  const parts = names.map((each) => [each, each === name ? text.trim() : partOf(document, each)] as const);
  return parts
    .filter(([, body]) => body !== undefined)
    .map(([each, body]) => `${begin(each)}\n\n${body}\n\n${end(each)}\n`)
    .join('\n');
}

function partOf(document: string, name: PartName): string | undefined {
  const from = document.indexOf(begin(name));
  const to = document.indexOf(end(name), from);
  return from < 0 || to < 0 ? undefined : document.slice(from + begin(name).length, to).trim();
}

function begin(name: PartName): string {
  return `<!-- ${name}: written by \`${PARTS[name]}\`, do not edit -->`;
}

function end(name: PartName): string {
  return `<!-- end of ${name} -->`;
}

/** A table of Markdown: the first column to the left, the others to the right. */
export function grid(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
