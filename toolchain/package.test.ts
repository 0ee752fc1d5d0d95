// Tries the lookup of the compiler's npm package.
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findCompiler } from './package.ts';

const INSTALL = /npm install --save-dev @yowasp\/clang$/;

const test = suite<{ dir: string }>('package');

test.before.each((context) => {
  context.dir = mkdtempSync(join(realpathSync(tmpdir()), 'wasi9p-package-'));
});

test.after.each(({ dir }) => {
  rmSync(dir, { recursive: true });
});

/** Creates a package of that name, with these files in gen/, where modules in `dir` resolve it. */
function install(dir: string, manifest: object, files: string[]): void {
  const root = join(dir, 'node_modules', '@yowasp', 'clang');
  mkdirSync(join(root, 'gen'), { recursive: true });
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: '@yowasp/clang', ...manifest }));
  for (const file of files) writeFileSync(join(root, 'gen', file), '');
}

const BUNDLE = { exports: { default: './gen/bundle.js' } };

test("finds this project's compiler", () => {
  const { version, wasm, resources } = findCompiler();
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.ok(existsSync(wasm));
  assert.ok(existsSync(resources));
});

test('a missing compiler is reported with the command that installs it', ({ dir }) => {
  const missing = () => findCompiler([join(dir, 'package.json')]);
  assert.throws(missing, (error: Error) => INSTALL.test(error.message) && !error.message.includes('\n'));
});

test('the first place that has the package wins', ({ dir }) => {
  const near = join(dir, 'near');
  install(dir, { ...BUNDLE, version: '1.0.0' }, ['bundle.js', 'llvm.core.wasm', 'llvm-resources.tar']);
  install(near, { ...BUNDLE, version: '2.0.0' }, ['bundle.js', 'llvm.core.wasm', 'llvm-resources.tar']);
  assert.is(findCompiler([join(near, 'x.js'), join(dir, 'x.js')]).version, '2.0.0');
  assert.is(findCompiler([join(dir, 'x.js'), join(near, 'x.js')]).version, '1.0.0');
});

test('a package without its files is reported as incomplete', ({ dir }) => {
  install(dir, { ...BUNDLE, version: '1.0.0' }, ['bundle.js', 'llvm.core.wasm']);
  const broken = () => findCompiler([join(dir, 'x.js')]);
  assert.throws(
    broken,
    (error: Error) => /has no .*llvm-resources\.tar/.test(error.message) && INSTALL.test(error.message),
  );
});

test('a package without a version is refused', ({ dir }) => {
  install(dir, BUNDLE, ['bundle.js', 'llvm.core.wasm', 'llvm-resources.tar']);
  assert.throws(() => findCompiler([join(dir, 'x.js')]), /no version/);
});

test.run();
