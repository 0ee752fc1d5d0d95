// Holds back signals while a commit runs.
import { tell } from './output.ts';
import { text, type Text } from './text.ts';

/** The signals that end a process, with the numbers that a shell adds to 128. */
const ENDING = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Counts the signals that would end this process, from the constructor to `end`, instead of ending it. */
export class Signals {
  /** The number of signals so far. */
  count = 0;
  /** The exit status for the first signal; 0 without a signal. */
  status = 0;
  private readonly listeners = Object.entries(ENDING).map(([name, number]) => ({
    name: name as keyof typeof ENDING,
    listen: () => this.receive(number),
  }));
  private readonly notice: Text;

  /** @param notice Printed at the first signal. */
  constructor(notice: Text) {
    this.notice = notice;
    for (const { name, listen } of this.listeners) process.on(name, listen);
  }

  private receive(number: number): void {
    this.count++;
    this.status ||= 128 + number;
    if (this.count === 1) tell(text`wasi9p: ${this.notice}\n`);
  }

  end(): void {
    for (const { name, listen } of this.listeners) process.off(name, listen);
  }
}
