// The checks of bench/program/checks.c, and one of them on one host, in a process of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TMPFS, type Column } from '../calls/columns.ts';
import type { Program } from '../program.ts';

/** A check of the program. */
export interface Check {
  /** As the program's argument names it. */
  readonly name: string;
  /** The behaviour that passes. */
  readonly title: string;
}

/** The program's source, for `compileProgram`. */
export const MAIN = 'checks.c';

const SOURCE = fileURLToPath(new URL(`../program/${MAIN}`, import.meta.url));
const ROW = /^ {4}\{"([^"]+)", "([^"]+)", \w+\},$/gm;
/** Milliseconds after which a check has failed. */
const TIME_LIMIT = 20_000;

/** The checks in the program's own table. */
export function checksOf(): Check[] {
  return Array.from(readFileSync(SOURCE, 'utf8').matchAll(ROW), ([, name = '', title = '']) => ({ name, title }));
}

/** Makes a check on a host in an empty directory. Returns '' if it passes, otherwise the reason. */
export function runCheck({ name }: Check, column: Column, program: Program): string {
  const where = mkdtempSync(join(existsSync(TMPFS) ? TMPFS : tmpdir(), 'wasi9p-check-'));
  try {
    const [command = '', ...args] =
      column.script === null
        ? [program.native!, name, where]
        : [...column.runtime, column.script, program.wasm, where, name];
    const ran = spawnSync(command, args, { encoding: 'utf8', timeout: TIME_LIMIT, killSignal: 'SIGKILL' });
    if (ran.signal === 'SIGKILL') return `not done after ${TIME_LIMIT / 1000} s`;
    return reasonOf(ran.stdout, ran.stderr);
  } finally {
    rmSync(where, { recursive: true, force: true });
  }
}

/** Reads the line that the program reported; without one, the error that ended the process. */
function reasonOf(stdout: string, stderr: string): string {
  if (/^ok /m.test(stdout)) return '';
  const said = /^error (.*)$/m.exec(stdout)?.[1];
  // A line of minified source may precede the error.
  return (
    said ??
    /^[^{}\n]{0,80}(?:Error|panicked)\b.{0,120}$/m.exec(stderr)?.[0]?.trim() ??
    'the process ended without a report'
  );
}
