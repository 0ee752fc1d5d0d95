import { Dirent, decodeDirent } from '../../9p/codec.gen.ts';
import { O_DIRECTORY } from '../../9p/constants.ts';
import { Packet } from '../../9p/packet.ts';
import { MAXWELEM, type Client } from '../../client/client.ts';
import { errnoName } from '../../errno.ts';
import { Iov } from '../../iov.ts';
import { Mount, isBackend, serverOfBackend, type Server } from '../../mount.ts';
import type { Backend } from '../backend.ts';

/** A file tree: a backend, a server, or a mount of one. */
export type Place = Backend | Server | Mount;

/** Bytes of one listing. */
const ROOM = 64 << 10;

/**
 * Runs something with a client of a place; one that is attached for it is closed at the end.
 * @throws TypeError for what is no place; what `run` throws.
 */
export function withClient<T>(place: Place, run: (client: Client) => T): T {
  // By what they have: a server of `dist/core.min.js` is of another class.
  const { client, connect } = (place ?? {}) as Partial<Mount & Server>;
  if (client !== undefined) return run(client);
  if (connect === undefined && !isBackend(place)) {
    throw new TypeError('This is no file tree: pass a backend, a Server or a Mount.');
  }
  const mount = new Mount(connect === undefined ? serverOfBackend(place as Backend) : (place as Server));
  try {
    return run(mount.client);
  } finally {
    mount.close();
  }
}

/** A fid on what names from the root lead to, not opened; or −errno. */
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

/** The names in a directory, without `.` and `..`, in an order that depends on nothing else; or −errno. */
export function namesIn(client: Client, dir: number): string[] | number {
  const fid = client.clone(dir);
  if (fid < 0) return fid;
  const errno = client.lopen(fid, O_DIRECTORY);
  const names = errno === 0 ? list(client, fid) : -errno;
  client.clunk(fid);
  return typeof names === 'number' ? names : names.sort();
}

function list(client: Client, fid: number): string[] | number {
  const names: string[] = [];
  const packet = new Packet(ROOM);
  const iov = new Iov();
  iov.single(packet.u8, 0, ROOM);
  const entry = new Dirent();
  let cookie = 0;
  for (;;) {
    const count = client.readdir(fid, cookie, iov);
    if (count <= 0) return count < 0 ? count : names;
    for (let at = 0; at < count;) {
      at = decodeDirent(entry, packet, at, count);
      if (at < 0) return at;
      cookie = entry.cookie_hi * 0x1_0000_0000 + entry.cookie_lo;
      if (entry.name !== '.' && entry.name !== '..') names.push(entry.name);
    }
  }
}

/** The error of a call on a file, for a person. */
export function failure(what: string, path: string, errno: number): Error {
  return new Error(`'${path === '' ? '.' : path}' cannot be ${what}: ${errnoName(errno)}.`);
}
