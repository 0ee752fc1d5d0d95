// The trees that a connection may attach to, by name: the aname of Tattach chooses one.
import { E } from '../linux/errno.ts';
import type { GuestServer } from './guest-server.ts';
import { attach } from './handlers/session.ts';
import type { Request } from './request.ts';
import type { Session } from './session.ts';

/** Finds the server of an aname. */
export interface Exports {
  /** The server of a name as Tattach has it; undefined if the name is not exported. */
  find(aname: string): GuestServer | undefined;
}

/** The exports of the sessions that have more than their own server. Only Tattach asks. */
const exportsOf = new WeakMap<Session, Exports>();

/** Lets the Tattach of a session choose among exports. */
export function giveExports(session: Session, exports: Exports): void {
  exportsOf.set(session, exports);
}

/**
 * As `attach`, to the export of this name. EPERM: an afid, or a name that is not exported; EBUSY: the session has fids
 * on another export, since a session is of one tree; then as `attach`.
 */
export function attachExport(request: Request): number {
  const { session, t } = request;
  const exports = exportsOf.get(session);
  if (exports === undefined) return attach(request);
  const server = exports.find(t.aname);
  if (server === undefined) return E.EPERM;
  if (server !== session.server) {
    if (session.fids.size > 0) return E.EBUSY;
    session.server.disconnected(session);
    session.server = server;
    server.connected(session);
  }
  // The root of the export.
  t.aname = '';
  return attach(request);
}
