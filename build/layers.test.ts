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
      'vfs/client/client.ts (client) must not import vfs/server/server.ts (server)',
    ]);
  });
});

test('a type-only import and the composition root are allowed', async () => {
  const files = {
    'vfs/client/client.ts': "import type { S } from '../server/server.ts';\nexport const c: S = 1;",
    'vfs/server/server.ts': 'export type S = number;\nexport const s = 1;',
    'vfs/index.ts': "export { c } from './client/client.ts';\nexport { s } from './server/server.ts';",
    'shim/index.ts': "export { c } from '../vfs/index.ts';",
  };
  await withProject(files, async (root) => {
    assert.equal(wrongEdges(await edges(Object.keys(files), root)), []);
  });
});

test('Node and packages are for those that may have them', async () => {
  const files = {
    'vfs/server/server.ts': "export { readFileSync } from 'node:fs';",
    'vfs/backend/hostdir/index.ts': "export { readFileSync } from 'node:fs';",
    'vfs/backend/memfs/index.ts': "export { Volume } from 'memfs';",
    'shim/index.ts': "export { Volume } from 'memfs';",
  };
  await withProject(files, async (root) => {
    assert.equal(wrongEdges(await edges(Object.keys(files), root)).sort(), [
      'shim/index.ts (shim) must not import memfs (a package)',
      'vfs/server/server.ts (server) must not import node:fs (Node)',
    ]);
  });
});

test('nobody but tests imports a test, and every file has a layer', () => {
  assert.equal(wrongEdges([['vfs/server/server.ts', 'vfs/server/server.test.ts']]).length, 1);
  assert.equal(wrongEdges([['vfs/a.test.ts', 'vfs/server/server.test.ts']]), []);
  assert.equal(wrongEdges([['elsewhere/x.ts', 'vfs/errno.ts']]), ['elsewhere/x.ts belongs to no layer']);
});

test("a core file's use of Buffer is found, its mention is not", async () => {
  const files = {
    'vfs/server/a.ts': 'export const a = Buffer.alloc(1);',
    'vfs/server/b.ts': '// Buffer\nexport function b(Buffer: number): string { return `${Buffer} process`; }',
    'vfs/backend/hostdir/c.ts': 'export const c = process.pid;',
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

test('files fall into the layers meant for them', () => {
  assert.is(layerOf('vfs/9p/constants.ts')?.name, '9p constants');
  assert.is(layerOf('vfs/9p/codec.gen.ts')?.name, '9p');
  assert.is(layerOf('vfs/index.ts')?.name, 'vfs');
  assert.is(layerOf('vfs/errno.ts')?.name, 'base');
  assert.is(layerOf('vfs/backend/hostdir/fid.ts')?.name, 'hostdir');
  assert.is(layerOf('vfs/transport/socket.ts')?.name, 'node transport');
  assert.is(layerOf('shim/fd.test.ts')?.name, 'tests');
});

test.run();
