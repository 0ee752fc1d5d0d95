// The server of a read-only view, which shares sessions and the reclaim queue with the server of its backend.
import { Server } from '../../server/server.ts';
import type { ReclaimQueue } from '../../server/reclaim.ts';
import type { Session } from '../../server/session.ts';
import type { ReadOnlyBackend } from '../../backends/readonly/backend.ts';

/**
 * The server of a view. An orphan that a fid of the view keeps alive is the base's, too: so both servers have the same
 * sessions, whichever counts them, and free from one queue. A view's fids are refused what the view refuses.
 */
export class ViewServer extends Server {
  override readonly sessions: Set<Session>;
  override readonly reclaim: ReclaimQueue;

  constructor(view: ReadOnlyBackend, base: Server) {
    super(view, { msize: base.msize, maxFids: base.maxFids });
    this.sessions = base.sessions;
    this.reclaim = base.reclaim;
  }

  /** Ends the sessions of the view, not those of its base. */
  override close(): void {
    for (const session of [...this.sessions]) if (session.server === this) session.close();
    this.sync();
  }
}
