// Compiles a test that is given as C or C++, with the headers beside it. Loaded when there is one.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type * as Compiler from '../toolchain/compile.ts';

/**
 * Returns the program of a source, from the cache of compilations if it is there.
 * @param flags Further arguments of the compiler.
 * @throws Error with the compiler's messages, or with a sentence if it is not installed.
 */
export async function compileSource(file: string, flags: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const compiler = await load();
  const dir = dirname(file);
  const isHeader = (name: string): boolean => /\.(h|hh|hpp|inc)$/.test(name) && statSync(join(dir, name)).isFile();
  const headers = readdirSync(dir).filter(isHeader);
  const names = [basename(file), ...headers];
  const sources = Object.fromEntries(names.map((name) => [name, readFileSync(join(dir, name))]));
  const output = basename(file).replace(/\.\w+$/, '.wasm');
  const argv = ['-O1', ...flags, basename(file), '-o', output];
  let warnings = '';
  try {
    return await compiler.compile({ sources, argv, output }, { warn: (text) => (warnings += text) });
  } catch (error) {
    if (!(error instanceof compiler.CompileError)) throw error;
    throw new Error(`The compilation of ${basename(file)} failed:\n${error.diagnostics.trimEnd()}${warnings}`, {
      cause: error,
    });
  }
}

async function load(): Promise<typeof Compiler> {
  try {
    return await import('../toolchain/compile.ts');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error('The tests in C need the compiler: npm install @yowasp/clang memfs.', { cause: error });
  }
}
