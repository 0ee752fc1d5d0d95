// Tries the watch mode of the test runner.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundleWithSources } from '../bundle.mjs';
import { Changes, isAffected } from './watch.mjs';

test('a test file is affected by the sources of its bundle, those in chunks too', async () => {
  const files = ['build/layers.test.ts', 'build/test/options.test.ts', 'vfs/9p/codec.test.ts'];
  const bundled = await bundleWithSources(files, 'watch-test');
  const affectedBy = (path: string): string[] =>
    bundled.filter((one) => isAffected(one, new Set([path]))).map(({ file }) => file);
  assert.equal(affectedBy('build/layers.mjs'), ['build/layers.test.ts']);
  assert.equal(affectedBy('build/bundle.mjs'), ['build/layers.test.ts', 'build/test/options.test.ts']);
  assert.equal(affectedBy('vfs/9p/codec.gen.ts').includes('vfs/9p/codec.test.ts'), true);
  assert.equal(affectedBy('vfs/9p/no-such-file.ts'), []);
});

test('a test is affected by a file of its stem, which it may compile', () => {
  const program = { file: 'wasm-tests/src/seed.test.ts', sources: new Set<string>() };
  assert.ok(isAffected(program, new Set(['wasm-tests/src/seed.c'])));
  assert.not(isAffected(program, new Set(['wasm-tests/src/seedling.c'])));
});

test('changes that follow each other are one', async () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'watch-')));
  mkdirSync(join(root, 'src', 'deep'), { recursive: true });
  writeFileSync(join(root, 'src', 'deep', 'a.ts'), '');
  const changes = new Changes(root, ['src']);
  try {
    const changed = changes.next();
    writeFileSync(join(root, 'src', 'deep', 'a.ts'), 'x');
    writeFileSync(join(root, 'src', 'b.ts'), 'x');
    const found = await changed;
    assert.ok(found.has('src/deep/a.ts') && found.has('src/b.ts'), [...found].join());
  } finally {
    changes.close();
    rmSync(root, { recursive: true });
  }
});

test.run();
