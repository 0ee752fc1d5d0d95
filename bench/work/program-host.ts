// The interface that all hosts of a program implement: a file system, and WASI on it.

/** A command or reactor of WASI on one host; `wasiImport` are its imports. */
export interface Reactor {
  readonly wasiImport: WebAssembly.ModuleImports;
  initialize(instance: WebAssembly.Instance): void;
}

/** The result of a program. */
export interface Ended {
  code: number;
  stdout: Uint8Array;
  stderr: Uint8Array;
}

/** A file system of one host, with `/` as its root, and the host's WASI on it. */
export interface ProgramHost {
  /** Makes a directory whose parent is there. */
  mkdir(path: string): void;
  /** Makes a file. */
  write(path: string, bytes: Uint8Array): void;
  /** Makes a symlink. @throws Error where the host has none. */
  symlink(target: string, path: string): void;
  read(path: string): Uint8Array;
  /** Runs a command to its end; stdin is empty. */
  run(module: WebAssembly.Module, args: readonly string[], env?: Record<string, string>): Ended;
  /** A WASI for a reactor, and what it printed, once it is done. */
  reactor(args: readonly string[]): { wasi: Reactor; end(): Uint8Array };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Makes a file of text and the directories it needs. */
export function put(host: ProgramHost, made: Set<string>, path: string, content: string | Uint8Array): void {
  makeDirs(host, made, path.slice(0, path.lastIndexOf('/')));
  host.write(path, typeof content === 'string' ? encoder.encode(content) : content);
}

/** Makes a directory and those above it; `made` are those that are there. */
export function makeDirs(host: ProgramHost, made: Set<string>, path: string): void {
  if (path === '' || made.has(path)) return;
  makeDirs(host, made, path.slice(0, path.lastIndexOf('/')));
  host.mkdir(path);
  made.add(path);
}

export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
