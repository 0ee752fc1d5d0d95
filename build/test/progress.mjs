// Prints a run of tests: a line for each file as it ends, the running files on a terminal, the skipped tests at the end.

/** @typedef {import('./judge.mjs').Result} Result */

/** The state of a run of `total` files. */
export class Progress {
  /** @param {number} total @param {{ write(text: string): unknown, isTTY?: boolean }} [out] @param {() => number} [clock] milliseconds */
  constructor(total, out = process.stdout, clock = () => performance.now()) {
    this.total = total;
    this.out = out;
    this.clock = clock;
    this.done = 0;
    this.start = clock();
    /** Running files, with the times at which they began. @type {Map<string, number>} */
    this.running = new Map();
    this.timer = out.isTTY ? setInterval(() => this.status(), 1000) : undefined;
  }

  /** @param {string} file */
  begin(file) {
    this.running.set(file, this.clock());
    this.status();
  }

  /** @param {string} file @param {Result} result @param {string} output */
  finish(file, result, output) {
    const seconds = ((this.clock() - (this.running.get(file) ?? this.start)) / 1000).toFixed(1);
    this.running.delete(file);
    this.done++;
    const count = `${String(this.done).padStart(String(this.total).length)}/${this.total}`;
    const skipped = result.skipped ? `, ${result.skipped} skipped` : '';
    const isEmpty = result.passed + result.skipped + result.failed === 0;
    if (result.failed) this.print(`FAIL ${count} ${file}: ${result.why} (${seconds} s)\n${output.trimEnd()}\n\n`);
    else if (!isEmpty)
      this.print(`ok   ${count} ${file}: ${result.passed}${skipped} (${seconds} s of ${this.elapsed()})\n`);
    this.status();
  }

  end() {
    clearInterval(this.timer);
    this.print('');
  }

  elapsed() {
    return `${((this.clock() - this.start) / 1000).toFixed(0)} s`;
  }

  /** Writes lines over the status line. @param {string} text */
  print(text) {
    const erase = this.out.isTTY ? '\r\x1b[K' : '';
    if (erase || text) this.out.write(`${erase}${text}`);
  }

  /** Shows the running files on a terminal, with the seconds of each. */
  status() {
    if (!this.out.isTTY) return;
    const now = this.clock();
    const files = Array.from(this.running, ([file, begun]) => `${file} ${((now - begun) / 1000).toFixed(0)} s`);
    this.print(`${this.done}/${this.total} ${this.elapsed()}: ${files.join(', ')}`);
  }
}

/** Prints each skipped test, by reason. @param {{ file: string, title: string, reason: string }[]} skips */
export function printSkips(skips, print = console.log) {
  const reasons = new Set(skips.map(({ reason }) => reason));
  for (const reason of reasons) {
    print(`skipped: ${reason}`);
    for (const skip of skips) if (skip.reason === reason) print(`  ${skip.file}: ${skip.title}`);
  }
}
