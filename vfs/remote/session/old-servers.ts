// Servers without Trenameat and Tunlinkat, such as diod 1.0.24: the same by Trename and Tremove, on a fid of the file.
import { QTDIR } from '../../9p/constants.ts';
import type { Client } from '../../client/client.ts';
import { remove, rename } from '../../client/rare-messages.ts';
import { AT_REMOVEDIR } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';

/** Requests on names, which are made by fid once the server has refused Trenameat or Tunlinkat. */
export class NameRequests {
  private isOld = false;

  /**
   * @param byName Sends the request by name. Returns 0 or an errno.
   * @param byFid The same by fid.
   */
  send(byName: () => number, byFid: () => number): number {
    let errno = this.isOld ? E.ENOTSUP : byName();
    if (!isUnknown(errno)) return errno;
    errno = byFid();
    // A server that knows neither can change no name.
    this.isOld ||= !isUnknown(errno);
    return errno;
  }
}

/** True if a server has refused a request because it does not know its type. */
export function isUnknown(errno: number): boolean {
  return errno === E.ENOTSUP || errno === E.ENOSYS;
}

/** Renames by Trename. Returns 0 or an errno. */
export function renameByFid(client: Client, oldDir: number, oldName: string, newDir: number, newName: string): number {
  const fid = client.walk(oldDir, [oldName], 0, 1);
  if (fid < 0) return -fid;
  const errno = rename(client, fid, newDir, newName);
  client.clunk(fid);
  return errno;
}

/** Removes by Tremove, a directory if `flags` has AT_REMOVEDIR. Returns 0 or an errno. */
export function removeByFid(client: Client, dir: number, name: string, flags: number): number {
  const fid = client.walk(dir, [name], 0, 1);
  if (fid < 0) return -fid;
  const isDir = client.r.wqid_type[0] === QTDIR;
  const wantsDir = (flags & AT_REMOVEDIR) !== 0;
  if (isDir === wantsDir) return remove(client, fid);
  client.clunk(fid);
  return isDir ? E.EISDIR : E.ENOTDIR;
}
