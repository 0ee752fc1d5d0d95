// The tracers of `run`, from its options --trace, --trace-time, --stats and --pcap.
import { capture, callStats, strace, together, type CallStats, type Tracer } from '../../../shim/trace/index.ts';
import { NAMES, namesOf } from '../../../shim/trace/filter.ts';
import { UsageError, type Parsed } from '../../lib/options.ts';
import { didYouMean, nearest } from '../../lib/suggest.ts';
import { TraceOutput } from './output.ts';

/** The parsed options. */
interface Wanted {
  /** The file of --trace, '' for stderr; null without --trace. */
  readonly trace: string | null;
  /** The names that --trace is limited to; null for all. */
  readonly only: readonly string[] | null;
  readonly time: boolean;
  readonly stats: boolean;
  readonly pcap: string | null;
}

/** @throws UsageError */
function wantedBy(options: Parsed['options']): Wanted {
  const files = new Set<string>();
  let only: string[] | null = null;
  for (const value of options.get('trace') ?? []) {
    const names = value === '' ? null : patternsOf(value);
    if (names !== null) only = [...(only ?? []), ...names];
    else if (value !== '') files.add(value);
  }
  if (files.size > 1) throw new UsageError('--trace is given twice, with different files: give one.');
  const time = options.has('trace-time');
  if (time && !options.has('trace')) throw new UsageError('--trace-time needs --trace: give both.');
  return {
    trace: options.has('trace') ? ([...files][0] ?? '') : null,
    only,
    time,
    stats: options.has('stats'),
    pcap: options.get('pcap')?.at(-1) ?? null,
  };
}

/**
 * Returns the names in a value of --trace; null if it is a file, because none of its words is a name.
 * @throws UsageError if some of its words are names and one is not, or if one is nearly a name.
 */
function patternsOf(value: string): string[] | null {
  const words = value.split(',');
  const wrong = words.find((word) => namesOf(word).length === 0);
  if (wrong === undefined) return words;
  const isMistyped = /^\w+$/.test(wrong) && nearest(wrong, NAMES) !== undefined;
  if (!isMistyped && words.every((word) => namesOf(word).length === 0)) return null;
  throw new UsageError(
    `--trace=${value}: ${wrong === '' ? "'' is" : `${wrong} is`} the name of no WASI call and of no 9P message` +
      `${didYouMean(nearest(wrong, NAMES)) || '.'} A file of this name is --trace=./${value}.`,
  );
}

/** The tracers of one program, with their outputs. */
export class Tracing {
  readonly tracer: Tracer;
  private readonly outputs: TraceOutput[] = [];
  private readonly stats: CallStats | null;

  /** @throws UsageError; Error if a file cannot be opened. */
  constructor(options: Parsed['options']) {
    const { trace, only, time, stats, pcap } = wantedBy(options);
    const tracers: Tracer[] = [];
    if (trace !== null) {
      const output = this.open('--trace', trace);
      tracers.push(strace((line) => output.line(line), { time, ...(only !== null && { only }) }));
    }
    this.stats = stats ? callStats() : null;
    if (this.stats !== null) tracers.push(this.stats);
    if (pcap !== null) {
      const output = this.open('--pcap', pcap);
      tracers.push(capture((bytes) => output.write(bytes)));
    }
    this.tracer = together(...tracers);
  }

  private open(option: string, file: string): TraceOutput {
    const output = new TraceOutput(option, file);
    this.outputs.push(output);
    return output;
  }

  /** Prints the tables, and closes the files. Prints a message and returns false if an output is incomplete. */
  close(): boolean {
    if (this.stats !== null) {
      const output = this.open('--stats', '');
      for (const line of this.stats.report()) output.line(line);
    }
    return this.outputs.map((output) => output.close()).every(Boolean);
  }
}
