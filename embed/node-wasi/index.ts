/**
 * `node:wasi` on wasi9p: the same class with the same options, methods and errors, for runtimes and bundlers that take
 * one module in place of another. In Node, `wasi9p/register` does that.
 * @module
 */
import { WASI, type NodeWASIOptions } from './wasi.ts';

/** The exports of node:wasi as one object. */
const exported: { WASI: typeof WASI } = { WASI };

export { WASI, type NodeWASIOptions, exported as default };
