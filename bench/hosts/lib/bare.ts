// Shared by the children that make the host's calls without any guest: a loop over a function in place of the program.
import * as fs from 'node:fs';
import process from 'node:process';

/** Bytes of a file, and a path of eight names, as in the program. */
export const BLOCK = new Uint8Array(4096);
export const DEEP = 'a/b/c/d/e/f/g';

/** The files of a workload: a directory with a file `file` and one at DEEP, and `file` open for both. */
export interface Place {
  readonly top: string;
  readonly fd: number;
}

/** Makes the directory ready. */
export function prepare(top: string): Place {
  fs.mkdirSync(`${top}/${DEEP}`, { recursive: true });
  fs.writeFileSync(`${top}/${DEEP}/file`, BLOCK);
  fs.writeFileSync(`${top}/file`, BLOCK);
  return { top, fd: fs.openSync(`${top}/file`, 'r+') };
}

/** Measures the workload that the command line names, as the program does, and prints a line as it does. */
export function runBare(workloads: (place: Place) => Readonly<Record<string, () => void>>): void {
  const [, where = '', workload = '', warmUp = '', target = ''] = process.argv.slice(2);
  const run = workloads(prepare(where))[workload];
  if (run === undefined) {
    console.log('error not a call of its own');
    return;
  }
  for (const begun = cpu(); cpu() - begun < Number(warmUp);) for (let i = 0; i < 100; i++) run();
  const start = cpu();
  let operations = 0;
  for (; cpu() - start < Number(target); operations += 100) for (let i = 0; i < 100; i++) run();
  console.log(`ok ${operations} ${cpu() - start} 1`);
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
