/**
 * Programs with threads (wasi-threads): those that import a shared memory and `wasi.thread-spawn`, as `wasm32-wasip1-threads`
 * makes them. In Node, Deno, Bun, and pages that are cross-origin isolated.
 * @module
 */
export { ThreadedWASI, type ThreadedWASIOptions } from './threaded-wasi.ts';
export { threadScript } from './script.ts';
export type { AnyWorker } from './any-worker.ts';
