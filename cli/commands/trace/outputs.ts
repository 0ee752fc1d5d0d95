// The outputs of one command: those of --trace and --pcap, and the tables of --stats at its end.
import { TraceOutput } from './output.ts';

/** Opens outputs, and closes all of them together. */
export class TraceOutputs {
  private readonly opened: TraceOutput[] = [];

  /**
   * @param option The option, for messages.
   * @param file A path, or '' for stderr.
   * @throws Error if the file cannot be opened.
   */
  open(option: string, file: string): TraceOutput {
    const output = new TraceOutput(option, file);
    this.opened.push(output);
    return output;
  }

  /**
   * Prints the lines of --stats, and closes the files. Prints a message and returns false if an output is incomplete.
   * @param stats The counts; null without --stats.
   */
  close(stats: { report(): string[] } | null): boolean {
    if (stats !== null) {
      const output = this.open('--stats', '');
      for (const line of stats.report()) output.line(line);
    }
    return this.opened.map((output) => output.close()).every(Boolean);
  }
}
