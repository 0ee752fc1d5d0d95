// Shows the messages of the clients of `serve`: --trace, --trace-time, --stats and --pcap.
import { wireCapture, wireStats, wireTrace, type WireStats } from '../../../shim/trace/wire.ts';
import { NAMES } from '../../../shim/trace/filter.ts';
import type { Service } from '../../../vfs/serve/index.ts';
import type { Parsed } from '../../lib/options.ts';
import { TraceOutputs } from '../trace/outputs.ts';
import { wantedBy } from '../trace/wanted.ts';

type Observer = Parameters<Service['observers']['add']>[0];

/** The observers of a command line, and their outputs. */
export class Watching {
  readonly observers: readonly Observer[];
  private readonly outputs = new TraceOutputs();
  private readonly stats: WireStats | null;

  /** @throws UsageError; Error if a file cannot be opened. */
  constructor(options: Parsed['options']) {
    const messages = NAMES.filter((name) => /^[TR]/.test(name));
    const { trace, only, time, stats, pcap } = wantedBy(options, { names: messages, kinds: 'no 9P message' });
    const observers: Observer[] = [];
    if (trace !== null) {
      const output = this.outputs.open('--trace', trace);
      observers.push(wireTrace((line) => output.line(line), { time, ...(only !== null && { only }) }));
    }
    this.stats = stats ? wireStats() : null;
    if (this.stats !== null) observers.push(this.stats);
    if (pcap !== null) {
      const output = this.outputs.open('--pcap', pcap);
      observers.push(wireCapture((bytes) => output.write(bytes)));
    }
    this.observers = observers;
  }

  /** Prints the table, and closes the files. Prints a message and returns false if an output is incomplete. */
  close(): boolean {
    return this.outputs.close(this.stats);
  }
}
