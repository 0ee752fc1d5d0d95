// Compiles sources in memory, with a cache on disk.
import { dirname, join } from 'node:path/posix';
import { Volume } from 'memfs';
import { Cache, cacheDir, keyOf } from './cache.ts';
import { Capture } from './capture.ts';
import { drive, type Driver } from './driver.ts';
import { findCompiler } from './package.ts';
import { loadToolchain, type Toolchain } from './toolchain.ts';

/** To be raised when the same inputs give another output, or the file of an entry another form. */
const CACHE_FORMAT = '1';

/** One compilation, all of it in memory. */
export interface CompileJob {
  /** Files by path; a path without a leading slash is below `/`, the compiler's current directory. */
  sources: Readonly<Record<string, string | Uint8Array>>;
  /** Arguments of the compiler, without its name: `['-O2', 'hello.c', '-o', 'hello.wasm']`. */
  argv: readonly string[];
  /** Path of the file to return. */
  output: string;
  /** Default: `clang++` if a source's name is that of a C++ file. */
  driver?: Driver;
}

export interface CompileOptions {
  /** The cache's directory. Default: `node_modules/.cache/wasi9p` in the project. */
  cache?: string;
  /** Takes warnings, when there are any; a result from the cache has none. Default: standard error. */
  warn?: (diagnostics: string) => void;
  /** Gives the compiler; called only when something must be compiled. */
  load?: () => Promise<Toolchain>;
}

/** The compiler's exit status was not 0, or it did not make the output. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
  readonly status: number;
  /** What the compiler wrote. */
  readonly diagnostics: string;

  constructor(status: number, diagnostics: string) {
    super(`compilation failed with status ${status}:\n${diagnostics}`);
    this.status = status;
    this.diagnostics = diagnostics;
  }
}

/**
 * Compiles, and returns the output's bytes. What was compiled before, from the same sources with the same
 * arguments by the same version of the compiler, comes from the cache without loading the compiler.
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
  // Both on memory, each by its own server: the sources' lives as long as this compilation.
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
  // The order in which the sources are given means nothing to the compiler.
  for (const path of Object.keys(job.sources).sort()) yield* [absolute(path), job.sources[path]!];
}

function driverFor(sources: CompileJob['sources']): Driver {
  return Object.keys(sources).some((path) => /\.(?:cc|cpp|cxx|c\+\+|C)$/.test(path)) ? 'clang++' : 'clang';
}

function absolute(path: string): string {
  return join('/', path);
}
