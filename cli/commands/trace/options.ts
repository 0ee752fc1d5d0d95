// The options of `run` that show the calls of the program and its 9P messages, and those of `serve`.
import type { Option } from '../../lib/options.ts';

export const TRACE_OPTIONS: readonly Option[] = [
  {
    name: 'trace',
    value: 'FILE|NAMES',
    optional: true,
    many: true,
    help: 'Prints each call with its 9P messages to stderr, or to FILE; of NAMES only, as path_open,Tunlinkat or path_*.',
  },
  {
    name: 'trace-time',
    help: 'With --trace: the time of each call in seconds, since the start and of the call itself.',
  },
  {
    name: 'stats',
    help: 'Counts calls and 9P messages, with errors and time, and prints two tables to stderr at the end.',
  },
  {
    name: 'pcap',
    value: 'FILE',
    help: 'Writes the 9P messages to FILE as a capture that Wireshark reads (pcapng).',
  },
];

const SERVED: Readonly<Record<string, string>> = {
  trace: 'Prints the messages of each client to stderr, or to FILE; those of NAMES only, as Tlopen,Tunlinkat or T*.',
  'trace-time':
    'With --trace: the time of each message in seconds, since the start and, with a reply, since its request.',
  stats: 'Counts messages, with errors and time, and prints a table to stderr at the end.',
};

/** The same of `serve`, for all its clients. */
export const SERVE_TRACE_OPTIONS: readonly Option[] = TRACE_OPTIONS.map((option) => ({
  ...option,
  help: SERVED[option.name] ?? option.help,
}));
