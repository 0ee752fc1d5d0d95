// The exports of the client to other layers.
export { AtCalls } from './at/at-calls.ts';
export { Found } from './at/resolve/found.ts';
export { Client } from './client.ts';
export type { Transport } from '../transport/transport.ts';
export { Iov } from '../lib/iov.ts';
export * from './rare-messages.ts';
