// The public entry `wasi9p/serve`: servers for clients outside of this program.
export { Service, type Exported } from './service.ts';
export type { Attached } from './carrier.ts';
export type { Reply } from './call-carrier.ts';
export type { ServiceOptions } from './limits.ts';
export type { WireObserver } from '../server/connection.ts';
export type { ByteStream } from './stream-carrier.ts';
export type { Port } from './port-carrier.ts';
export type { Accepting } from './port-listener.ts';
export type { WebSocketLike } from './web-socket-carrier.ts';
