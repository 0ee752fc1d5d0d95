/**
 * `wasi9p/testing`: what the tests of a backend, a transport or a server need, under any test framework. See
 * docs/testing.md.
 * @module
 */
export { conformance } from './conformance/index.ts';
export { readOnlyConformance, type MakeReadOnly } from './conformance/read-only.ts';
export type { ConformanceOptions } from './conformance/run.ts';
export { Kit, type Entry, type Outside, type Stat, type Subject } from './kit.ts';
export { hostStore, memfsStore, ramStore } from './stores.ts';
export { scratch, type Scratch } from './scratch.ts';
export { CheckedBackend, throwError, type Fault } from './checked-backend.ts';
export { FaultyTransport } from './faulty-transport.ts';
export type { Frame } from '../vfs/9p/schema/interpret.ts';
export type { Qid } from '../vfs/9p/schema/types.ts';
export type { Inspection } from '../vfs/server/server.ts';
export { AT_REST, assertAtRest } from './at-rest.ts';
export { RawClient, ROOT as ROOT_FID, Wire, exchange } from './raw-client.ts';
export { TestGuest, ROOT as PREOPEN_FD, OUT, DATA, type GuestEntry, type GuestOptions } from './test-guest.ts';
