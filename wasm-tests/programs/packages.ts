// Finds the files of the npm packages with the programs.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const MODULES = new URL('packages/node_modules/', import.meta.url);
const INSTALL = 'npm ci --ignore-scripts --no-audit --no-fund --prefix wasm-tests/programs/packages';

/** The path of a file of the programs' packages. @throws Error that says what to install. */
export function packageFile(path: string): string {
  const file = fileURLToPath(new URL(path, MODULES));
  if (!existsSync(file)) throw new Error(`${file} does not exist; install the programs with: ${INSTALL}`);
  return file;
}

/** Imports a JavaScript module of the packages, exported or not. */
export function importFile<T>(path: string): Promise<T> {
  return import(pathToFileURL(packageFile(path)).href) as Promise<T>;
}

export function wasmFile(path: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(readFileSync(packageFile(path)));
}
