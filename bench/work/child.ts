// The process of one cell: `child.mjs JOB HOST DIRECTORY [quick]` runs one job on one host, and prints the CPU time and
// a hash of the result as a line of JSON. The clock is that of the whole process, so that a host's compiler and
// garbage collector threads count; loading, compiling and making the files do not.
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import process from 'node:process';
import { JOBS } from './jobs.ts';
import type { ProgramHost } from './program-host.ts';

/** Loaded on demand: node:wasi is not in every runtime, and warns. */
const HOST_MAKERS: Record<string, (where: string) => Promise<ProgramHost>> = {
  'node-wasi': async (where) => (await import('./on-node.ts')).onNode(where),
  ram: async () => (await import('./on-ours.ts')).onRam(),
  memfs: async () => (await import('./on-ours.ts')).onMemfs(),
  hostdir: async (where) => (await import('./on-ours.ts')).onHostDir(where),
  'browser-wasi-shim': async () => (await import('./on-browser-shim.ts')).onBrowserShim(),
};

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Returns the message of a thrown value, in one line. */
function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n')[0]!.slice(0, 200);
}

async function cell([key, host = '', where = '', variant]: readonly string[]): Promise<object> {
  const job = JOBS.find((job) => job.key === key)!;
  const ready = await job.load(variant === 'quick');
  const made = await HOST_MAKERS[host]!(where);
  ready.fill(made);
  const before = cpu();
  await ready.run(made);
  const us = cpu() - before;
  return { us, hash: createHash('sha256').update(ready.result(made)).digest('hex') };
}

const report = await cell(process.argv.slice(2)).catch((error: unknown) => ({ error: reason(error) }));
writeSync(1, `${JSON.stringify(report)}\n`);
// A program that a host has left unfinished may keep the process alive.
process.exit();
