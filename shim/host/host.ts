// node:fs, node:tty and `process` of the host, looked up at run time: in a browser they are absent. Imports no node:
// module.

/**
 * What the shim uses of node:fs for stdin, stdout and stderr. It is asked for at run time, not imported, so that the
 * same bundle runs in a browser, where there is none.
 */
export interface HostFs {
  readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: null): number;
  readvSync(fd: number, buffers: readonly Uint8Array[], position: null): number;
  writeSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: null): number;
  openSync(path: string, flags: number): number;
  readFileSync(path: string, encoding: 'latin1'): string;
  closeSync(fd: number): void;
  fstatSync(fd: number): { mode: number; size: number; ino: number };
  constants: { O_RDONLY: number; O_NONBLOCK?: number };
}

/** What the shim uses of node:tty. */
interface HostTty {
  isatty(fd: number): boolean;
}

interface HostProcess {
  getBuiltinModule?: (name: string) => unknown;
  cpuUsage?: () => { user: number; system: number };
  hrtime?: { bigint?: () => bigint };
  exit?: (code: number) => never;
  stdin?: unknown;
}

/** `globalThis.process` of Node, Deno and Bun; undefined in a browser. */
export function hostProcess(): HostProcess | undefined {
  return (globalThis as { process?: HostProcess }).process;
}

/** node:fs, or null where there is none. */
export function hostFs(): HostFs | null {
  return (hostProcess()?.getBuiltinModule?.('node:fs') as HostFs | undefined) ?? null;
}

/** Whether a character device of the host is a terminal; one is where that cannot be asked. */
export function isTerminal(fd: number): boolean {
  return (hostProcess()?.getBuiltinModule?.('node:tty') as HostTty | undefined)?.isatty(fd) ?? true;
}

const gate = typeof SharedArrayBuffer === 'undefined' ? null : new Int32Array(new SharedArrayBuffer(4));

/** Waits that many milliseconds, without using the processor where that is allowed. */
export function sleep(ms: number): void {
  if (ms <= 0) return;
  const end = performance.now() + ms;
  if (gate !== null) {
    try {
      Atomics.wait(gate, 0, 0, ms);
      return;
    } catch {
      // The main thread of a browser may not block: it has to spin.
    }
  }
  while (performance.now() < end);
}
