// Runs one WASI command module to its end.
import { WASI, type Input, type Preopen } from '../shim/index.ts';
import type { Sink } from './sink.ts';

/** The surroundings of a run of one of the tools. */
export interface Host {
  /** What the tool sees, by guest path. */
  preopens: Record<string, Preopen>;
  env?: Record<string, string>;
  /** Default: nothing to read. */
  stdin?: Input;
  stdout: Sink;
  stderr: Sink;
}

/** Runs a WASI command module once and returns its exit status. May throw on a trap. */
export type RunWasi = (module: WebAssembly.Module, args: string[], host: Host) => number;

export const runWasi: RunWasi = (module, args, { preopens, env = {}, stdin = '', stdout, stderr }) => {
  const wasi = new WASI({ version: 'preview1', args, env, preopens, stdin, stdout, stderr, returnOnExit: true });
  // Synchronous: the module is compiled already, and a driver runs several of these in turn.
  return wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
};
