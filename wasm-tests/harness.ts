// Runs the C programs of src/: on our stack, and natively where there is a compiler, and compares.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WASI, serverFor, type Server } from '../shim/index.ts';
import { hostDir } from '../vfs/backends/hostdir/index.ts';
import { memfs } from '../vfs/backends/memfs/index.ts';
import { overlay } from '../vfs/backends/overlay/index.ts';
import type { LocalSource } from '../vfs/connect/server-for.ts';
import { compile, type CompileOptions } from '../toolchain/compile.ts';
import { skip } from '../build/test/skip.ts';

const SRC = fileURLToPath(new URL('src/', import.meta.url));
/** The compiler flags of the seed program's origin, used for all programs. */
const FLAGS = ['-std=gnu17', '-O1'];
/** The tmpfs of Linux, the oracle. */
const TMPFS = '/dev/shm';
const HOST_LINE = '@host ';

/** The state of the host while the program is stopped. */
export interface Stop {
  vol: Volume;
  server: Server;
  /** The word after `@host `. */
  word: string;
}

/** The state after the program has ended. */
export interface End {
  vol: Volume;
  server: Server;
  stdout: string;
  /** The exit status; null for a trap. */
  code: number | null;
}

/** The expected output and status of a scenario's program, here and natively. */
export interface Scenario {
  expect: string;
  /** Arguments after the base directory. */
  args?: readonly string[];
  /** Default: 0. */
  status?: number | 'trap';
  during?: (stop: Stop) => void;
  after?: (end: End) => void;
  /** The reason for not running it on a directory of this machine. */
  notOnHost?: string;
  /** The reason for which the native run prints something else; then it is not compared. */
  nativeDiffers?: string;
}

/** The programs' text and headers: any of them may be included. */
function sourcesOf(name: string): Record<string, string> {
  const headers = readdirSync(SRC).filter((file) => file.endsWith('.h'));
  return Object.fromEntries([`${name}.c`, ...headers].map((file) => [file, readFileSync(join(SRC, file), 'utf8')]));
}

/** The names of the programs of src/. */
export function programNames(): string[] {
  return readdirSync(SRC)
    .filter((file) => file.endsWith('.c'))
    .map((file) => file.slice(0, -2));
}

/** A program of src/, compiled by clang on our stack; from the cache when nothing has changed. */
export function compileProgram(name: string, options: CompileOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const output = `${name}.wasm`;
  return compile({ sources: sourcesOf(name), argv: [...FLAGS, `${name}.c`, '-o', output], output }, options);
}

/** Collects stdout, and calls the host at `@host` lines, which are not part of the text. */
export class Output {
  text = '';
  private line = '';
  private readonly decoder = new TextDecoder();
  private readonly stop: (word: string) => void;

  constructor(stop: (word: string) => void) {
    this.stop = stop;
  }

  write(bytes: Uint8Array): void {
    this.line += this.decoder.decode(bytes, { stream: true });
    const lines = this.line.split('\n');
    this.line = lines.pop()!;
    for (const line of lines) {
      if (line.startsWith(HOST_LINE)) this.stop(line.slice(HOST_LINE.length));
      else this.text += `${line}\n`;
    }
  }

  end(): string {
    return this.text + this.line;
  }
}

/** A file system with a directory `/tmp`, as a source and from outside. */
interface TestTree {
  source: LocalSource;
  vol: Volume;
  dispose(): void;
}

function onVolume(source: (vol: Volume) => LocalSource): () => TestTree {
  return () => {
    const vol = Volume.fromJSON({ '/tmp': null });
    return { source: source(vol), vol, dispose: () => {} };
  };
}

/** The calls that the scenarios look with, on a directory of this machine. */
function outsideOf(directory: string): Volume {
  const look = {
    readdirSync: (path: string) => readdirSync(directory + path),
    readFileSync: (path: string, encoding: 'utf8') => readFileSync(directory + path, encoding),
  };
  return look as unknown as Volume;
}

