// A program of wasi-threads: the module, and the shared memory that its instances import. The JavaScript API tells no limits
// of an imported memory, so they are read from the bytes of the module.
import { checkKind } from '../../vfs/lib/options.ts';
import type { Memory, Module } from '../../vfs/lib/platform.ts';
import { importsOf } from '../../vfs/lib/wasm-reader.ts';
import { keepLocals } from './engine.ts';

const PREVIEW1 = 'wasi_snapshot_preview1';
/** The one import of the proposal. */
export const SPAWN = { module: 'wasi', name: 'thread-spawn' } as const;
/** The export that a thread begins with. */
export const THREAD_START = 'wasi_thread_start';
/** Bytes of a page. */
const PAGE = 65_536;

/** A program that is ready to be started. */
export interface ThreadedProgram {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The names under which the module imports the memory. */
  readonly memoryModule: string;
  readonly memoryName: string;
}

/** True if a module imports `wasi.thread-spawn`. */
export function spawnsThreads(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.imports(module).some(
    ({ module: from, name }) => from === SPAWN.module && name === SPAWN.name,
  );
}

/** True if a module imports a memory. */
export function importsMemory(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.imports(module).some(({ kind }) => kind === 'memory');
}

/** @throws Error with a sentence if this runtime, or this page, has no shared memory. */
export function checkRuntime(): void {
  if (typeof SharedArrayBuffer === 'function') return;
  throw new Error(
    'Threads need SharedArrayBuffer, which a page has only if it is served with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.',
  );
}

/** The options of `programOf`. */
export interface ProgramOptions {
  /** The name of the program in messages. */
  readonly name: string;
  /** The names of the functions that `wasi_snapshot_preview1` has. */
  readonly functions: readonly string[];
  /** The memory, for a module without bytes. */
  readonly memory?: Memory | undefined;
  /** The largest size of the memory in bytes. */
  readonly maxMemory?: number | undefined;
}

/**
 * Checks a program, and makes its memory.
 * @param bytes Those of the module; null if only the module is known, which needs `options.memory`.
 * @throws Error with a sentence if it cannot be run with threads.
 */
export function programOf(module: Module, bytes: Uint8Array | null, options: ProgramOptions): ThreadedProgram {
  checkRuntime();
  keepLocals();
  const { name } = options;
  const fail = (why: string): never => {
    throw new Error(`${name} cannot be started: ${why}.`);
  };
  const compiled = module as WebAssembly.Module;
  const exported = new Set(WebAssembly.Module.exports(compiled).map((row) => row.name));
  if (!exported.has('_start')) {
    fail(
      'it exports no _start function: of programs with threads only commands can be run, which have a main function',
    );
  }
  const imports = WebAssembly.Module.imports(compiled);
  const [imported, second] = imports.filter(({ kind }) => kind === 'memory');
  if (imported === undefined) {
    return fail('it imports no memory, which its threads would share: link it with --import-memory --shared-memory');
  }
  if (second !== undefined) fail('it imports two memories: link it with one');
  if (spawnsThreads(compiled) && !exported.has(THREAD_START)) {
    fail(`it exports no ${THREAD_START}, with which its threads begin: link it with --export=${THREAD_START}`);
  }
  const foreign = imports.find((row) => row !== imported && !isKnown(row, options.functions));
  if (foreign !== undefined) {
    fail(`it imports ${foreign.module}.${foreign.name}, and its threads get the functions of ${PREVIEW1} only`);
  }
  const memory = options.memory === undefined ? memoryOf(bytes, options, fail) : given(options.memory);
  return { module: compiled, memory, memoryModule: imported.module, memoryName: imported.name };
}

function isKnown({ module, name, kind }: WebAssembly.ModuleImportDescriptor, functions: readonly string[]): boolean {
  if (kind !== 'function') return false;
  return module === PREVIEW1 ? functions.includes(name) : module === SPAWN.module && name === SPAWN.name;
}

/** @throws TypeError if it is not a shared memory. */
function given(memory: Memory): WebAssembly.Memory {
  checkKind(memory, 'Memory.grow', 'memory');
  if (memory.buffer instanceof SharedArrayBuffer) return memory as WebAssembly.Memory;
  throw new TypeError('"memory" must be shared: new WebAssembly.Memory({ initial, maximum, shared: true })');
}

/** Makes the memory that the bytes ask for. */
function memoryOf(bytes: Uint8Array | null, options: ProgramOptions, fail: (why: string) => never): WebAssembly.Memory {
  if (bytes === null) {
    throw new TypeError(
      'A WebAssembly.Module does not tell the limits of its memory: pass the bytes of the program, or its memory as the second argument.',
    );
  }
  const limits = importsOf(bytes).find((row) => row.limits !== null)?.limits;
  if (!limits) return fail('the limits of its memory cannot be read');
  if (!limits.isShared) fail('the memory that it imports is not shared: link it with --shared-memory');
  if (limits.is64) fail('its pointers have 64 bits: build it for wasm32');
  const { initial } = limits;
  const maximum = Math.min(limits.maximum, Math.floor((options.maxMemory ?? Infinity) / PAGE));
  if (maximum < initial) fail(`its memory is larger than ${options.maxMemory} bytes from the start`);
  try {
    return new WebAssembly.Memory({ initial, maximum, shared: true });
  } catch (error) {
    const size = `${(maximum * PAGE) / 2 ** 20} MiB`;
    return fail(
      `its memory of up to ${size} cannot be allocated (${(error as Error).message}): link it with a smaller --max-memory`,
    );
  }
}
