// The progress line of a long copy, on a terminal only.

/** Milliseconds before the first output. */
const FIRST_DELAY_MS = 1000;
const INTERVAL_MS = 200;

/** A progress line on a terminal, erased at the end. */
export class Progress {
  private readonly write: ((text: string) => void) | null;
  private readonly now: () => number;
  private next: number;
  private width = 0;

  /** @param write Null if stderr is not a terminal. */
  constructor(write: ((text: string) => void) | null, now: () => number = () => performance.now()) {
    this.write = write;
    this.now = now;
    this.next = now() + FIRST_DELAY_MS;
  }

  /** Shows a text, at a limited rate. */
  tell(text: () => string): void {
    if (this.write === null) return;
    const now = this.now();
    if (now < this.next) return;
    this.next = now + INTERVAL_MS;
    this.show(text());
  }

  private show(text: string): void {
    this.write?.(`\r${text.padEnd(this.width)}`);
    this.width = text.length;
  }

  /** Erases the line, before an error message and at the end. */
  clear(): void {
    if (this.width === 0) return;
    this.show('');
    this.write?.('\r');
    this.width = 0;
  }
}

/** Formats a number of bytes: `1.5 MB`. */
export function sizeText(bytes: number): string {
  let [value, unit] = [bytes, 'B'];
  for (const next of ['kB', 'MB', 'GB', 'TB']) {
    if (value < 1000) break;
    value /= 1000;
    unit = next;
  }
  return `${unit === 'B' || value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}
