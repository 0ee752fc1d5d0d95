// The exports of the transports to other layers: `wasi9p/transport`.
export type { Attachable, Pipelining, Transport } from './transport.ts';
export { FrameTransport } from './frame-transport.ts';
export { ObservedTransport, type TransportObserver } from './observed.ts';
export { Message, TYPE, decode, encode } from '../9p/codec.gen.ts';
export { Packet } from '../9p/packet.ts';
export { printMessage } from '../9p/print.ts';
export { Iov } from '../lib/iov.ts';
