// node:fs, node:tty and `process` of the host, looked up at run time: in a browser they are absent. Imports no node:
// module.

/** The functions of node:fs that the standard streams use. */
export interface HostFs {
  readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: null): number;
  readvSync(fd: number, buffers: readonly Uint8Array[], position: null): number;
  writeSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: null): number;
  openSync(path: string, flags: number): number;
  readFileSync(path: string, encoding: 'latin1'): string;
  closeSync(fd: number): void;
  fstatSync(fd: number): { mode: number; size: number; ino: number; rdev: number };
  constants: { O_RDONLY: number; O_NONBLOCK?: number };
}

/** The function of node:tty that the standard streams use. */
interface HostTty {
  isatty(fd: number): boolean;
}

interface HostProcess {
  getBuiltinModule?: (name: string) => unknown;
  cpuUsage?: () => { user: number; system: number };
  hrtime?: { bigint?: () => bigint };
  exit?: (code: number) => never;
  platform?: string;
  stdin?: unknown;
}

/** `globalThis.process` of Node, Deno and Bun; undefined in a browser. */
export function hostProcess(): HostProcess | undefined {
  return (globalThis as { process?: HostProcess }).process;
}

/** node:fs, or null in a browser. */
export function hostFs(): HostFs | null {
  return (hostProcess()?.getBuiltinModule?.('node:fs') as HostFs | undefined) ?? null;
}

/** Major numbers of Linux: /dev/null and its like, and pseudo-terminals (Documentation/admin-guide/devices.txt). */
const MEM_MAJOR = 1;
const PTS_MAJOR = 136;

/**
 * True if a character device of the host is a terminal, or if node:tty is missing. Common devices are recognized by
 * their number: node:tty makes Node load its sockets and streams, which takes 3 ms.
 * @param rdev The device's number, from fstat.
 */
export function isTerminal(fd: number, rdev: number): boolean {
  const host = hostProcess();
  const major = host?.platform === 'linux' ? (rdev >> 8) & 0xfff : 0;
  if (major === MEM_MAJOR || (major >= PTS_MAJOR && major < PTS_MAJOR + 8)) return major !== MEM_MAJOR;
  return (host?.getBuiltinModule?.('node:tty') as HostTty | undefined)?.isatty(fd) ?? true;
}

/** The word on which `sleep` waits: a notification, by another thread, ends a sleep before its time. */
export const sleeper = typeof SharedArrayBuffer === 'undefined' ? null : new Int32Array(new SharedArrayBuffer(4));

/** Blocks for `ms` milliseconds: with Atomics.wait, or in a loop where that is not allowed. */
export function sleep(ms: number): void {
  if (ms <= 0) return;
  const end = performance.now() + ms;
  if (sleeper !== null) {
    try {
      Atomics.wait(sleeper, 0, 0, ms);
      return;
    } catch {
      // The main thread of a browser may not block.
    }
  }
  while (performance.now() < end);
}
