// The tracers of `run`, from its options --trace, --trace-time, --stats and --pcap.
import { capture, callStats, strace, together, type CallStats, type Tracer } from '../../../shim/trace/index.ts';
import { NAMES } from '../../../shim/trace/filter.ts';
import type { Parsed } from '../../lib/options.ts';
import { TraceOutputs } from './outputs.ts';
import { wantedBy } from './wanted.ts';

/** The tracers of one program, with their outputs. */
export class Tracing {
  readonly tracer: Tracer;
  private readonly outputs = new TraceOutputs();
  private readonly stats: CallStats | null;

  /** @throws UsageError; Error if a file cannot be opened. */
  constructor(options: Parsed['options']) {
    const { trace, only, time, stats, pcap } = wantedBy(options, {
      names: NAMES,
      kinds: 'no WASI call and of no 9P message',
    });
    const tracers: Tracer[] = [];
    if (trace !== null) {
      const output = this.outputs.open('--trace', trace);
      tracers.push(strace((line) => output.line(line), { time, ...(only !== null && { only }) }));
    }
    this.stats = stats ? callStats() : null;
    if (this.stats !== null) tracers.push(this.stats);
    if (pcap !== null) {
      const output = this.outputs.open('--pcap', pcap);
      tracers.push(capture((bytes) => output.write(bytes)));
    }
    this.tracer = together(...tracers);
  }

  /** Prints the tables, and closes the files. Prints a message and returns false if an output is incomplete. */
  close(): boolean {
    return this.outputs.close(this.stats);
  }
}
