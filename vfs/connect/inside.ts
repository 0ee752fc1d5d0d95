// Reaches the backend behind a fid of a server in this process, for facts that 9P has no message for.
import type { Backend } from '../backend/backend.ts';
import type { Inode } from '../backend/inode.ts';
import type { Client } from '../client/client.ts';
import type { GuestServer } from '../server/guest-server.ts';
import type { Session } from '../server/session.ts';

/** The server's side of a fid. */
export interface Inside {
  readonly server: GuestServer;
  readonly backend: Backend;
  readonly inode: Inode;
  /** The backend's handle, if the fid is open. */
  readonly handle: number;
}

/** Returns the server's side of a fid; null if the server is not in this process. */
export function insideOf(client: Client, fid: number): Inside | null {
  const session = client.transport.peer as Partial<Session> | null | undefined;
  const found = session?.fids?.get(fid);
  if (found === undefined) return null;
  const server = session!.server!;
  return { server, backend: server.backend, inode: found.inode, handle: found.handle };
}
