// The tracers.
import { STRACE_OPTIONS } from '../../../shim/trace/strace.ts';
import type { Call } from './call.ts';

export const TRACES: readonly Call[] = [
  {
    call: 'strace(write, options)',
    from: ['wasi9p/trace'],
    about: 'A tracer for the option `trace`.',
    args: { write: { text: 'Called with each line, without its end.', type: 'function' } },
    rows: STRACE_OPTIONS,
    options: {
      only: {
        text: 'Names of WASI calls and of 9P messages, or beginnings as `path_*`: prints these alone.',
        byDefault: 'all',
      },
      time: { text: 'Prints the time of each call: since the start, and of the call itself.', byDefault: '`false`' },
    },
  },
  {
    call: 'capture(write)',
    from: ['wasi9p/trace'],
    about: 'A tracer that writes the 9P messages as a capture for Wireshark (pcapng).',
    args: { write: { text: 'Called with the bytes of the file, in order.', type: 'function' } },
  },
  {
    call: 'wireTrace(write, options)',
    from: ['wasi9p/trace'],
    about: 'Prints the messages of all clients of a service, for `service.observers.add`.',
    args: { write: { text: 'Called with each line, without its end.', type: 'function' } },
    rows: STRACE_OPTIONS,
    options: {
      only: {
        text: 'Names of 9P messages, or beginnings as `Tw*`: prints these requests and their replies alone.',
        byDefault: 'all',
      },
      time: {
        text: 'Prints the time of each message since the start, and of a reply since its request.',
        byDefault: '`false`',
      },
    },
  },
  {
    call: 'wireCapture(write)',
    from: ['wasi9p/trace'],
    about: 'Writes the messages of all clients of a service as a capture for Wireshark, for `service.observers.add`.',
    args: { write: { text: 'Called with the bytes of the file, in order.', type: 'function' } },
  },
];
