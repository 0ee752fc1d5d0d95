// Assembles the import object of wasi_snapshot_preview1: the functions of calls/, an optional tracer, and the gate.
import { clockCalls } from './calls/clock.ts';
import { fdCalls } from './calls/fd.ts';
import { ioCalls } from './calls/io.ts';
import { pathCalls } from './calls/path.ts';
import { pollCalls } from './calls/poll.ts';
import { processCalls } from './calls/process.ts';
import type { Tracer } from './tracer.ts';
import type { Guest } from './process/guest.ts';
import { gate } from './gate/gate.ts';
import type { Calls, Imports } from './gate/parameters.gen.ts';

export type { Calls, Imports };

/** Returns the 46 functions of wasi_snapshot_preview1 for one guest, wrapped by a tracer if there is one. */
export function importsOf(guest: Guest, trace?: Pick<Tracer, 'wrap'>): Imports {
  const calls = callsOf(guest);
  return gate(trace ? trace.wrap(calls, guest) : calls, guest.memory) as never;
}

function callsOf(guest: Guest): Calls {
  return {
    ...processCalls(guest),
    ...clockCalls(guest),
    ...fdCalls(guest),
    ...ioCalls(guest),
    ...pathCalls(guest),
    ...pollCalls(guest),
  };
}
