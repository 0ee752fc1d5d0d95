// The interface of a job: a real program, its arguments, its input files and its expected output.
import { textOf, type Ended, type Place } from './place.ts';

/** A program with its work, as the file that is named after it exports it. */
export interface Job {
  /** As `--only` names it. */
  key: string;
  /** The label of the row. */
  label: string;
  /** The goal: maximum time, as a multiple of node:wasi's. */
  goal: number;
  /** Arguments of Node for node:wasi, and why. */
  node?: { args: readonly string[]; why: string };
  /** Gets the program ready, compiled; `quick` asks for less work. */
  load(quick: boolean): Promise<Ready>;
}

/** A job that is loaded. */
export interface Ready {
  /** Makes the files that the program finds. Not timed. */
  fill(place: Place): void;
  /** Runs the program to its end. This is what is timed. */
  run(place: Place): void | Promise<void>;
  /**
   * What came out, in words, after the run: every host must have the same.
   * @throws Error when it is not what it must be.
   */
  result(place: Place): string;
}

/** @throws Error when a program did not end as it should. */
export function must(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** @throws Error with the last thing it said, when a program's exit status is not 0. */
export function mustSucceed({ code, stdout, stderr }: Ended): void {
  const said = [stdout, stderr].flatMap((bytes) => textOf(bytes).trim().split('\n').slice(-1));
  must(code === 0, `status ${code}: ${said.filter((line) => line !== '').join(' ')}`);
}
