// Writes to stdout and stderr; only takes texts that are safe for a terminal (text.ts).
import { put, say, type Sink } from '../../toolchain/sink.ts';
import { reasonOf } from './reason.ts';
import { sentence, text, type Text } from './text.ts';

/** Stdout cannot be written, so the command ends. */
export class OutputError extends Error {}

/** Exit status as a shell reports SIGPIPE: 128 + 13. */
const EXIT_SIGPIPE = 141;

/**
 * Writes output: a text, or the unchanged bytes of a file.
 * @throws OutputError if stdout cannot be written.
 */
export function print(output: Text | Uint8Array, stdout: Sink = 1): void {
  try {
    if (output instanceof Uint8Array) put(stdout, output);
    else say(stdout, output.toString());
  } catch (error) {
    throw new OutputError('The output cannot be written', { cause: error });
  }
}

/** True if stderr is a terminal. */
export function stderrIsTerminal(): boolean {
  return process.stderr.isTTY === true;
}

/** Writes a message to stderr. An error of that write is ignored. */
export function tell(message: Text, stderr: Sink = 2): void {
  try {
    say(stderr, message.toString());
  } catch {
    // The exit status still reports the failure.
  }
}

/** Returns the exit status after an OutputError: that of SIGPIPE for a closed pipe; otherwise 1, with a message. */
export function endOf({ cause }: OutputError, who: Text, stderr?: Sink): number {
  if ((cause as { code?: string }).code === 'EPIPE') return EXIT_SIGPIPE;
  tell(text`${who}: cannot write output: ${sentence(reasonOf(cause))}.\n`, stderr);
  return 1;
}
