// The 9P2000.L server of one backend, without the messages that no WASI call needs. Runs in a browser; never imports the
// client.
import type { Backend } from '../backend/backend.ts';
import type { Inode } from '../backend/inode.ts';
import { DISPOSE } from '../lib/dispose.ts';
import { E, errnoOf } from '../linux/errno.ts';
import { BACKEND, checkKind, checkOptions, type RowsOf } from '../lib/options.ts';
import { InProcess } from '../transport/in-process.ts';
import type { Attachable, Transport } from '../transport/transport.ts';
import { GUEST_HANDLERS, type Handlers } from './handlers/guest.ts';
import type { ServerObserver } from './observer.ts';
import { ReclaimQueue } from './reclaim.ts';
import { Session } from './session.ts';

/** Defaults of ServerOptions. */
export const MSIZE = 8 << 20;
export const MAX_FIDS = 1 << 18;

/** Limits of a server. */
export interface ServerOptions {
  /** Longest message in bytes, payload included; Tversion agrees on the smaller msize of both sides. Default 8 MiB. */
  msize?: number;
  /** Fids of one session; one more is EMFILE. Default 262,144. */
  maxFids?: number;
}

export const SERVER_OPTIONS = { msize: 'number', maxFids: 'number' } satisfies RowsOf<ServerOptions>;

/** Counts of live objects on a server. All are 0 when no client is attached and the reclaim queue is empty. */
export interface Inspection {
  /** Connections. */
  sessions: number;
  /** Fids of all sessions; an attached client holds one for the root. */
  fids: number;
  /** Inodes that those fids are on. */
  inodes: number;
  /** Inodes without a name that a fid keeps alive. */
  orphans: number;
  /** Inodes in the reclaim queue. */
  reclaiming: number;
  /** Bytes of data of the orphans and of the inodes in the queue. */
  bytes: number;
}

/**
 * A 9P2000.L server of one backend for WASI programs in the same process. Any number of sessions share its files; each
 * request is answered before the next one is taken, whichever session sent it. The server does not own the backend.
 *
 * It answers the messages that WASI calls need. The others, such as those of record locks and extended attributes, are
 * ENOTSUP: they are served by the `Server` of `wasi9p/server`, by every `Connection`, and by the server of a backend that
 * `wasi9p` or `wasi9p/fs` uses.
 */
export class GuestServer implements Attachable {
  readonly backend: Backend;
  readonly msize: number;
  readonly maxFids: number;
  /** @internal */
  readonly reclaim: ReclaimQueue;
  /** Open connections, those of views included. @internal */
  readonly sessions: Set<Session>;
  /** Called when something happens on the server. The caller that adds an observer deletes it. `close` empties the set. */
  readonly observers: Set<ServerObserver>;
  /** The server with which a view shares the above. @internal */
  readonly base: GuestServer;
  /** The handlers of the sessions that begin. @internal */
  handlers: Handlers = GUEST_HANDLERS;

  /**
   * @param base For a view (Backend.viewOf) the server of its backend. Default: none.
   * @throws TypeError if `backend` is not a backend or an option is invalid.
   */
  constructor(backend: Backend, options: ServerOptions = {}, base?: GuestServer) {
    checkKind(backend, BACKEND, 'backend');
    const { msize = MSIZE, maxFids = MAX_FIDS } = checkOptions(options, SERVER_OPTIONS);
    this.backend = backend;
    this.msize = msize;
    this.maxFids = maxFids;
    this.base = base ?? this;
    this.sessions = base?.sessions ?? new Set();
    this.observers = base?.observers ?? new Set();
    this.reclaim = base?.reclaim ?? new ReclaimQueue(backend, this.observers);
  }

  /** Opens a session for a client in the same process. For a wire there is `Connection`. */
  connect(): Transport {
    return new InProcess(new Session(this), this.msize);
  }

  /** Called by a session that begins. @internal */
  connected(session: Session): void {
    this.sessions.add(session);
  }

  /** Called by a session that has ended. The last one drains the reclaim queue, and the backend writes back. @internal */
  disconnected(session: Session): void {
    this.sessions.delete(session);
    if (this.sessions.size > 0) return;
    this.sync();
    try {
      this.backend.flush?.();
    } catch (thrown) {
      this.errnoOf(thrown);
    }
  }

  /** Maps an error that a backend threw to its errno. @internal */
  errnoOf(thrown: unknown): number {
    const errno = errnoOf(thrown);
    if (errno === E.EIO) for (const observer of this.observers) observer.fault?.(thrown);
    return errno;
  }

  /** Drains the reclaim queue. */
  sync(): void {
    if (this.reclaim.length > 0) this.reclaim.drain();
  }

  /**
   * Ends all sessions, which frees their fids, handles and locks, and drains the reclaim queue; the server of a view
   * ends its own only. The backend stays open: its creator closes it. New connections are still possible.
   */
  close(): void {
    const isBase = this.base === this;
    for (const session of [...this.sessions]) if (isBase || session.server === this) session.close();
    this.sync();
    if (isBase) this.observers.clear();
  }

  [DISPOSE](): void {
    this.close();
  }

  /** Counts live objects, in time proportional to the number of fids. */
  inspect(): Inspection {
    const inodes = new Set<Inode>();
    let fids = 0;
    for (const session of this.sessions) {
      for (const fid of session.fids.all()) {
        fids++;
        inodes.add(fid.inode);
      }
    }
    let orphans = 0;
    let bytes = 0;
    for (const inode of inodes) {
      if (this.backend.nlink(inode) !== 0) continue;
      orphans++;
      bytes += this.backend.size(inode);
    }
    for (const inode of this.reclaim.pending()) bytes += this.backend.size(inode);
    return {
      sessions: this.sessions.size,
      fids,
      inodes: inodes.size,
      orphans,
      reclaiming: this.reclaim.length,
      bytes,
    };
  }
}
