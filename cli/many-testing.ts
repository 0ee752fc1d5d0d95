// Runs many command lines in one process, for tests: a process for each would take half a minute.
import { writeSync } from 'node:fs';
import { main } from './command.ts';

// The JSON of the command lines; NUL ends each answer, the status is at the end of stdout's.
for (const argv of JSON.parse(process.argv[2]!) as string[][]) {
  const status = await main(argv);
  writeSync(1, `${status}\0`);
  writeSync(2, '\0');
}
