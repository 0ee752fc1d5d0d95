// The declarations of the published modules, as tsc emits them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENTRIES, ROOT } from '../project.mjs';

/** Published name → source of its entry, without the command. */
export const MODULES: ReadonlyMap<string, string> = new Map(Object.entries(ENTRIES).filter(([name]) => name !== 'cli'));

/** The name by which a module is imported. */
export function specifier(name: string): string {
  return name === 'index' ? 'wasi9p' : `wasi9p/${name}`;
}

/**
 * Emits the declarations, and calls `use` with a function that returns those of a source file.
 * @throws Error TYPE_ERRORS with the output of tsc.
 */
export function withDeclarations<T>(use: (read: (file: string) => string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'types-'));
  try {
    emit(dir);
    return use((file) => readDeclarations(dir, file));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function emit(outDir: string): void {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '-p', 'build/tsconfig.types.json', '--outDir', outDir];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw Object.assign(new Error(`${stdout}${stderr}`.trim()), { code: 'TYPE_ERRORS' });
}

/** Returns the declarations of a source file: those emitted, or the file itself if it is one of declarations. */
function readDeclarations(dir: string, file: string): string {
  const emitted = join(dir, file.replace(/\.ts$/, '.d.ts'));
  return readFileSync(existsSync(emitted) ? emitted : join(ROOT, file), 'utf8');
}
