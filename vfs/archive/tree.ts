// Opens a 9P session on a backend, a server or an attachment, for packing and unpacking. Runs in a browser.
import { MAXWELEM } from '../9p/constants.ts';
import { Client } from '../client/client.ts';
import { DirectoryListing } from '../client/directory-listing.ts';
import { entriesOf } from '../client/entries.ts';
import { errnoName } from '../linux/errno.ts';
import { serverForBackend } from '../connect/backend-server.ts';
import { isBackend, type Attachable, type Attachment } from '../connect/attachment.ts';
import { insideOf } from '../connect/inside.ts';
import { mustBe } from '../lib/options.ts';
import type { Backend } from '../backend/backend.ts';
import { Extents } from '../backend/extents.ts';
import { BLOCK, padded } from '../backends/tar/format/size.ts';

/** A file tree: a backend, a server, or an attachment to one. */
export type TreeRoot = Backend | Attachable | Attachment;

/** A private 9P session on a tree. */
export class TreeSession {
  readonly client: Client;

  constructor(server: Attachable) {
    this.client = new Client(server.connect());
    const errno = this.client.attach();
    if (errno === 0) return;
    this.client.close();
    throw new Error(`The 9P server refused the attach (${errnoName(errno)}).`);
  }

  /**
   * Returns the data extents of an opened file, from its backend, since 9P has no message for them: pairs of begin and
   * end offsets in bytes, aligned to blocks except for the end of the file; or −errno.
   */
  extents(fid: number, size: number): number[] | number {
    const { backend, inode, handle } = insideOf(this.client, fid)!;
    const extents = new Extents(backend, inode, handle, 0, size);
    const list: number[] = [];
    while (extents.next()) {
      const begin = extents.start - (extents.start % BLOCK);
      const end = Math.min(size, padded(extents.end));
      if (list.length > 0 && list.at(-1)! >= begin) list[list.length - 1] = end;
      else list.push(begin, end);
    }
    return extents.errno === 0 ? list : -extents.errno;
  }

  close(): void {
    this.client.close();
  }
}

/**
 * Calls `run` with a private session on a tree, and closes the session.
 * @param name The name of the argument, for errors.
 * @throws TypeError if `root` has an unsupported type; Error if the attach is refused; the errors of `run`.
 */
export function inTree<T>(root: TreeRoot, name: string, run: (tree: TreeSession) => T): T {
  const tree = new TreeSession(serverIn(root, name));
  try {
    return run(tree);
  } finally {
    tree.close();
  }
}

/** Duck-typed, since the server of `dist/core.min.js` is another class. */
function serverIn(root: TreeRoot, name: string): Attachable {
  const { server, connect } = (root ?? {}) as Partial<Attachment & Attachable>;
  if (server !== undefined) return server;
  if (connect !== undefined) return root as Attachable;
  if (isBackend(root)) return serverForBackend(root);
  throw mustBe('a backend, a Server or an Attachment', name, root);
}

/** Walks from the root. Returns a fid, not opened; or −errno. */
export function walkTo(client: Client, names: readonly string[]): number {
  let fid = client.root;
  let at = 0;
  do {
    const count = Math.min(MAXWELEM, names.length - at);
    const next = client.walk(fid, names, at, count);
    if (fid !== client.root) client.clunk(fid);
    if (next < 0) return next;
    fid = next;
    at += count;
  } while (at < names.length);
  return fid;
}

/** Returns the sorted names in a directory, without `.` and `..`; or −errno. */
export function namesIn(client: Client, dir: number): string[] | number {
  const entries = entriesOf(DirectoryListing.open({ client, mountTable: null }, dir));
  return typeof entries === 'number' ? -entries : entries.map(({ name }) => name).sort();
}

/** Returns an Error with a sentence about a failed call on a file. */
export function failure(what: string, path: string, errno: number): Error {
  return new Error(`'${path === '' ? '.' : path}' cannot be ${what}: ${errnoName(errno)}.`);
}
