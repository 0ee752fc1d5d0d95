// Checks that an exported type has a name of its own: no other file of the product has a type of that name.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROOT, sources } from './project.mjs';

/** The folders of the product; bench, build, examples and wasm-tests have names of their own. */
const PRODUCT = ['cli', 'embed', 'runner', 'shim', 'testing', 'toolchain', 'vfs'];

const OF_CORE = 'wasi9p/core has the same, for fewer kinds of sources and streams';

/** The names that files share because the things are the same to their users, with the number of files and the reason. */
const SHARED: Readonly<Record<string, readonly [files: number, reason: string]>> = {
  WASI: [4, 'each is a drop-in replacement for a class of that name, or the part of it that wasi9p/core has'],
  WASIOptions: [2, OF_CORE],
  Preopen: [2, OF_CORE],
  Input: [2, OF_CORE],
  Output: [2, OF_CORE],
};

type File = readonly [path: string, text: string];

/** A declaration of a type at the top level of a file. The formatter puts it at the start of its line. */
const DECLARATION =
  /^(export )?(?:default )?(?:declare )?(?:abstract )?(?:const )?(?:class|interface|type|enum) (\w+)/gm;

/** The names of types that one file exports and another has too, with the files. */
function clashes(files: readonly File[]): Map<string, string[]> {
  const exported = new Set<string>();
  const owners = new Map<string, Set<string>>();
  for (const [path, text] of files) {
    for (const [, isExported, name = ''] of text.matchAll(DECLARATION)) {
      if (isExported !== undefined) exported.add(name);
      owners.set(name, (owners.get(name) ?? new Set()).add(path));
    }
  }
  const shared = [...owners].filter(([name, { size }]) => size > 1 && exported.has(name));
  return new Map(shared.map(([name, paths]) => [name, [...paths]]));
}

test('a name that a file exports and another has is found', () => {
  const plan: File = ['cli/plan.ts', '// The plan.\nexport class Plan {\n  type = 0;\n}\n'];
  const found = (text: string): string[] => [...clashes([plan, ['vfs/plan.ts', text]]).keys()];
  for (const text of [
    'export interface Plan {}',
    'type Plan = string;',
    '\nexport abstract class Plan {}',
    'enum Plan {}',
  ])
    assert.equal(found(text), ['Plan'], text);
  for (const text of [
    'export class CopyPlan {}',
    "import type { Plan } from './a.ts';",
    '  class Plan {}',
    'type plan = 1;',
  ])
    assert.equal(found(text), [], text);
  assert.equal(
    [
      ...clashes([
        ['a.ts', 'type Kind = 1;'],
        ['b.ts', 'type Kind = 2;'],
      ]),
    ],
    [],
    'neither is exported',
  );
  assert.equal([...clashes([['a.ts', 'export class A {}\nexport interface A {}']])], [], 'one file');
});

test('no two files have a type of one name, if one exports it', () => {
  const paths = sources(/\.ts$/, PRODUCT).filter((path) => !path.endsWith('.test.ts'));
  assert.ok(paths.length > 400, `${paths.length} files`);
  const found = clashes(paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
  const wrong = [...found].filter(([name, files]) => files.length !== SHARED[name]?.[0]);
  assert.equal(wrong, [], 'give each a name that says which of them it is');
  assert.equal(
    Object.keys(SHARED).filter((name) => !found.has(name)),
    [],
    'SHARED has a row too many',
  );
});

test.run();
