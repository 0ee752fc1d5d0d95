// The 9P2000.L server of one backend. Runs in a browser; never imports the client.
import type { Backend } from '../backend/backend.ts';
import type { Inode } from '../backend/inode.ts';
import { DISPOSE } from '../lib/dispose.ts';
import { E, errnoOf } from '../linux/errno.ts';
import { BACKEND, check, checkOptions, type RowsOf } from '../lib/options.ts';
import { ReclaimQueue } from './reclaim.ts';
import { Session } from './session.ts';

/** The defaults of both. */
export const MSIZE = 8 << 20;
export const MAX_FIDS = 1 << 18;

/** What a server may hold; a session that asks for more gets EMFILE. */
export interface ServerOptions {
  /** Longest message in bytes that it agrees to, payload included. Default 8 MiB. */
  msize?: number;
  /** Fids of one session. Default 262,144. */
  maxFids?: number;
}

export const SERVER_OPTIONS = { msize: 'number', maxFids: 'number' } satisfies RowsOf<ServerOptions>;

/** What is alive on a server, as `inspect()` counts it. All are 0 when nothing is attached and nothing waits. */
export interface Inspection {
  /** Connections. */
  sessions: number;
  /** Fids of all sessions; an attached client holds one for the root. */
  fids: number;
  /** Inodes that those fids name. */
  inodes: number;
  /** Inodes that have no name any more and live only because of a fid. */
  orphans: number;
  /** Inodes without name and fid that wait in the reclaim queue. */
  reclaiming: number;
  /** Bytes of data that the orphans and the waiting inodes hold. */
  bytes: number;
}

/** A 9P2000.L server over one backend. Any number of sessions share its files. */
export class Server {
  readonly backend: Backend;
  readonly msize: number;
  readonly maxFids: number;
  readonly reclaim: ReclaimQueue;
  /** Those that are connected; a view of another server has that one's (backend/readonly/server.ts). */
  readonly sessions: Set<Session> = new Set();
  /** Called when an inode loses its last name while fids still hold it. For traces. */
  onOrphan: ((inode: Inode) => void) | null = null;
  /** Called with what a backend threw that has no errno of its own (the client sees EIO). For traces. */
  onFault: ((thrown: unknown) => void) | null = null;

  /** @throws TypeError for what is no backend, and for options that cannot be. */
  constructor(backend: Backend, options: ServerOptions = {}) {
    check(backend, BACKEND, 'backend');
    const { msize = MSIZE, maxFids = MAX_FIDS } = checkOptions(options, SERVER_OPTIONS);
    this.backend = backend;
    this.msize = msize;
    this.maxFids = maxFids;
    this.reclaim = new ReclaimQueue(backend);
  }

  /** A new connection, as accept(2) would give: its first message must be Tversion. */
  connect(): Session {
    const session = new Session(this);
    this.sessions.add(session);
    return session;
  }

  /** Called by a session that has ended; with the last one the queue is emptied. */
  disconnected(session: Session): void {
    this.sessions.delete(session);
    if (this.sessions.size === 0) this.sync();
  }

  /** The errno of what a backend threw. */
  errnoOf(thrown: unknown): number {
    const errno = errnoOf(thrown);
    if (errno === E.EIO) this.onFault?.(thrown);
    return errno;
  }

  /** Frees whatever waits to be reclaimed. */
  sync(): void {
    if (this.reclaim.length > 0) this.reclaim.drain();
  }

  /**
   * Ends all sessions, so that everything that they held is let go, and frees what waits. The backend stays open: it is
   * its maker's to close. New connections can be made.
   */
  close(): void {
    for (const session of [...this.sessions]) session.close();
    this.sync();
  }

  [DISPOSE](): void {
    this.close();
  }

  /** Counts what is alive. It goes through all fids and changes nothing. */
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
