// The programs of the benchmark and of the comparison, compiled: by clang on our stack for the WASI hosts, and by gcc.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from '../toolchain/compile.ts';

const SOURCE = fileURLToPath(new URL('program/', import.meta.url));
const FLAGS = ['-std=gnu17', '-O2'];

/** Paths of the compiled program. */
export interface Program {
  wasm: string;
  /** Absent where it was not asked for. */
  native?: string;
}

/**
 * Compiles into a folder that goes when the process ends.
 * @param main The program's source, which includes others.
 * @throws Error when gcc fails; CompileError
 */
export async function compileProgram(natively: boolean, main = 'workloads.c'): Promise<Program> {
  const dir = mkdtempSync(join(tmpdir(), 'wasi9p-bench-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const sources = Object.fromEntries(readdirSync(SOURCE).map((file) => [file, readFileSync(join(SOURCE, file))]));
  const wasm = join(dir, 'bench.wasm');
  writeFileSync(wasm, await compile({ sources, argv: [...FLAGS, main, '-o', 'bench.wasm'], output: 'bench.wasm' }));
  if (!natively) return { wasm };
  const native = join(dir, 'bench');
  const built = spawnSync('gcc', [...FLAGS, join(SOURCE, main), '-o', native], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`gcc failed:\n${built.stderr}`);
  return { wasm, native };
}
