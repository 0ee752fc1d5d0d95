// The checks of programs with threads, on each runtime: see commands.mjs.
import { equal, is } from './found.mjs';

/** The message on a thread that the runtime does not end in two seconds; the status is right. */
const KILLED = /^(wasi9p: A thread of the program still runs: this process is killed\.\n)?$/;

/** @type {[name: string, check: (command: import('./commands.mjs').Command) => string | Promise<string>][]} */
export const THREAD_CHECKS = [
  [
    'threads: 8 append to a file',
    (command) => is(command.run(['run', '--dir', 'data::/', 'files.wasm', 'append']), 0, 'whole\n'),
  ],
  [
    'threads: an exit ends those that wait, and those that spin',
    (command) =>
      is(command.run(['run', 'ends.wasm', 'exit', 'wait']), 9) ||
      is(command.run(['run', 'ends.wasm', 'thread-exit', 'spin']), 9, '', KILLED),
  ],
  [
    'threads: a pipe as stdin is live while one waits for it',
    (command) => {
      const wait = 'for i in {1..400}; do grep -q written out && break; sleep 0.05; done';
      const line = `mkfifo p; $wasi9p run streams.wasm <p >out & exec 3>p; ${wait}; echo x >&3; exec 3>&-; wait; cat out; rm p out`;
      return equal(command.shell(line), 'written\nread: 120\n');
    },
  ],
  [
    'threads: a socket as stdin is live while one waits for it',
    async (command) => {
      const found = await command.started(['run', 'streams.wasm', 'read'], (child) => child.stdin?.end('x'));
      return is(found, 0, 'written\nread: 120\n');
    },
  ],
  [
    'threads: a memory grows while others use it',
    (command) => {
      // It fails in half of the runs, where it does.
      const all = Array.from({ length: 10 }, () => is(command.run(['run', 'memory.wasm']), 0));
      return all.find((found) => found !== '') ?? '';
    },
  ],
];
