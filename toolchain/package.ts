// Finds the npm package @yowasp/clang on the host.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The compiler's npm package, as found on this host. */
export interface CompilerPackage {
  /** The version in its package.json; it names the LLVM build. */
  readonly version: string;
  /** Host path of the WASI preview1 command module that is clang, lld and the binutils in one. */
  readonly wasm: string;
  /** Host path of the tar archive of headers, libc and start files. */
  readonly resources: string;
}

const NAME = '@yowasp/clang';

/**
 * Finds the package as Node resolves it, first from the current directory (so that the user can choose
 * the version), then from this module. Throws an Error that names the package to install.
 *
 * @param from file URLs or paths of files to resolve from.
 */
export function findCompiler(from: readonly string[] = [besideCwd(), import.meta.url]): CompilerPackage {
  for (const base of from) {
    const entry = resolveFrom(base);
    // The package exports only its bundle, in the folder gen/ that also holds the module and the sysroot.
    if (entry !== undefined) return describe(dirname(entry));
  }
  throw new Error(`The compiler package ${NAME} is not installed; install it with: npm install --save-dev ${NAME}`);
}

function besideCwd(): string {
  return pathToFileURL(join(process.cwd(), 'package.json')).href;
}

function resolveFrom(base: string): string | undefined {
  try {
    return createRequire(base).resolve(NAME);
  } catch {
    return undefined;
  }
}

function describe(gen: string): CompilerPackage {
  const wasm = join(gen, 'llvm.core.wasm');
  const resources = join(gen, 'llvm-resources.tar');
  for (const file of [wasm, resources]) {
    if (!existsSync(file)) {
      throw new Error(`${NAME} has no ${file}; install it again with: npm install --save-dev ${NAME}`);
    }
  }
  const manifest: unknown = JSON.parse(readFileSync(join(gen, '..', 'package.json'), 'utf8'));
  return { version: versionOf(manifest), wasm, resources };
}

function versionOf(manifest: unknown): string {
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
  throw new Error(`${NAME} has no version in its package.json; install it again with: npm install --save-dev ${NAME}`);
}
