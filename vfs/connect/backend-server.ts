// The server of a backend that answers every message.
import type { Backend } from '../backend/backend.ts';
import { HANDLERS } from '../server/handlers/index.ts';
import { Server } from '../server/server.ts';
import { guestServerFor } from './attachment.ts';

/** The server of a backend: always the same one. */
export function serverForBackend(backend: Backend): Server {
  const server = guestServerFor(backend, Server);
  // `wasi9p/core` may have made it.
  server.handlers = HANDLERS;
  return server;
}
