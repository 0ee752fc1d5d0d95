// Client calls for the messages that no WASI call needs, apart from Client so that a browser does not load them.
import { TYPE } from '../9p/codec.gen.ts';
import { E } from '../linux/errno.ts';
import type { Client } from './client.ts';

// The messages that no WASI call needs: each is sent as the methods of Client send theirs.

/** Removes the file by the name that the fid was walked by, and forgets the fid in any case. */
export function remove(client: Client, fid: number): number {
  client.t.fid = fid;
  const errno = client.call(TYPE.Tremove);
  client.fids.give(fid);
  return errno;
}

/** Makes a regular file, fifo, socket or device: `mode` has its S_IFMT bits (mknod(2)). */
export function mknod(client: Client, dir: number, name: string, mode: number, major: number, minor: number): number {
  const { t } = client;
  t.dfid = dir;
  t.name = name;
  t.mode = mode;
  t.major = major;
  t.minor = minor;
  t.gid = 0;
  return client.call(TYPE.Tmknod);
}

/** Moves the name that the fid was walked by. */
export function rename(client: Client, fid: number, dir: number, name: string): number {
  client.t.fid = fid;
  client.t.dfid = dir;
  client.t.name = name;
  return client.call(TYPE.Trename);
}

/** A fid that reads an extended attribute, of `r.size` bytes; with an empty name the list of names; or −errno. */
export function xattrwalk(client: Client, fid: number, name: string): number {
  const newfid = client.fids.take();
  if (newfid < 0) return -E.EMFILE;
  client.t.fid = fid;
  client.t.newfid = newfid;
  client.t.name = name;
  const errno = client.call(TYPE.Txattrwalk);
  if (errno === 0) return newfid;
  client.fids.give(newfid);
  return -errno;
}

/** Turns the fid into one that takes `size` bytes of an attribute; its clunk sets it. */
export function xattrcreate(client: Client, fid: number, name: string, size: number, flags: number): number {
  client.t.fid = fid;
  client.t.name = name;
  client.t.attr_size = size;
  client.t.flags = flags;
  return client.call(TYPE.Txattrcreate);
}

/** Sets or clears a record lock; `r.status` tells whether it was got. */
export function lock(
  client: Client,
  fid: number,
  type: number,
  flags: number,
  start: number,
  length: number,
  procId: number,
  id: string,
): number {
  const { t } = client;
  t.fid = fid;
  t.ltype = type;
  t.flags = flags;
  t.start = start;
  t.length = length;
  t.proc_id = procId;
  t.client_id = id;
  return client.call(TYPE.Tlock);
}

/** The lock in the way is in `r`, or `r.ltype` is LOCK_TYPE_UNLCK. */
export function getlock(
  client: Client,
  fid: number,
  type: number,
  start: number,
  length: number,
  procId: number,
  id: string,
): number {
  const { t } = client;
  t.fid = fid;
  t.ltype = type;
  t.start = start;
  t.length = length;
  t.proc_id = procId;
  t.client_id = id;
  return client.call(TYPE.Tgetlock);
}

/** Sets the permission bits. */
export function setMode(client: Client, fid: number, valid: number, mode: number): number {
  client.t.size = 0;
  client.t.mode = mode;
  return client.setattr(fid, valid, 0, 0, 0, 0);
}

/** Sets the owner and the group, as far as they are `valid`. */
export function setOwner(client: Client, fid: number, valid: number, uid: number, gid: number): number {
  client.t.size = 0;
  client.t.uid = uid;
  client.t.gid = gid;
  return client.setattr(fid, valid, 0, 0, 0, 0);
}

/** What is told of the file system is in `r` (statfs(2)). */
export function statfs(client: Client, fid: number): number {
  client.t.fid = fid;
  return client.call(TYPE.Tstatfs);
}
