// Runs one WASI command module to its end.
import { WASI, type Input, type Preopen } from '../shim/index.ts';
import type { Sink } from './sink.ts';

/** The environment in which a tool runs. */
export interface ToolHost {
  /** The tool's preopens, by guest path. */
  preopens: Record<string, Preopen>;
  env?: Record<string, string>;
  /** Default: empty. */
  stdin?: Input;
  stdout: Sink;
  stderr: Sink;
}

/** Runs a WASI command module once and returns its exit status. May throw on a trap. */
export type RunWasi = (module: WebAssembly.Module, args: string[], host: ToolHost) => number;

export const runWasi: RunWasi = (module, args, { preopens, env = {}, stdin = '', stdout, stderr }) => {
  const wasi = new WASI({ version: 'preview1', args, env, preopens, stdin, stdout, stderr, returnOnExit: true });
  // Synchronous, since the module is compiled already.
  return wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
};
