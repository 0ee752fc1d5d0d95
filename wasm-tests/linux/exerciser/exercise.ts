// Compiles exerciser.c natively and to WASI, runs both from the same seed, and compares what they print.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Volume } from 'memfs';
import { WASI, serverFor, type Server } from '../../../shim/index.ts';
import { compile } from '../../../toolchain/compile.ts';
import type { Backend } from '../../../vfs/backend/backend.ts';
import { hostDir } from '../../../vfs/backends/hostdir/index.ts';
import { overlay } from '../../../vfs/backends/overlay/index.ts';
import { picture } from '../../../vfs/backends/overlay/testing.ts';
import { ram } from '../../../vfs/backends/ram/index.ts';

const HERE = fileURLToPath(new URL('./', import.meta.url));
const TRACE = fileURLToPath(new URL('../../src/trace.h', import.meta.url));
const FLAGS = ['-std=gnu17', '-O1'];
/** The tmpfs of Linux, the oracle. */
const TMPFS = '/dev/shm';
/** The guest's path of the directory that the calls are made in. */
const BASE = '/base';
/** The first Linux whose tmpfs shows each change in ctime, however soon it comes (multigrain timestamps). */
const FINE_TIMES = [6, 13] as const;
/** The first Linux that refuses O_CREAT with O_DIRECTORY, and has openat2(2), which came with 5.6. */
const OLDEST = [6, 4] as const;
/** Added to the seed for a second run. */
const LATER = 1_000_000;
/** Lines of both traces shown around the first that differs. */
const CONTEXT = 12;

/** A file system under test. */
export interface Subject {
  server: Server;
  /**
   * Returns an overlay over this file system for a second run; `wrong` returns an error found after that, '' for none.
   */
  overlaid?: () => { server: Server; wrong: () => string };
  dispose(): void;
}

/** A kind of file system that is compared with the kernel's tmpfs. */
export interface FileSystemKind {
  make: () => Subject;
  /** True if a read of a file moves its atime. */
  fileAtimes: boolean;
  /** True if a followed symlink's atime moves, and no other call moves it. */
  linkAtimes: boolean;
  /** True if a second run follows, on an overlay. */
  layered: boolean;
}

const PLAIN = { fileAtimes: true, linkAtimes: true, layered: false };
/** In an overlay, a read of an unchanged file moves no atime. */
const LAYERED = { fileAtimes: false, linkAtimes: false, layered: true };

export const KINDS = {
  memfs: { ...PLAIN, make: () => ({ server: serverFor(new Volume()), dispose: () => {} }) },
  ram: { ...PLAIN, make: () => ({ server: serverFor(ram()), dispose: () => {} }) },
  host: { ...PLAIN, make: makeHost, linkAtimes: false },
  overlay: { ...LAYERED, make: () => layered(ram(), () => {}) },
  'overlay-host': { ...LAYERED, make: makeOverlayOfHost },
} satisfies Readonly<Record<string, FileSystemKind>>;

function makeHost(): Subject {
  const directory = mkdtempSync(join(TMPFS, 'wasi9p-'));
  const backend = hostDir(directory);
  const dispose = (): void => {
    backend.close();
    rmSync(directory, { recursive: true });
  };
  return { server: serverFor(backend), dispose };
}

/** An overlay over what the first run has made. */
function layered(lower: Backend, dispose: () => void): Subject {
  // A look at a host directory moves its atimes.
  const look = (): string => picture(lower, lower.name !== 'hostdir');
  const overlaid = (): { server: Server; wrong: () => string } => {
    const before = look();
    const backend = overlay({ lower });
    return { server: serverFor(backend), wrong: () => (look() === before ? '' : 'the lower layer has changed') };
  };
  return { server: serverFor(lower), overlaid, dispose };
}

function makeOverlayOfHost(): Subject {
  const directory = mkdtempSync(join(TMPFS, 'wasi9p-'));
  const lower = hostDir(directory);
  return layered(lower, () => {
    lower.close();
    rmSync(directory, { recursive: true });
  });
}

/** Returns the reason why nothing can be compared here, or undefined. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return `the platform is ${process.platform}, not Linux`;
  if (spawnSync('gcc', ['--version']).status !== 0) return 'gcc is not installed';
  if (!existsSync(TMPFS)) return `${TMPFS} does not exist`;
  return isKernel(OLDEST) ? undefined : `the kernel is older than Linux ${OLDEST.join('.')}`;
}

function isKernel([major, minor]: readonly [number, number]): boolean {
  const [hasMajor = 0, hasMinor = 0] = release().split('.').map(Number);
  return hasMajor > major || (hasMajor === major && hasMinor >= minor);
}

/**
 * The times that the program prints, as its last argument: access times if the tmpfs is mounted with relatime (our only
 * rule), moved times if the kernel shows every change.
 */
