// Compiles sources in memory, with a cache on disk.
import { dirname, join } from 'node:path/posix';
import { Volume } from 'memfs';
import { Cache, cacheDir, keyOf } from './cache.ts';
import { Capture } from './capture.ts';
import { drive, type Driver } from './driver.ts';
import { findCompiler } from './package.ts';
import { loadToolchain, type Toolchain } from './toolchain.ts';

/** Increment this if the same inputs give another output, or if the format of an entry changes. */
const CACHE_FORMAT = '1';

/** A compilation in memory. */
export interface CompileJob {
  /** Files by path; a path without a leading slash is below `/`, the compiler's current directory. */
  sources: Readonly<Record<string, string | Uint8Array>>;
  /** Arguments of the compiler, without its name: `['-O2', 'hello.c', '-o', 'hello.wasm']`. */
  argv: readonly string[];
  /** Path of the file to return. */
  output: string;
  /** Default: `clang++` if a source has the name of a C++ file, otherwise `clang`. */
  driver?: Driver;
}

export interface CompileOptions {
  /** The cache's directory. Default: `node_modules/.cache/wasi9p` in the project. */
  cache?: string;
  /** Receives warnings; a result from the cache has none. Default: standard error. */
  warn?: (diagnostics: string) => void;
  /** Loads the compiler; called only on a cache miss. */
  load?: () => Promise<Toolchain>;
}

/** The compiler's exit status was not 0, or it did not write the output. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
  readonly status: number;
  /** The compiler's messages. */
  readonly diagnostics: string;

  constructor(status: number, diagnostics: string) {
    super(`compilation failed with status ${status}:\n${diagnostics}`);
    this.status = status;
    this.diagnostics = diagnostics;
  }
}

/**
 * Compiles, and returns the bytes of the output. A repeated compilation, of the same sources with the same
 * arguments by the same version of the compiler, is answered from the cache without loading the compiler.
 * Rejects with a CompileError, or if the compiler package is not installed.
 */
export async function compile(job: CompileJob, options: CompileOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const cache = new Cache(options.cache ?? cacheDir());
  const driver = job.driver ?? driverFor(job.sources);
  const key = keyOf(keyParts(job, driver));
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = run(await (options.load ?? loadToolchain)(), driver, job, options.warn ?? console.error);
  cache.put(key, made);
  return made;
}

function run(tools: Toolchain, driver: Driver, job: CompileJob, warn: (text: string) => void): Uint8Array<ArrayBuffer> {
  const volume = volumeOf(job.sources);
  const said = new Capture();
  // Both in memory, each with its own server; that of the sources ends with this compilation.
  const preopens = { '/': volume, '/usr': tools.sysroot };
  const status = drive(tools, driver, job.argv, { preopens, stdout: said.sink, stderr: said.sink });
  const output = absolute(job.output);
  if (status !== 0 || !volume.existsSync(output)) throw new CompileError(status, said.text());
  if (said.length > 0) warn(said.text());
  return new Uint8Array(volume.readFileSync(output) as Buffer);
}

function volumeOf(sources: CompileJob['sources']): Volume {
  const volume = new Volume();
  volume.mkdirSync('/tmp');
  for (const [path, content] of Object.entries(sources)) {
    const file = absolute(path);
    volume.mkdirSync(dirname(file), { recursive: true });
    volume.writeFileSync(file, content);
  }
  return volume;
}

function* keyParts(job: CompileJob, driver: Driver): Generator<string | Uint8Array> {
  yield* [CACHE_FORMAT, findCompiler().version, driver, absolute(job.output), String(job.argv.length), ...job.argv];
  // The compiler's output does not depend on the order of the sources.
  for (const path of Object.keys(job.sources).sort()) yield* [absolute(path), job.sources[path]!];
}

function driverFor(sources: CompileJob['sources']): Driver {
  return Object.keys(sources).some((path) => /\.(?:cc|cpp|cxx|c\+\+|C)$/.test(path)) ? 'clang++' : 'clang';
}

function absolute(path: string): string {
  return join('/', path);
}
