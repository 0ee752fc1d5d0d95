// The options of `run` that show the calls of the program and its 9P messages.
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
