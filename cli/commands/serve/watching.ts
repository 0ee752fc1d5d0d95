// Shows the messages of the clients of `serve`: --trace, --trace-time, --stats and --pcap.
import { wireCapture, wireStats, wireTrace, type WireStats } from '../../../shim/trace/wire.ts';
import { NAMES } from '../../../shim/trace/filter.ts';
import type { Service } from '../../../vfs/serve/index.ts';
import type { Parsed } from '../../lib/options.ts';
import { TraceOutput } from '../trace/output.ts';
import { wantedBy } from '../trace/wanted.ts';

type Observer = Parameters<Service['observers']['add']>[0];

/** The observers of a command line, and their outputs. */
export class Watching {
  readonly observers: readonly Observer[];
  private readonly outputs: TraceOutput[] = [];
  private readonly stats: WireStats | null;

  /** @throws UsageError; Error if a file cannot be opened. */
  constructor(options: Parsed['options']) {
    const messages = NAMES.filter((name) => /^[TR]/.test(name));
    const { trace, only, time, stats, pcap } = wantedBy(options, { names: messages, kinds: 'no 9P message' });
    const observers: Observer[] = [];
    if (trace !== null) {
      const output = this.open('--trace', trace);
      observers.push(wireTrace((line) => output.line(line), { time, ...(only !== null && { only }) }));
    }
    this.stats = stats ? wireStats() : null;
    if (this.stats !== null) observers.push(this.stats);
    if (pcap !== null) {
      const output = this.open('--pcap', pcap);
      observers.push(wireCapture((bytes) => output.write(bytes)));
    }
    this.observers = observers;
  }

  private open(option: string, file: string): TraceOutput {
    const output = new TraceOutput(option, file);
    this.outputs.push(output);
    return output;
  }

  /** Prints the table, and closes the files. Prints a message and returns false if an output is incomplete. */
  close(): boolean {
    if (this.stats !== null) {
      const output = this.open('--stats', '');
      for (const line of this.stats.report()) output.line(line);
    }
    return this.outputs.map((output) => output.close()).every(Boolean);
  }
}
