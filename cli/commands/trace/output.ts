// The output of a trace: a file or stderr.
import { closeSync, openSync } from 'node:fs';
import { put } from '../../../toolchain/sink.ts';
import { tell } from '../../lib/output.ts';
import { reasonOf } from '../../lib/reason.ts';
import { sentence, text } from '../../lib/text.ts';

/** A file or stderr. An error of a write ends the output but not the program. */
export class TraceOutput {
  private readonly name: string;
  private readonly fd: number;
  private error: unknown = null;

  /**
   * @param option The option, for messages.
   * @param file A path, or '' for stderr.
   * @throws Error if the file cannot be opened.
   */
  constructor(option: string, file: string) {
    this.name = file === '' ? option : `${option}=${file}`;
    this.fd = file === '' ? 2 : open(this.name, file);
  }

  write(bytes: Uint8Array): void {
    if (this.error !== null) return;
    try {
      put(this.fd, bytes);
    } catch (error) {
      this.error = error;
    }
  }

  line(line: string): void {
    this.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Closes the file. Prints a message and returns false if the output is incomplete. */
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
