// The 9P2000.L server of one backend, with a handler for every message.
import { allocate } from './allocate.ts';
import { GuestServer } from './guest-server.ts';
import { HANDLERS } from './handlers/index.ts';
import type { Session } from './session.ts';

/**
 * A 9P2000.L server of one backend. Any number of sessions share its files; each request is answered before the next
 * one is taken, whichever session sent it. The server does not own the backend.
 */
export class Server extends GuestServer {
  /** @internal */
  override handlers = HANDLERS;

  /** @internal */
  override connected(session: Session): void {
    super.connected(session);
    session.allocate = (fid, offset, length) => allocate(session, fid, offset, length);
  }
}

export * from './guest-server.ts';
