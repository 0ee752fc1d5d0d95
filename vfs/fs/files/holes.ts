// Access to the extents of an open file, where its backend is in this process.
import { Extents } from '../../backend/extents.ts';
import type { Client } from '../../client/client.ts';
import { insideOf } from '../../connect/inside.ts';

/**
 * The data extents of an open file up to `size`, from its backend, since 9P has no message for them. Null if the
 * backend is not in this process.
 */
export function extentsOf(client: Client, fid: number, size: number): Extents | null {
  const inside = insideOf(client, fid);
  return inside === null ? null : new Extents(inside.backend, inside.inode, inside.handle, 0, size);
}
