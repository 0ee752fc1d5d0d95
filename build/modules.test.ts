// The published modules: package.json, tsconfig.json and the entries for types list exactly those of ENTRIES.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ENTRIES, ROOT } from './project.mjs';

/** Name → source, without the command, which is not a module. */
const MODULES = new Map(Object.entries(ENTRIES).filter(([name]) => name !== 'cli'));

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

test('package.json exports them, with their types', () => {
  const expected: Record<string, unknown> = { './package.json': './package.json' };
  for (const [name, source] of MODULES) {
    expected[name === 'index' ? '.' : `./${name}`] = {
      types: `./dist/types/${source.replace(/\.ts$/, '.d.ts')}`,
      default: `./dist/${name}.js`,
    };
  }
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> };
  assert.equal(sorted(exports), sorted(expected));
});

function sorted(entries: Record<string, unknown>): [string, unknown][] {
  return Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
}

test('tsconfig.json leads their names to their sources', () => {
  const text = read('tsconfig.json').replaceAll(/^ *\/\/.*$/gm, '');
  const { compilerOptions } = JSON.parse(text) as { compilerOptions: { paths: Record<string, string[]> } };
  const expected = Array.from(MODULES, ([name, source]): [string, string[]] => [
    name === 'index' ? 'wasi9p' : `wasi9p/${name}`,
    [`./${source}`],
  ]);
  assert.equal(sorted(compilerOptions.paths), sorted(Object.fromEntries(expected)));
});

test('their types are made', () => {
  const { files } = JSON.parse(read('build/tsconfig.types.json')) as { files: string[] };
  assert.equal(files.sort(), Array.from(MODULES.values(), (source) => `../${source}`).sort());
});

test.run();
