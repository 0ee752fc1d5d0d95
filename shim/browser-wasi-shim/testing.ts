// Compiles and runs tour.c under a WASI class of the shape of browser_wasi_shim. For tests only.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConsoleStdout, File, OpenFile, type Fd } from '@bjorn3/browser_wasi_shim';
import { compile } from '../../toolchain/compile.ts';

/** The path of tour.c, its parts that run on every kind of directory, and the flags to compile it. */
export const TOUR = fileURLToPath(new URL('tour.c', import.meta.url));
export const ANYWHERE = ['files', 'directories', 'names'];
export const FLAGS = ['-std=gnu17', '-O1'];

/** The argument of start(). */
export type CommandInstance = WebAssembly.Instance & {
  exports: { memory: WebAssembly.Memory; _start: () => unknown };
};

/** A WASI class of the shape of browser_wasi_shim. */
export type ShimClass = new (
  args: string[],
  env: string[],
  fds: Fd[],
  options: { debug?: boolean },
) => { wasiImport: object; start(instance: CommandInstance): number };

let tour: Promise<WebAssembly.Module> | null = null;

/** Compiles tour.c with the toolchain of wasi9p, once. */
export function tourModule(): Promise<WebAssembly.Module> {
  tour ??= compile({
    sources: { 'tour.c': readFileSync(TOUR, 'utf8') },
    argv: [...FLAGS, 'tour.c', '-o', 'tour.wasm'],
    output: 'tour.wasm',
  }).then((bytes) => WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>));
  return tour;
}

/** A stdout that collects the text written to it. */
export class StdoutText {
  text = '';
  private readonly decoder = new TextDecoder();
  readonly fd: ConsoleStdout = new ConsoleStdout((bytes) => {
    this.text += this.decoder.decode(bytes, { stream: true });
  });
}

/** A stdin with the contents `text`. */
export function input(text = ''): OpenFile {
  return new OpenFile(new File(new TextEncoder().encode(text)));
}

export function instantiate(module: WebAssembly.Module, wasiImport: object): CommandInstance {
  const imports = { wasi_snapshot_preview1: wasiImport as WebAssembly.ModuleImports };
  return new WebAssembly.Instance(module, imports) as CommandInstance;
}

/** Runs parts of the tour in /tmp. Returns the exit status and the output. */
export async function runTour(shape: ShimClass, dir: Fd, parts: readonly string[]): Promise<[number, string]> {
  const out = new StdoutText();
  const wasi = new shape(['tour', '/tmp', ...parts], [], [input(), out.fd, new StdoutText().fd, dir], { debug: false });
  const code = wasi.start(instantiate(await tourModule(), wasi.wasiImport));
  return [code, out.text];
}
