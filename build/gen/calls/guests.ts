// The WASI classes, and a directory for that of browser_wasi_shim.
import { WASI_OPTIONS } from '../../../shim/wasi-base.ts';
import { THREADED_OPTIONS } from '../../../shim/threads/threaded-wasi.ts';
import { SHIM_OPTIONS } from '../../../shim/browser-wasi-shim/wasi.ts';
import { SOURCE, type Call, type Meaning } from './call.ts';

const TRACE: Meaning = { text: 'Sees the calls and the 9P messages; `strace` makes one.', byDefault: 'none' };

/** The options of the WASI class. */
const WASI_MEANINGS: Readonly<Record<string, Meaning>> = {
  version: { text: '`preview1` is the only one there is.', byDefault: '`preview1`' },
  args: { text: 'argv, the name of the program first.', type: 'string[]', byDefault: 'none' },
  env: {
    type: 'object of string or undefined',
    text: 'The environment; an undefined variable is not set.',
    byDefault: 'none',
  },
  preopens: {
    text:
      'The directories: the path of each for the guest → what it is. A path of the host is opened for this guest and ' +
      'closed with it; `wasi9p/core` takes servers and backends only, each of which is a tree of its own without its ' +
      'option `namespace`, the function of `wasi9p/namespace`.',
    type: 'object of Source or Fd',
    byDefault: 'none',
  },
  returnOnExit: {
    text: 'If true, `start()` returns the exit status; if false, it ends this process with it.',
    byDefault: '`true`',
  },
  stdin: {
    text: 'The descriptor of the host to read from, the text or bytes themselves, a function that gives the next bytes, or an Fd. `wasi9p/core` takes no numbers and no Fd.',
    type: 'number, string, Uint8Array, function or Fd',
    byDefault: "the host's; without one, and in `wasi9p/core`, nothing",
  },
  stdout: {
    text: 'The descriptor of the host to write to, a function given the bytes, or an Fd. `wasi9p/core` takes functions only.',
    type: 'number, function or Fd',
    byDefault: "the host's; without one, and in `wasi9p/core`, lines on the console",
  },
  stderr: { text: 'As `stdout`.', type: 'number, function or Fd', byDefault: 'as `stdout`' },
  tty: {
    text: 'Which of `stdin`, `stdout` and `stderr` is a terminal to the guest (isatty(3)), each a boolean.',
    byDefault: 'those that are one of the host, and the console',
  },
  trace: TRACE,
};
const { returnOnExit: _, ...THREADED_MEANINGS } = WASI_MEANINGS;

export const GUESTS: readonly Call[] = [
  {
    call: 'new WASI(options)',
    from: ['wasi9p', 'wasi9p/core'],
    about:
      'Runs one program, as node:wasi does. It refuses the options that node:wasi refuses, with the same `code`. `start()` closes all ' +
      'descriptors at the end, after `initialize()` it is for `close()`.',
    rows: WASI_OPTIONS,
    options: WASI_MEANINGS,
  },
  {
    call: 'new ThreadedWASI(options)',
    from: ['wasi9p/threads'],
    about:
      'Runs one program with threads, each in a worker. Its `start(program)` takes the bytes of the module, and returns a promise.',
    rows: THREADED_OPTIONS,
    options: {
      ...THREADED_MEANINGS,
      maxThreads: {
        text: 'The most threads besides the main thread, up to 65,535; beyond it `thread-spawn` returns -6 (EAGAIN).',
        byDefault: '128',
      },
      worker: {
        text: 'Makes a worker that runs the text `threadScript`: for a page whose policy forbids workers from `blob:` URLs.',
        byDefault: 'a worker from the text',
      },
    },
  },
  {
    call: 'wasi.finalizeBindings(instance, { memory })',
    from: ['wasi9p', 'wasi9p/core'],
    about:
      'Gives the functions the memory to work on, without starting anything. By default it is the export `memory`.',
    args: { instance: { text: 'The instance.', type: 'WebAssembly.Instance' } },
  },
  {
    call: 'new MountedDirectory(name, source)',
    from: ['wasi9p/browser-wasi-shim'],
    about: 'A tree as a preopen for the WASI class of browser_wasi_shim. `close()` ends its session.',
    args: { name: { text: 'The path for the program.', type: 'string' }, source: SOURCE },
  },
  {
    call: 'new WASI(args, env, fds, options)',
    from: ['wasi9p/browser-wasi-shim'],
    about: 'The WASI class of browser_wasi_shim over our functions.',
    args: {
      args: { text: 'argv, the name of the program first.', type: 'string[]' },
      env: { text: 'Each `NAME=value`.', type: 'string[]' },
      fds: { text: 'The Fd at each number; one left out is closed.', type: 'Fd[]' },
    },
    rows: SHIM_OPTIONS,
    options: {
      debug: { text: 'If true, each call and its result go to console.log.', byDefault: '`false`' },
      trace: TRACE,
    },
  },
];
