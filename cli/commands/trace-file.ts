// The output of `run --trace`: a file or stderr.
import { closeSync, openSync } from 'node:fs';
import type { Tracer } from '../../shim/index.ts';
import { strace } from '../../shim/trace/strace.ts';
import { say } from '../../toolchain/sink.ts';
import { tell } from '../lib/output.ts';
import { reasonOf } from '../lib/reason.ts';
import { sentence, text } from '../lib/text.ts';

/** The output of `--trace`. An error of a write ends the trace but not the program. */
export class TraceFile {
  readonly tracer: Tracer;
  private readonly name: string;
  private readonly fd: number;
  private error: unknown = null;

  /** @param file A path, or '' for stderr. @throws Error if the file cannot be opened. */
  constructor(file: string) {
    this.name = file === '' ? '--trace' : `--trace=${file}`;
    this.fd = file === '' ? 2 : open(this.name, file);
    this.tracer = strace((line) => this.write(`${line}\n`));
  }

  private write(text: string): void {
    if (this.error !== null) return;
    try {
      say(this.fd, text);
    } catch (error) {
      this.error = error;
    }
  }

  /** Closes the file. Prints a message and returns false if the trace is incomplete. */
  close(): boolean {
    if (this.fd !== 2) closeSync(this.fd);
    if (this.error !== null) tell(text`wasi9p: ${this.name} is incomplete: ${sentence(reasonOf(this.error))}.\n`);
    return this.error === null;
  }
}

function open(name: string, file: string): number {
  try {
    return openSync(file, 'w');
  } catch (error) {
    throw new Error(`${name} cannot be written (${reasonOf(error)}): give a file that can be written.`, {
      cause: error,
    });
  }
}
