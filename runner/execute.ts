// Runs one job: the program on its files, with its outputs kept. Runs in a worker.
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { WASI } from '../shim/wasi.ts';
import type { End, TestJob, Outcome } from './job.ts';
import { TestFiles, type Fixtures } from './files.ts';
import { judge } from './judge.ts';
import { KeptOutput } from './output.ts';
import { lineOf, treeText } from './snapshot.ts';

/** Frames of a trap that are kept. */
const FRAMES_MAX = 20;

/**
 * Runs a job to its end.
 * @param memory The shared output of the worker.
 * @param started Called when the program is compiled and about to start.
 */
export async function execute(
  job: TestJob,
  fixtures: Fixtures,
  memory: SharedArrayBuffer,
  started: () => void,
): Promise<Outcome> {
  let begin = performance.now();
  const stdout = new KeptOutput(memory, 0);
  const stderr = new KeptOutput(memory, 1);
  let files: TestFiles | null = null;
  let end: End;
  let orphans = 0;
  try {
    files = new TestFiles(job.spec, fixtures);
    const program = await programOf(job);
    begin = performance.now();
    started();
    const module = new WebAssembly.Module(program);
    const run = new TestRun(job, files, [stdout, stderr]);
    end = run.start(module);
    orphans = run.orphans;
  } catch (error) {
    end = { kind: 'error', message: sentenceOf(error, job.program) };
  }
  const ms = performance.now() - begin;
  const outputs = { stdout: stdout.bytes(), stderr: stderr.bytes() };
  const of = (failures: string[]): Outcome => ({ id: job.id, end, failures, ms, ...outputs, changes: [], tree: null });
  try {
    const { spec } = job;
    const written = [stdout.total, stderr.total] as const;
    const wantsChanges = job.whole || spec.tree !== null || spec.noLeaks;
    const before = wantsChanges ? (files?.changes() ?? []) : [];
    const leftInTmp = before.filter(({ letter, path }) => letter === 'A' && path.startsWith('/tmp/'));
    const tree = job.whole || spec.tree !== null ? treeText(before) : null;
    const left = leftInTmp.map(({ path }) => path);
    const failures = judge(spec, { end, ...outputs, written, tree, leftInTmp: left, orphans });
    const outcome = { ...of(failures), tree };
    if (!job.whole && failures.length === 0) return outcome;
    const changed = wantsChanges ? before : (files?.changes() ?? []);
    return { ...outcome, changes: changed.map(lineOf) };
  } catch (error) {
    // A program can make paths that are too many to list.
    return of([`The files that it changed cannot be read: ${(error as Error).message.replace(/\.$/, '')}.`]);
  } finally {
    files?.close();
  }
}

/** The module of a program: the file itself, or what the compiler makes of a source. */
async function programOf({ file, spec }: TestJob): Promise<Uint8Array<ArrayBuffer>> {
  // A read from a fifo would not end.
  if (!statSync(file).isFile()) throw new Error(`The test ${basename(file)} is not a file.`);
  if (!/\.(c|cc|cpp)$/.test(file)) return readFileSync(file);
  const { compileSource } = await import('./compile-source.ts');
  return compileSource(file, spec.flags);
}

/** One run of a program. */
class TestRun {
  /** Unlinked files that were open when the program ended. */
  orphans = 0;
  private readonly wasi: WASI;
  private readonly files: TestFiles;

  constructor({ spec, program }: TestJob, files: TestFiles, [stdout, stderr]: readonly [KeptOutput, KeptOutput]) {
    this.files = files;
    this.wasi = new WASI({
      args: [program, ...spec.args],
      env: spec.env,
      preopens: files.preopens,
      stdin: spec.stdin,
      stdout: (bytes) => stdout.write(bytes),
      stderr: (bytes) => stderr.write(bytes),
    });
  }

  /** @throws Error with a sentence if the program cannot be started. */
  start(module: WebAssembly.Module): End {
    const { wasi } = this;
    let instance: WebAssembly.Instance | undefined;
    try {
      instance = new WebAssembly.Instance(module, this.imports());
      if (typeof instance.exports['_start'] !== 'function') throw new Error('it has no function _start');
      return { kind: 'exit', status: wasi.start(this.watched(instance)) };
    } catch (error) {
      this.orphans = this.files.orphans();
      wasi.close();
      // The program exited in its wasm start function, before _start.
      if (wasi.exitCode !== null) return { kind: 'exit', status: wasi.exitCode };
      // A stack overflow is a RangeError, also that of a wasm start function. Others come from memory that is too large.
      const isOverflow = error instanceof RangeError && (instance !== undefined || /call stack/.test(error.message));
      if (!(error instanceof WebAssembly.RuntimeError || isOverflow)) throw error;
      const { message, stack = '' } = error as Error;
      const frames = stack.split('\n').filter((line) => line.includes('wasm://'));
      return { kind: 'trap', message, frames: frames.slice(0, FRAMES_MAX) };
    }
  }

  /** The imports, with a look at the orphans before proc_exit closes them. */
  private imports(): WebAssembly.Imports {
    const imports = this.wasi.getImportObject() as Record<string, Record<string, (...args: never[]) => unknown>>;
    const looked = Object.entries(imports).map(([module, calls]) => {
      const { proc_exit: exit } = calls;
      const proc_exit = (...args: never[]): unknown => {
        this.orphans = this.files.orphans();
        return exit!(...args);
      };
      return [module, { ...calls, proc_exit }] as const;
    });
    return Object.fromEntries(looked);
  }

  /** The instance, with a look at the orphans after _start returns. */
  private watched(instance: WebAssembly.Instance): WebAssembly.Instance {
    const begin = instance.exports['_start'] as () => void;
    const _start = (): void => {
      begin();
      this.orphans = this.files.orphans();
    };
    return { exports: { ...instance.exports, _start } };
  }
}

function sentenceOf(error: unknown, program: string): string {
  const { message } = error as Error;
  if (message.startsWith('The ')) return message;
  return `${program} cannot be started: ${message.replace(/^WebAssembly\.\w+\(\): /, '').replace(/\.$/, '')}.`;
}
