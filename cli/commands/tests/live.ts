// The line at the bottom of a terminal while tests run: the counts, and a test that is running.
import type { Reporter } from '../../../runner/index.ts';

/** Characters of a name that are shown. */
const WIDTH = 50;

/** Draws a status line on a terminal, and clears it around each text that is written there. */
export class LiveLine implements Reporter {
  private readonly draw: (text: string) => void;
  private readonly now = new Set<string>();
  private total = 0;
  private done = 0;
  private failed = 0;

  /** @param draw Replaces the line on the terminal. */
  constructor(draw: (text: string) => void) {
    this.draw = draw;
  }

  start(tests: readonly unknown[]): void {
    this.total = tests.length;
    this.show();
  }

  running(name: string): void {
    this.now.add(name);
    this.show();
  }

  result({ name, status }: { name: string; status: string }): void {
    this.now.delete(name);
    this.done++;
    if (status === 'fail' || status === 'xpass') this.failed++;
    this.show();
  }

  end(): void {
    this.draw('');
  }

  /** Clears the line, writes, and draws the line again. */
  around(write: () => void): void {
    this.draw('');
    write();
    if (this.done < this.total) this.show();
  }

  private show(): void {
    const [name = ''] = this.now;
    const shown = name.slice(-WIDTH);
    const failures = this.failed > 0 ? `, ${this.failed} failed` : '';
    this.draw(`${this.done}/${this.total}${failures}${shown === '' ? '' : `  ${shown}`}`);
  }
}