function shownTimes(kind: FileSystemKind): string {
  const mount = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .findLast((line) => line.split(' ')[1] === TMPFS);
  const relatime = mount?.includes('relatime') === true;
  const atimes = (relatime && kind.fileAtimes ? 'a' : '') + (relatime && kind.linkAtimes ? 'l' : '');
  return atimes + (isKernel(FINE_TIMES) ? 'c' : '');
}

/** The program, built for both sides. */
export class Exerciser {
  private readonly scratch: string;
  private readonly native: string;
  private readonly module: WebAssembly.Module;

  private constructor(scratch: string, native: string, module: WebAssembly.Module) {
    this.scratch = scratch;
    this.native = native;
    this.module = module;
  }

  /** @throws Error when a compiler fails. */
  static async build(): Promise<Exerciser> {
    const module = await WebAssembly.compile(await compileHere());
    const scratch = mkdtempSync(join(tmpdir(), 'wasi9p-'));
    const native = join(scratch, 'exerciser');
    const built = spawnSync('gcc', [...FLAGS, join(HERE, 'exerciser.c'), '-o', native], { encoding: 'utf8' });
    if (built.status !== 0) throw new Error(built.stderr);
    return new Exerciser(scratch, native, module);
  }

  dispose(): void {
    rmSync(this.scratch, { recursive: true });
  }

  /** '' when the traces of a seed are equal; else how they differ. @throws Error for a kernel without openat2(2). */
  compare(kind: FileSystemKind, seed: number, calls: number): string {
    return difference(...this.traces(kind, seed, calls));
  }

  /** Returns the traces on a file system of ours and on the kernel's tmpfs. */
  traces(kind: FileSystemKind, seed: number, calls: number): [ours: string, linux: string] {
    const times = shownTimes(kind);
    const runs = kind.layered
      ? [[seed, calls >>> 1] as const, [seed + LATER, calls] as const]
      : [[seed, calls] as const];
    const args = runs.map(([from, count]) => [String(from), String(count), times]);
    return [this.trace(kind, args), this.traceNative(args)];
  }

  private traceNative(runs: readonly string[][]): string {
    const base = mkdtempSync(join(TMPFS, 'wasi9p-'));
    let text = '';
    try {
      for (const args of runs) {
        const ran = spawnSync(this.native, [base, ...args], { encoding: 'utf8', maxBuffer: 1 << 30 });
        if (ran.status !== 0) throw new Error(`natively: status ${ran.status}, signal ${ran.signal}\n${ran.stderr}`);
        text += ran.stdout;
      }
      return text;
    } finally {
      rmSync(base, { recursive: true });
    }
  }

  private trace(kind: FileSystemKind, runs: readonly string[][]): string {
    const { server, overlaid, dispose } = kind.make();
    try {
      let text = this.run(server, runs[0]!);
      if (overlaid === undefined) return text;
      const second = overlaid();
      text += this.run(second.server, runs[1]!);
      return text + second.wrong();
    } finally {
      dispose();
    }
  }

  /** An early end of the program, and references it leaves behind, are the trace's last lines. */
  private run(server: Server, args: readonly string[]): string {
    let text = '';
    const decoder = new TextDecoder();
    const wasi = new WASI({
      args: ['exerciser', BASE, ...args],
      preopens: { [BASE]: server },
      stdin: '',
      stdout: (bytes) => (text += decoder.decode(bytes, { stream: true })),
    });
    try {
      const code = wasi.start(new WebAssembly.Instance(this.module, wasi.getImportObject()));
      if (code !== 0) text += `exit status ${code}\n`;
      const left = Object.entries(server.inspect()).filter(([what, count]) => what !== 'bytes' && count !== 0);
      if (left.length > 0) text += `left on the server: ${left.join(' ')}\n`;
    } catch (thrown) {
      text += `${thrown instanceof Error ? thrown.stack : String(thrown)}\n`;
    }
    return text;
  }
}

/** The program's text, laid out as it includes itself. */
async function compileHere(): Promise<Uint8Array<ArrayBuffer>> {
  const files = readdirSync(HERE).filter((file) => /\.[ch]$/.test(file));
  const sources = Object.fromEntries(
    files.map((file) => [`linux/exerciser/${file}`, readFileSync(join(HERE, file), 'utf8')]),
  );
  sources['src/trace.h'] = readFileSync(TRACE, 'utf8');
  const output = 'exerciser.wasm';
  // The default stack is 64 KiB.
  const argv = [...FLAGS, '-Wl,-z,stack-size=1048576', 'linux/exerciser/exerciser.c', '-o', output];
  return compile({ sources, argv, output });
}

/** '' for equal traces; else the lines before the first that differs, then that one of both and what follows it. */
export function difference(ours: string, linux: string): string {
  if (ours === linux) return '';
  const a = ours.split('\n');
  const b = linux.split('\n');
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return [
    ...b.slice(Math.max(0, at - CONTEXT), at).map((line) => `  ${line}`),
    ...a.slice(at, at + 3).map((line) => `- ours:  ${line}`),
    ...b.slice(at, at + 3).map((line) => `+ linux: ${line}`),
  ].join('\n');
}