function onHost(): TestTree {
  const directory = mkdtempSync(join(tmpdir(), 'wasi9p-'));
  mkdirSync(join(directory, 'tmp'));
  const source = hostDir(directory);
  const dispose = (): void => {
    source.close();
    rmSync(directory, { recursive: true });
  };
  return { source, vol: outsideOf(directory), dispose };
}

/** The file systems that the programs run on. */
const TREES: Readonly<Record<string, () => TestTree>> = {
  memfs: onVolume((vol) => vol),
  // All that the programs do is done in the upper layer, below a directory that both layers have.
  'an overlay': onVolume((vol) => overlay({ lower: memfs(Volume.fromJSON({ '/tmp': null })), upper: memfs(vol) })),
  'a host directory': onHost,
};

async function runHere(name: string, scenario: Scenario, makeTree: () => TestTree): Promise<void> {
  const tree = makeTree();
  try {
    await runOn(name, scenario, tree);
  } finally {
    tree.dispose();
  }
}

async function runOn(name: string, scenario: Scenario, { source, vol }: TestTree): Promise<void> {
  const module = await WebAssembly.compile(await compileProgram(name));
  const server = serverFor(source);
  const output = new Output((word) => scenario.during?.({ vol, server, word }));
  const args = [name, '/tmp', ...(scenario.args ?? [])];
  const wasi = new WASI({ args, preopens: { '/': server }, stdin: '', stdout: (bytes) => output.write(bytes) });
  let code: number | null = null;
  try {
    code = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
  }
  const stdout = output.end();
  assert.fixture(stdout, scenario.expect);
  assert.is(code, scenario.status === 'trap' ? null : (scenario.status ?? 0), 'exit status');
  scenario.after?.({ vol, server, stdout, code });
  assertAtRest(server);
}

/** The leak check: nothing is attached, open, orphaned or waiting. */
export function assertAtRest(server: Server): void {
  assert.equal(server.inspect(), { sessions: 0, fids: 0, inodes: 0, orphans: 0, reclaiming: 0, bytes: 0 });
}

/** Returns the reason against a native run here, or undefined. */
function noNative(): string | undefined {
  if (spawnSync('gcc', ['--version']).status !== 0) return 'gcc is not installed';
  return existsSync(TMPFS) ? undefined : `${TMPFS} does not exist`;
}

function runNatively(name: string, scenario: Scenario): void {
  const scratch = mkdtempSync(join(tmpdir(), 'wasi9p-'));
  const base = mkdtempSync(join(TMPFS, 'wasi9p-'));
  try {
    const program = join(scratch, name);
    // seed.c passes no mode to open, as the program it is about did: glibc's fortified one refuses that.
    const built = spawnSync('gcc', [...FLAGS, '-U_FORTIFY_SOURCE', join(SRC, `${name}.c`), '-o', program]);
    assert.is(built.status, 0, String(built.stderr));
    const ran = spawnSync(program, [base, ...(scenario.args ?? [])], { encoding: 'utf8', input: '' });
    const lines = ran.stdout.split('\n').filter((line) => !line.startsWith(HOST_LINE));
    assert.fixture(lines.join('\n'), scenario.expect);
    if (scenario.status === 'trap') assert.ok(ran.signal, 'a trap is a signal natively');
    else assert.is(ran.status, scenario.status ?? 0, 'exit status');
  } finally {
    rmSync(scratch, { recursive: true });
    rmSync(base, { recursive: true });
  }
}

/**
 * Registers the tests of a program of src/: its output and status on each file system through 9P, with nothing left
 * behind, and those of the same source natively on tmpfs.
 */
export function scenario(name: string, options: Scenario): void {
  for (const [on, tree] of Object.entries(TREES)) {
    if (tree === onHost && options.notOnHost !== undefined) skip(`${name} on ${on}`, options.notOnHost);
    else test(`${name} on ${on}`, () => runHere(name, options, tree));
  }
  const reason = options.nativeDiffers ?? noNative();
  if (reason === undefined) test(`${name} natively on tmpfs`, () => runNatively(name, options));
  else skip(`${name} natively on tmpfs`, reason);
}
