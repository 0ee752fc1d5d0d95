// Writes to stdout and stderr; only takes texts that are safe for a terminal (text.ts).
import { put, say, type Sink } from '../../toolchain/sink.ts';
import { reasonOf } from './reason.ts';
import { sentence, text, type Text } from './text.ts';

/** There is no use in going on: what is written gets nowhere. */
export class OutputError extends Error {}

/** Exit status as a shell reports SIGPIPE: 128 + 13. */
const EXIT_SIGPIPE = 141;

/**
 * Writes what a command is for: a text, or the bytes of a file as they are.
 * @throws OutputError when it gets nowhere.
 */
export function print(output: Text | Uint8Array, stdout: Sink = 1): void {
  try {
    if (output instanceof Uint8Array) put(stdout, output);
    else say(stdout, output.toString());
  } catch (error) {
    throw new OutputError('The output cannot be written', { cause: error });
  }
}

/** Tells of something besides. Where that gets nowhere there is nobody to tell, and the work goes on. */
export function tell(message: Text, stderr: Sink = 2): void {
  try {
    say(stderr, message.toString());
  } catch {
    // The exit status says what it can.
  }
}

/** The exit status without output: as after SIGPIPE when somebody has seen enough; else it is worth a word. */
export function endOf({ cause }: OutputError, who: Text, stderr?: Sink): number {
  if ((cause as { code?: string }).code === 'EPIPE') return EXIT_SIGPIPE;
  tell(text`${who}: output: ${sentence(reasonOf(cause))}.\n`, stderr);
  return 1;
}
