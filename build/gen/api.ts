// The public functions and their parameters: the rows that the functions check, with the meaning of each.
import { FILES } from './calls/files.ts';
import { GUESTS } from './calls/guests.ts';
import { SERVERS } from './calls/servers.ts';
import { STORES } from './calls/stores.ts';
import { TESTS } from './calls/tests.ts';
import { TRACES } from './calls/traces.ts';
import type { Call } from './calls/call.ts';

export const API: readonly Call[] = [...GUESTS, ...SERVERS, ...STORES, ...FILES, ...TRACES, ...TESTS];
