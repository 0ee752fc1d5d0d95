// The entry point of the command `wasi9p`. What each command needs is imported when it runs: see command.ts.
import { main, statusOf } from './command.ts';
import { GUEST_THREAD, thread } from './lib/thread.ts';

process.on('uncaughtException', (error) => process.exit(statusOf(error)));
thread.entry = import.meta.url;
thread.isGuest = process.argv[2] === GUEST_THREAD;
// Not awaited: a part that is loaded later imports this file, and would wait for it for ever.
const called = thread.isGuest ? '' : process.argv[1];
void main(process.argv.slice(thread.isGuest ? 3 : 2), called).then((status) => {
  process.exitCode = status;
});
