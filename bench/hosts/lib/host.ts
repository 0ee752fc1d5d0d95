// Shared by all JavaScript hosts of the benchmark program: the process gets the program's file, its arguments and the
// host's own needs as arguments, and prints one line, as the native program does.
import { readFileSync, writeSync } from 'node:fs';
import process from 'node:process';

/** A WASI implementation, set up for one run. */
export interface Ready {
  imports: WebAssembly.Imports;
  start(instance: WebAssembly.Instance, module: WebAssembly.Module): unknown;
}

/** Sets a WASI implementation up. */
export type Prepare = (args: string[], where: string, module: WebAssembly.Module) => Ready | Promise<Ready>;

/** The guest's path of the program's empty directory, its only preopen. */
export const GUEST_DIR = '/';

/**
 * Runs the program under a host.
 * @param prepare Gives the host for the program's arguments; `where` is a directory of this machine, for hosts that
 * need one.
 */
export async function runProgram(prepare: Prepare): Promise<void> {
  const [file = '', where = '', ...rest] = process.argv.slice(2);
  const [workload = '', ...numbers] = rest;
  const module = await WebAssembly.compile(readFileSync(file));
  const { imports, start } = await prepare(['bench', workload, GUEST_DIR, ...numbers], where, module);
  const bench = {
    cpu() {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    report: (ops: number, us: number, complete: number) => tell(`ok ${ops} ${us} ${complete}`),
    fail: (text: number, length: number) =>
      tell(`error ${new TextDecoder().decode(new Uint8Array(memoryOf(instance), text, length))}`),
  };
  const instance: WebAssembly.Instance = new WebAssembly.Instance(module, { ...imports, bench });
  start(instance, module);
}

function memoryOf(instance: WebAssembly.Instance): ArrayBuffer {
  return (instance.exports.memory as WebAssembly.Memory).buffer;
}

function tell(line: string): void {
  writeSync(1, `${line}\n`);
}
