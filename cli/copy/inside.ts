// Reaches the backend behind a fid of an in-process server, for attributes that 9P has no message for.
import type { Backend } from '../../vfs/backend/backend.ts';
import type { Inode } from '../../vfs/backend/inode.ts';
import type { Client } from '../../vfs/client/client.ts';
import type { Session } from '../../vfs/server/session.ts';
import { InProcess } from '../../vfs/transport/in-process.ts';

/** The server's side of a fid. */
export interface Inside {
  readonly backend: Backend;
  readonly inode: Inode;
  /** The backend's handle, if the fid is open. */
  readonly handle: number;
}

/** Returns the server's side of a fid; null if the server is not in this process. */
export function insideOf(client: Client, fid: number): Inside | null {
  const { transport } = client as unknown as { readonly transport: unknown };
  if (!(transport instanceof InProcess)) return null;
  const { peer } = transport as unknown as { readonly peer: Session };
  const found = peer.fids.get(fid);
  return found === undefined ? null : { backend: peer.server.backend, inode: found.inode, handle: found.handle };
}
