export { AtCalls } from './at.ts';
export { Client } from './client.ts';
export type { Transport } from '../transport/transport.ts';
export { Iov } from '../iov.ts';
export * from './seldom.ts';
