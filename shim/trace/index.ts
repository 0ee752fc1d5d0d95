// The published module wasi9p/trace: listeners to the calls of a guest and to its 9P messages.
export { strace, type StraceOptions } from './strace.ts';
export { callStats, type CallStats, type CallCount } from './stats.ts';
export { capture } from './capture.ts';
export { together } from './together.ts';
export { wireCapture, wireStats, wireTrace, type WireStats } from './wire.ts';
export type { TracedGuest, Tracer } from '../preview1/tracer.ts';
