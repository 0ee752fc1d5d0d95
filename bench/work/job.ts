// The interface of a job: a real program, its arguments, its input files and its expected output.
import { textOf, type Ended, type ProgramHost } from './program-host.ts';

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
  fill(host: ProgramHost): void;
  /** Runs the program to its end. This is timed. */
  run(host: ProgramHost): void | Promise<void>;
  /**
   * Returns the result of the run as text, which is the same on every host.
   * @throws Error if the result is wrong.
   */
  result(host: ProgramHost): string;
}

/** @throws Error with `message` if the condition is false. */
export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** @throws Error with the last lines of output, if a program's exit status is not 0. */
export function expectSuccess({ code, stdout, stderr }: Ended): void {
  const said = [stdout, stderr].flatMap((bytes) => textOf(bytes).trim().split('\n').slice(-1));
  expect(code === 0, `status ${code}: ${said.filter((line) => line !== '').join(' ')}`);
}
