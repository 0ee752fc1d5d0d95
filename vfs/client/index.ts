// What other layers may import of the client.
export { AtCalls } from './at.ts';
export { Client } from './client.ts';
export type { Transport } from '../transport/transport.ts';
export { Iov } from '../lib/iov.ts';
export * from './rare-messages.ts';
