// Runs every code block of README.md and docs/ in a project with the packed package.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROOT } from '../project.mjs';
import { skip } from '../test/skip.ts';
import { blocksOf, commandsOf, isLike, type Block } from './blocks.ts';
import { document, holds, pack, Project, succeed, type Packed } from './project.ts';

const DOCUMENTS = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** Languages whose blocks are only files for the others. */
const FILES = new Set(['file', 'c', 'json', 'html', 'sh', 'make', 'cmake', 'toml', 'zig']);

const scratch = mkdtempSync(join(tmpdir(), 'wasi9p-packed-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
const packed: Packed = pack(scratch);

/** True if a block is a file that others may need, before it or after. */
function isFile({ language, name }: Block): boolean {
  return name !== '' && name !== 'output' && language !== 'console';
}

/** Runs a block, and compares what it prints with the block after it, if that is its output. */
function runBlock(project: Project, block: Block, next: Block | undefined): void {
  const { language, name, text, line } = block;
  if (language === 'console') {
    for (const { command, output } of commandsOf(text)) same(succeed(project.shell(command)).stdout, output, command);
  } else if (language === 'sh' && name === '') compareOutput(succeed(project.shell(text)).stdout, next);
  else if (language === 'js' || language === 'ts') {
    const file = name || `block-${line}.${language === 'js' ? 'mjs' : 'ts'}`;
    project.write(file, text);
    compareOutput(succeed(project.run(file)).stdout, next);
  } else if (!FILES.has(language) || name === '')
    throw new Error(
      `a block of the language '${language}' is neither a file with a name nor run; say why in a comment`,
    );
}

function compareOutput(stdout: string, next: Block | undefined): void {
  if (next?.name === 'output') same(stdout, next.text, 'its output');
}

function same(actual: string, expected: string, what: string): void {
  if (!isLike(actual, expected)) assert.fixture(actual, expected, what);
}

/** The block, to be run without a condition if that holds. */
function settled(block: Block): Block {
  if (block.condition === undefined || !holds(block.condition)) return block;
  const { line, language, name, text } = block;
  return { line, language, name, text };
}

for (const file of DOCUMENTS) {
  const all = blocksOf(document(file)).map(settled);
  const blocks = all.filter(({ language }) => language !== 'text');
  if (blocks.length === 0) continue;
  const reasons = new Set(blocks.map(({ notRun }) => notRun));
  if (reasons.size === 1 && !reasons.has(undefined)) {
    skip(`${file}: its ${blocks.length} blocks`, [...reasons][0]!);
    continue;
  }
  test(`${file}: its blocks run, one after the other`, () => {
    const project = new Project(packed);
    try {
      for (const block of blocks) if (isFile(block)) project.write(block.name, block.text);
      for (const block of blocks.filter(({ notRun, byOther }) => notRun === undefined && byOther !== true)) {
        try {
          runBlock(project, block, all[all.indexOf(block) + 1]);
        } catch (error) {
          throw Object.assign(error as Error, { message: `${file}:${block.line}: ${(error as Error).message}` });
        }
      }
    } finally {
      project.remove();
    }
  });
  for (const { line, notRun } of blocks) if (notRun !== undefined) skip(`${file}:${line}`, notRun);
}

test.run();
