// The entry point of the command `wasi9p`. What each command needs is imported when it runs: see command.ts.
import { main, statusOf } from './command.ts';

process.on('uncaughtException', (error) => process.exit(statusOf(error)));
// Not awaited: a part that is loaded later imports this file, and would wait for it for ever.
void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
