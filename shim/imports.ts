import { clockCalls } from './calls/clock.ts';
import { fdCalls } from './calls/fd.ts';
import { ioCalls } from './calls/io.ts';
import { pathCalls } from './calls/path.ts';
import { pollCalls } from './calls/poll.ts';
import { processCalls } from './calls/process.ts';
import type { Guest } from './guest.ts';
import { longCalls } from './halves.ts';

/** The 46 functions of wasi_snapshot_preview1 for one guest. */
export function importsOf(guest: Guest) {
  const calls = {
    ...processCalls(guest),
    ...clockCalls(guest),
    ...fdCalls(guest),
    ...ioCalls(guest),
    ...pathCalls(guest),
    ...pollCalls(guest),
  };
  return { ...calls, ...longCalls(calls) };
}

/** What `wasiImport` is. */
export type Imports = ReturnType<typeof importsOf>;
