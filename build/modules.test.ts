// The published modules: package.json, tsconfig.json and the entries for types list exactly those of ENTRIES.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ENTRIES, PEERS, ROOT } from './project.mjs';

/** Name → source. */
const MODULES = new Map(Object.entries(ENTRIES));

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

test('package.json exports them, with their types', () => {
  const expected: Record<string, unknown> = { './package.json': './package.json' };
  for (const [name, source] of MODULES) {
    expected[name === 'index' ? '.' : `./${name}`] = {
      types: `./dist/types/${source.replace(/\.ts$/, '.d.ts')}`,
      // require() cannot load a module that awaits.
      ...(name in PEERS && {
        node: {
          import: `./dist/node/${name}.js`,
          require: `./dist/node/${name}.cjs`,
          default: `./dist/${name}.js`,
        },
      }),
      default: `./dist/${name}.js`,
    };
  }
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> };
  same('exports of package.json', linesOf(exports), linesOf(expected));
});

function linesOf(entries: Record<string, unknown>): string[] {
  return Object.entries(entries).map(([name, value]) => `"${name}": ${JSON.stringify(value)}`);
}

/** Checks a list in any order; the message has only the lines to be added and removed. */
function same(list: string, actual: string[], expected: string[]): void {
  const wrong = [
    ...expected.filter((line) => !actual.includes(line)).map((line) => `add ${line}`),
    ...actual.filter((line) => !expected.includes(line)).map((line) => `remove ${line}`),
  ];
  assert.ok(wrong.length === 0, `${list}: ${wrong.join('; ')}`);
  assert.is(actual.length, expected.length, `${list}: a line is there twice`);
}

test('tsconfig.json leads their names to their sources', () => {
  const text = read('tsconfig.json').replaceAll(/^ *\/\/.*$/gm, '');
  const { compilerOptions } = JSON.parse(text) as { compilerOptions: { paths: Record<string, string[]> } };
  const expected = Array.from(MODULES, ([name, source]): [string, string[]] => [
    name === 'index' ? 'wasi9p' : `wasi9p/${name}`,
    [`./${source}`],
  ]);
  same('compilerOptions.paths of tsconfig.json', linesOf(compilerOptions.paths), linesOf(Object.fromEntries(expected)));
});

test('their types are made', () => {
  const { files } = JSON.parse(read('build/tsconfig.types.json')) as { files: string[] };
  const expected = Array.from(MODULES.values(), (source) => `"../${source}"`);
  same(
    'files of build/tsconfig.types.json',
    files.map((file) => `"${file}"`),
    expected,
  );
});

test('README.md has a row for each', () => {
  const rows = Array.from(read('README.md').matchAll(/^\| (`wasi9p[^`]*`) \|/gm), ([, name = '']) => name);
  const expected = Array.from(MODULES.keys(), (name) => (name === 'index' ? '`wasi9p`' : `\`wasi9p/${name}\``));
  same('the table of imports in README.md', rows, expected);
});

test.run();
