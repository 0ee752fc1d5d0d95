// The calls through libc. In dist/ they are a file of their own, dist/libc.cjs, which is loaded when the first host
// directory is opened: most imports of the package never need them (build/lazy-libc.mjs).
export { libc } from './libc.ts';
export { LibcCalls } from './libc-calls.ts';
export { hasOpenat2 } from './openat2.ts';
