// Loads the compiler's module and sysroot, and runs its tools.
import { readFile } from 'node:fs/promises';
import type { Preopen } from '../shim/index.ts';
import { tar } from '../vfs/backends/tar/index.ts';
import { findCompiler } from './package.ts';
import { runWasi, type ToolHost, type RunWasi } from './run.ts';
import { say } from './sink.ts';

/** The tools in the module, by the names allowed as argv[0], also with the prefix `llvm-`. */
export const TOOLS: ReadonlySet<string> = new Set([
  'addr2line',
  'ar',
  'c++filt',
  'clang',
  'clang++',
  'nm',
  'objcopy',
  'objdump',
  'ranlib',
  'readelf',
  'readobj',
  'size',
  'strip',
  'symbolizer',
  'wasm-ld',
]);

/** The exit status that a shell reports for a process killed by SIGABRT. */
const TRAPPED = 134;

/** The loaded compiler: its module, and its headers and libraries. */
export class Toolchain {
  readonly module: WebAssembly.Module;
  /** Headers and libraries, to be mounted at `/usr` or at the path of --sysroot. */
  readonly sysroot: Preopen;
  /** The number of tool runs so far. */
  runs = 0;
  readonly #runWasi: RunWasi;

  constructor(module: WebAssembly.Module, sysroot: Preopen, run: RunWasi = runWasi) {
    this.module = module;
    this.sysroot = sysroot;
    this.#runWasi = run;
  }

  /** Runs the tool that argv[0] names and returns its exit status; 134 with a message if it crashes. */
  run(argv: readonly string[], host: ToolHost): number {
    const name = argv[0] ?? '';
    if (!TOOLS.has(name.replace(/^llvm-/, ''))) {
      say(host.stderr, `error: unknown tool ${JSON.stringify(name)}\n`);
      return 127;
    }
    this.runs++;
    try {
      return this.#runWasi(this.module, [...argv], host);
    } catch (error) {
      const reason = crash(error);
      if (reason === undefined) throw error;
      say(host.stderr, `${name}: error: ${reason}\n`);
      return TRAPPED;
    }
  }
}

let loading: Promise<Toolchain> | undefined;

/**
 * The toolchain of this process, loaded at the first call; rejects with a plain sentence if the compiler
 * package is not installed. V8 cannot carry a compiled module from one process to the next, so each
 * process pays for the compilation of the 75 MB module once.
 */
export function loadToolchain(): Promise<Toolchain> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Toolchain> {
  const { wasm, resources } = findCompiler();
  const [module, sysroot] = await Promise.all([
    readFile(wasm).then((bytes) => WebAssembly.compile(bytes)),
    readFile(resources).then(tar),
  ]);
  return new Toolchain(module, sysroot);
}

/** Returns the message for an error that ends the tool but not this process. */
function crash(error: unknown): string | undefined {
  if (error instanceof WebAssembly.RuntimeError) return `the tool crashed: ${error.message}`;
  // The tool's calls use JavaScript's stack; C++ templates some hundred levels deep can overflow the default size.
  if (error instanceof RangeError) return `${error.message}; give it more room, as in: node --stack-size=3900 …`;
  return undefined;
}
