// The entry point of the command `wasi9p`. The modules of each command are imported when it runs: see command.ts.
import { main, statusOf } from './command.ts';
import { isLossy } from './lib/lossy.ts';
import { TEST_THREAD } from '../runner/job.ts';
import { GUEST_THREAD, thread } from './lib/thread.ts';

/** Set in a thread in which the command runs: the parts that are loaded later import dist/cli.js, not a copy of it. */
const RUNS = Symbol.for('wasi9p.command');

thread.entry = import.meta.url;
thread.isGuest = process.argv[2] === GUEST_THREAD;
const here = globalThis as { [RUNS]?: boolean };
if (here[RUNS] !== true) {
  here[RUNS] = true;
  // A worker of `wasi9p test` needs what the command has: with a script of its own it would be there twice.
  if (process.argv[2] === TEST_THREAD) void import('../runner/worker.ts');
  else run();
}

function run(): void {
  process.on('uncaughtException', (error) => process.exit(statusOf(error)));
  const argv = process.argv.slice(thread.isGuest ? 3 : 2);
  const called = thread.isGuest ? '' : process.argv[1];
  const isLost = !thread.isGuest && argv.some(isLossy);
  // Not awaited: a part that is loaded later imports this file, and would wait for it for ever.
  void (isLost ? import('./lib/bytes.ts').then(({ wordsOf }) => main(wordsOf(argv), called)) : main(argv, called)).then(
    async (status) => {
      process.exitCode = status;
      if (thread.isStuck) (await import('./lib/end-now.ts')).endNow(status);
    },
  );
}
