// One cell: one job on one host, in a process of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Sample } from '../calls/cell.ts';
import { TMPFS, type Column } from '../calls/columns.ts';
import type { Job } from './job.ts';

/** Real time after which a process is ended, seconds. */
const WALL = 600;

/** The time that a process measured, and the hash of its output. */
export interface Outcome {
  sample: Sample;
  hash?: string;
}

/** The child's output. */
type Report = { us: number; hash: string; error?: undefined } | { error: string };

export function runJob(job: Job, column: Column, quick: boolean): Outcome {
  const where = mkdtempSync(join(existsSync(TMPFS) ? TMPFS : tmpdir(), 'wasi9p-work-'));
  const start = performance.now();
  try {
    const [command = '', ...args] = commandOf(job, column, where, quick);
    const ran = spawnSync(command, args, { encoding: 'utf8', timeout: 1000 * WALL, killSignal: 'SIGKILL' });
    const seconds = (performance.now() - start) / 1000;
    const report = parse(ran.stdout) ?? { error: why(ran.signal, ran.stderr) };
    if (report.error !== undefined) return { sample: { error: report.error, seconds } };
    return { sample: { ns: 1000 * report.us, complete: true, seconds }, hash: report.hash };
  } finally {
    rmSync(where, { recursive: true, force: true });
  }
}

function commandOf(job: Job, column: Column, where: string, quick: boolean): string[] {
  const host = column.key.split('@')[0]!;
  const flags = column.kind === 'node' ? (job.node?.args ?? []) : [];
  // build.mjs bundles the child beside the script that runs.
  const child = join(dirname(process.argv[1]!), 'work/child.mjs');
  return [...column.runtime, ...flags, child, job.key, host, where, ...(quick ? ['quick'] : [])];
}

function parse(stdout: string): Report | undefined {
  const line = stdout.split('\n').findLast((line) => line.startsWith('{'));
  return line === undefined ? undefined : (JSON.parse(line) as Report);
}

function why(signal: string | null, stderr: string): string {
  if (signal !== null) return `the process ended by ${signal}`;
  return /^.*Error\b.*$/m.exec(stderr)?.[0] ?? 'it printed nothing';
}
