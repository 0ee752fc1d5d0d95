// Runs the examples of docs/testing.md as they stand, with node:test.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROOT, SCRATCH } from '../build/project.mjs';

/** The code of the example's reader. */
const THEIRS: Record<string, string> = {
  'my-store.ts': "export { ram as myStore } from 'wasi9p/backends/ram';\n",
  'my-archive.ts':
    "import { packTar } from 'wasi9p/archive';\nimport { tar } from 'wasi9p/backends/tar';\n" +
    "import type { Backend } from 'wasi9p/server';\nexport const archiveOf = (store: Backend) => tar(packTar(store));\n",
};

/** The blocks of the page that have a file name, and the files that its comments hold for them. */
function examples(): Map<string, string> {
  const page = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');
  const found = page.matchAll(/^(?:```ts|<!-- file) (\S+\.ts)\n(.*?)^(?:```|-->)$/gms);
  return new Map(Array.from(found, ([, name = '', text = '']) => [name, text]));
}

/** Runs the test files of a folder; returns the counts that node:test prints for each. */
async function runAll(dir: string, tests: string[]): Promise<Record<string, Record<string, number>>> {
  await build({
    ...{
      entryPoints: tests.map((name) => join(dir, name)),
      outdir: dir,
      bundle: true,
      format: 'esm',
      platform: 'node',
    },
    ...{
      packages: 'external',
      outExtension: { '.js': '.mjs' },
      logLevel: 'error',
      tsconfig: join(ROOT, 'tsconfig.json'),
    },
  });
  const counts = tests.map((name) => {
    const args = ['--test-reporter=tap', join(dir, name.replace(/\.ts$/, '.mjs'))];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.is(stderr, '');
    const found = stdout.matchAll(/^# (pass|fail) (\d+)$/gm);
    return [name, Object.fromEntries(Array.from(found, ([, word, count]) => [word, Number(count)]))];
  });
  return Object.fromEntries(counts);
}

test('the examples pass, and are short', async () => {
  mkdirSync(SCRATCH, { recursive: true });
  const dir = mkdtempSync(join(SCRATCH, 'examples-'));
  try {
    const files = new Map([...examples(), ...Object.entries(THEIRS)]);
    for (const [name, text] of files) writeFileSync(join(dir, name), text);
    const tests = [...files.keys()].filter((name) => name.endsWith('.test.ts'));
    const results = await runAll(dir, tests);
    assert.equal(Object.keys(results).sort(), [
      'faults.test.ts',
      'my-archive.test.ts',
      'my-json.test.ts',
      'my-store.test.ts',
      'my-transport.test.ts',
    ]);
    for (const [name, { pass = 0, fail }] of Object.entries(results)) {
      assert.is(fail, 0, name);
      assert.ok(pass >= (name === 'faults.test.ts' ? 1 : 15), `${name}: ${pass}`);
    }
    for (const name of ['my-store.test.ts', 'my-transport.test.ts'])
      assert.ok(files.get(name)!.trim().split('\n').length < 10, `${name} is short`);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test.run();
