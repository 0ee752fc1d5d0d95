import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const MODULES = new URL('packages/node_modules/', import.meta.url);
const INSTALL = 'npm ci --ignore-scripts --no-audit --no-fund --prefix wasm-tests/programs/packages';

/** The path of a file of the programs' packages. @throws Error that says what to install. */
export function packageFile(path: string): string {
  const file = fileURLToPath(new URL(path, MODULES));
  if (!existsSync(file)) throw new Error(`${file} is not there; the programs are installed by: ${INSTALL}`);
  return file;
}

/** A JavaScript module of the packages, also one that its package does not export. */
export function importFile<T>(path: string): Promise<T> {
  return import(pathToFileURL(packageFile(path)).href) as Promise<T>;
}

export function wasmFile(path: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(readFileSync(packageFile(path)));
}
