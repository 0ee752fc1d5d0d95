// Holds back signals while a commit runs.
import { tell } from './output.ts';
import { text, type Text } from './text.ts';

/** Those that end a process, and the numbers that a shell adds to 128. */
const ENDING = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Holds the signals that would end this process, from now on until `end`. */
export class Signals {
  /** How many there were. */
  count = 0;
  /** The exit status that the first one asks for; 0 for none. */
  status = 0;
  private readonly listeners = Object.entries(ENDING).map(([name, number]) => ({
    name: name as keyof typeof ENDING,
    listen: () => this.came(number),
  }));
  private readonly notice: Text;

  /** @param notice What is told at the first. */
  constructor(notice: Text) {
    this.notice = notice;
    for (const { name, listen } of this.listeners) process.on(name, listen);
  }

  private came(number: number): void {
    this.count++;
    this.status ||= 128 + number;
    if (this.count === 1) tell(text`wasi9p: ${this.notice}\n`);
  }

  end(): void {
    for (const { name, listen } of this.listeners) process.off(name, listen);
  }
}
