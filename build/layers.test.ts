// Tries the layer rules on projects in miniature.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LAYERS, edges, layerOf, wrongEdges, wrongGlobals } from './layers.mjs';

/** Writes the files of a project in miniature, hands its folder to `use`, and removes it. */
async function withProject(files: Record<string, string>, use: (root: string) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'layers-'));
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    await use(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('a value import from client to server is named', async () => {
  const files = {
    'vfs/client/client.ts': "import { serve } from '../server/server.ts';\nexport const c = serve;",
    'vfs/server/server.ts': 'export const serve = 1;',
  };
  await withProject(files, async (root) => {
    assert.equal(wrongEdges(await edges(Object.keys(files), root)), [
      'vfs/client/client.ts (vfs/client) must not import vfs/server/server.ts (vfs/server)',
    ]);
  });
});

test('a type-only import counts as any other, and connect may import both', async () => {
  const files = {
    'vfs/client/client.ts': "import type { S } from '../server/server.ts';\nexport const c: S = 1;",
    'vfs/server/server.ts': 'export type S = number;\nexport const s = 1;',
    'vfs/connect/server-for.ts': "export { c } from '../client/client.ts';\nexport { s } from '../server/server.ts';",
    'shim/index.ts': "export { c } from '../vfs/connect/server-for.ts';",
  };
  await withProject(files, async (root) => {
    assert.equal(wrongEdges(await edges(Object.keys(files), root)), [
      'vfs/client/client.ts (vfs/client) must not import vfs/server/server.ts (vfs/server)',
    ]);
  });
});

test('Node and packages are for those that may have them', async () => {
  const files = {
    'vfs/server/server.ts': "export { readFileSync } from 'node:fs';",
    'vfs/backends/hostdir/index.ts': "export { readFileSync } from 'node:fs';",
    'vfs/backends/memfs/index.ts': "export { Volume } from 'memfs';",
    'shim/index.ts': "export { Volume } from 'memfs';",
  };
  await withProject(files, async (root) => {
    assert.equal(wrongEdges(await edges(Object.keys(files), root)).sort(), [
      'shim/index.ts (shim) must not import memfs (a package)',
      'vfs/server/server.ts (vfs/server) must not import node:fs (Node)',
    ]);
  });
});

test('only tests import a test, and every file has a layer', () => {
  assert.equal(wrongEdges([['vfs/server/server.ts', 'vfs/server/server.test.ts']]).length, 1);
  assert.equal(wrongEdges([['vfs/a.test.ts', 'vfs/server/server.test.ts']]), []);
  const twice: [string, string][] = [
    ['elsewhere/x.ts', 'vfs/linux/errno.ts'],
    ['elsewhere/x.ts', 'vfs/linux/limits.ts'],
  ];
  assert.equal(wrongEdges(twice), [
    'elsewhere/x.ts belongs to no layer: add a row for its folder to LAYERS in build/layers.mjs',
  ]);
});

test("a portable file's use of Buffer is found, its mention is not", async () => {
  const files = {
    'vfs/server/a.ts': 'export const a = Buffer.alloc(1);',
    'vfs/server/b.ts': '// Buffer\nexport function b(Buffer: number): string { return `${Buffer} process`; }',
    'vfs/backends/hostdir/c.ts': 'export const c = process.pid;',
  };
  await withProject(files, async (root) => {
    const wrong = await wrongGlobals(Object.keys(files), root);
    assert.equal(wrong, ["vfs/server/a.ts must not use Node's global Buffer"]);
  });
});

test('the arrows hold no circle', () => {
  const arrows = new Map(LAYERS.map(({ name, may }) => [name, may.filter((to) => to !== '*')]));
  const visit = (name: string, path: string[]): void => {
    assert.not(path.includes(name), [...path, name].join(' -> '));
    const targets = arrows.get(name);
    assert.ok(targets, `no layer '${name}'`);
    for (const to of targets) visit(to, [...path, name]);
  };
  for (const name of arrows.keys()) visit(name, []);
});

test('a layer imports only from those below it in the table', () => {
  const at = new Map(LAYERS.map(({ name }, i) => [name, i]));
  for (const { name, may } of LAYERS) {
    for (const to of may) if (to !== '*') assert.ok(at.get(to)! > at.get(name)!, `${name} -> ${to}`);
  }
});

test('files fall into the layers meant for them', () => {
  assert.is(layerOf('vfs/9p/schema/messages.ts')?.name, 'vfs/9p');
  assert.is(layerOf('vfs/connect/server-for.ts')?.name, 'vfs/connect');
  assert.is(layerOf('vfs/backends/readonly/index.ts')?.name, 'vfs/backends/readonly');
  assert.is(layerOf('vfs/linux/errno.ts')?.name, 'vfs/linux');
  assert.is(layerOf('vfs/backends/hostdir/tree/descriptors/proc.ts')?.name, 'vfs/backends/hostdir');
  assert.is(layerOf('shim/preview1/imports.ts')?.name, 'shim/preview1');
  assert.is(layerOf('shim/preview1/calls/fd.ts')?.name, 'shim/preview1/calls');
  assert.is(layerOf('shim/preview1/calls/fd.test.ts')?.name, 'tests');
});

test.run();
