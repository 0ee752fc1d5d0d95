// One measurement: one workload on one host, in a process of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TMPFS, type Column } from './columns.ts';
import type { Program } from '../program.ts';
import type { Row } from './rows.ts';

const NATIVE_WARM_UP = 0.02;

/** The time limits of a cell. */
export interface Limits {
  /** CPU time before a measurement, seconds, so that hot code is compiled; the native program needs next to none. */
  warmUp: number;
  /** CPU time a measurement should have, seconds. */
  target: number;
  /** CPU time after which one is broken off, seconds. */
  cap: number;
  /** Real time after which the process is ended, seconds. */
  wall: number;
}

/** The result of a process, or the reason of its failure. */
export type Sample =
  | { ns: number; complete: boolean; seconds: number; error?: undefined }
  | { error: string; seconds: number };

/** Runs a cell. `ns` is the CPU time of an operation; `complete` is false if it would have grown further. */
export function runCell(column: Column, row: Row, program: Program, limits: Limits): Sample {
  const where = mkdtempSync(join(existsSync(TMPFS) ? TMPFS : tmpdir(), 'wasi9p-bench-'));
  const start = performance.now();
  try {
    const [command = '', ...args] = commandOf(column, row, program, limits, where);
    const ran = spawnSync(command, args, { encoding: 'utf8', timeout: 1000 * limits.wall, killSignal: 'SIGKILL' });
    const seconds = (performance.now() - start) / 1000;
    if (ran.signal === 'SIGKILL') return { error: `not done after ${limits.wall} s`, seconds };
    return { ...parse(ran.stdout, ran.stderr), seconds };
  } finally {
    rmSync(where, { recursive: true, force: true });
  }
}

function commandOf(column: Column, row: Row, program: Program, limits: Limits, where: string) {
  const warmUp = column.kind === 'native' ? Math.min(NATIVE_WARM_UP, limits.warmUp) : limits.warmUp;
  const times = [warmUp, limits.target, limits.cap].map((seconds) => String(Math.round(1e6 * seconds)));
  const last = [...times, ...(row.size === undefined ? [] : [String(row.size)])];
  if (column.script === null) return [program.native!, row.workload, where, ...last];
  return [...column.runtime, column.script, program.wasm, where, row.workload, ...last];
}

function parse(stdout: string, stderr: string): { ns: number; complete: boolean } | { error: string } {
  const [, ops, us, complete] = /^ok (\d+) (\d+) ([01])$/m.exec(stdout) ?? [];
  if (ops !== undefined) return { ns: (1000 * Number(us)) / Number(ops), complete: complete === '1' };
  const message = /^error (.*)$/m.exec(stdout)?.[1];
  return { error: message ?? /^.*Error\b.*$/m.exec(stderr)?.[0] ?? (stderr.trim() || 'it printed nothing') };
}
