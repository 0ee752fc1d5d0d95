// Runs one job: the program on its files, with its outputs kept. Runs in a worker.
import { readFileSync } from 'node:fs';
import { WASI } from '../shim/wasi.ts';
import type { End, Job, Outcome } from './job.ts';
import { TestFiles, type Fixtures } from './files.ts';
import { judge } from './judge.ts';
import { KeptOutput } from './output.ts';
import { treeText } from './snapshot.ts';

/** Frames of a trap that are kept. */
const FRAMES_MAX = 20;

/**
 * Runs a job to its end.
 * @param memory The shared output of the worker.
 * @param started Called when the program is compiled and about to start.
 */
export async function execute(
  job: Job,
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
    const run = new Run(job, files, [stdout, stderr]);
    end = run.start(module);
    orphans = run.orphans;
  } catch (error) {
    end = { kind: 'error', message: sentenceOf(error, job.program) };
  }
  const ms = performance.now() - begin;
  try {
    const { spec } = job;
    const leftInTmp = spec.noLeaks ? (files?.leftInTmp() ?? []) : [];
    const written = [stdout.total, stderr.total] as const;
    const outputs = { stdout: stdout.bytes(), stderr: stderr.bytes() };
    const wantsTree = files !== null && (job.whole || spec.tree !== null);
    const tree = wantsTree ? treeText(files!.changes(), (path) => files!.read(path)) : null;
    const failures = judge(spec, { end, ...outputs, written, tree, leftInTmp, orphans });
    const changes = job.whole || failures.length > 0 ? (files?.changes() ?? []) : [];
    return { id: job.id, end, failures, ms, ...outputs, changes, tree };
  } finally {
    files?.close();
  }
}

/** The module of a program: the file itself, or what the compiler makes of a source. */
async function programOf({ file, spec }: Job): Promise<Uint8Array<ArrayBuffer>> {
  if (!/\.(c|cc|cpp)$/.test(file)) return readFileSync(file);
  const { compileSource } = await import('./compile-source.ts');
  return compileSource(file, spec.flags);
}

/** One run of a program. */
class Run {
  /** Unlinked files that were open when the program ended. */
  orphans = 0;
  private readonly wasi: WASI;
  private readonly files: TestFiles;

  constructor({ spec, program }: Job, files: TestFiles, [stdout, stderr]: readonly [KeptOutput, KeptOutput]) {
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
      // A stack overflow is a RangeError.
      if (!(error instanceof WebAssembly.RuntimeError || (error instanceof RangeError && instance !== undefined))) {
        throw error;
      }
      const { message, stack = '' } = error;
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
