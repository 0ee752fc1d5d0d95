// The server of a read-only view, which shares sessions and the reclaim queue with the server of its backend.
import { Server } from '../../server/server.ts';
import type { ServerObserver } from '../../server/observer.ts';
import type { ReclaimQueue } from '../../server/reclaim.ts';
import type { Session } from '../../server/session.ts';
import type { ReadOnlyBackend } from '../../backends/readonly/backend.ts';

/**
 * The server of a view. A fid of the view keeps the orphans of the base alive, so that both servers share one set of
 * sessions, one reclaim queue and their observers; `inspect()` of either counts both. Requests of the view's sessions go to the view.
 */
export class ViewServer extends Server {
  override readonly sessions: Set<Session>;
  override readonly reclaim: ReclaimQueue;
  override readonly observers: Set<ServerObserver>;

  constructor(view: ReadOnlyBackend, base: Server) {
    super(view, { msize: base.msize, maxFids: base.maxFids });
    this.sessions = base.sessions;
    this.reclaim = base.reclaim;
    this.observers = base.observers;
  }

  /** Ends the sessions of the view only, and drains the queue. */
  override close(): void {
    for (const session of [...this.sessions]) if (session.server === this) session.close();
    this.sync();
  }
}
