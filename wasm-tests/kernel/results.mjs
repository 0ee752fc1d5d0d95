// The results of the machine's suites: counted, and printed as a person wants to see them.

/** Counts and prints results; those that passed only with `--verbose`. */
export class Results {
  passed = 0;
  failed = 0;
  skipped = 0;
  /** True when the machine has said that it has come to its end. */
  isWhole = false;
  /** The row that runs; '' before the first one and after the last one. */
  row = '';
  inRow = 0;
  begin = performance.now();

  /** @param {boolean} isVerbose */
  constructor(isVerbose) {
    this.isVerbose = isVerbose;
  }

  /** A line of the machine. @param {string} line */
  line(line) {
    const [, kind = '', rest = ''] = /^(ok|not ok|skip|row|\||end) ?(.*)$/.exec(line) ?? [];
    if (kind === 'ok') this.ok(rest, true);
    else if (kind === 'not ok') this.ok(rest, false);
    else if (kind === 'skip') this.skip(rest);
    else if (kind === 'row') this.startRow(rest);
    else if (kind === 'end') this.isWhole = true;
    else console.log(`    ${kind === '|' ? rest : line}`);
  }

  /** @param {string} title @param {boolean} holds @param {string} [why] */
  ok(title, holds, why = '') {
    if (holds) this.passed++;
    else this.failed++;
    if (holds) this.inRow++;
    if (holds && !this.isVerbose) return;
    console.log(`${holds ? 'ok  ' : 'FAIL'} ${this.seconds()} s ${title}${why === '' ? '' : `: ${why}`}`);
  }

  /** @param {string} rest */
  skip(rest) {
    this.skipped++;
    console.log(`skip ${rest}`);
  }

  /** @param {string} row */
  startRow(row) {
    this.endRow();
    this.row = row;
    this.begin = performance.now();
    console.log(`== ${row}`);
  }

  endRow() {
    if (this.row !== '') console.log(`== ${this.row}: ${this.inRow} passed in ${this.seconds()} s`);
    this.row = '';
    this.inRow = 0;
  }

  /** Seconds since the row began. */
  seconds() {
    return Math.round((performance.now() - this.begin) / 1000);
  }

  /** Prints the closing line, and sets the exit status. */
  print() {
    console.log(`${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`);
    process.exitCode = this.failed > 0 ? 1 : 0;
  }
}
