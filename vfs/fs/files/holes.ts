// Access to the extents of an open file, where its backend is in this process.
import { Extents } from '../../backend/extents.ts';
import type { Client } from '../../client/client.ts';
import type { Session } from '../../server/session.ts';
import type { InProcess } from '../../transport/in-process.ts';

/**
 * The data extents of an open file up to `size`, from its backend, since 9P has no message for them. Null if the
 * backend is not in this process.
 */
export function extentsOf(client: Client, fid: number, size: number): Extents | null {
  const { peer } = client.transport as Partial<InProcess>;
  const session = peer as Partial<Session> | undefined;
  const open = session?.fids?.get(fid);
  return open === undefined ? null : new Extents(session!.server!.backend, open.inode, open.handle, 0, size);
}
