// Client calls for the messages that no WASI call needs, apart from Client so that a browser does not load them.
import { TYPE } from '../9p/codec.gen.ts';
import { E } from '../linux/errno.ts';
import type { Client } from './client.ts';

/** Tremove: removes the name that the fid was walked by, and drops the fid even on an error. */
export function remove(client: Client, fid: number): number {
  client.t.fid = fid;
  const errno = client.call(TYPE.Tremove);
  client.fids.give(fid);
  return errno;
}

/** Tmknod: makes a regular file, fifo, socket or device. `mode` includes its S_IFMT bits (mknod(2)). */
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

/** Trename: moves the name that the fid was walked by. */
export function rename(client: Client, fid: number, dir: number, name: string): number {
  client.t.fid = fid;
  client.t.dfid = dir;
  client.t.name = name;
  return client.call(TYPE.Trename);
}

/**
 * Txattrwalk: makes a fid that reads an extended attribute, or with an empty name the list of names. Its length in
 * bytes is in `r.size`. Returns the fid or −errno.
 */
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

/** Txattrcreate: makes the fid collect `size` bytes of an attribute by writes; its clunk sets the attribute. */
export function xattrcreate(client: Client, fid: number, name: string, size: number, flags: number): number {
  client.t.fid = fid;
  client.t.name = name;
  client.t.attr_size = size;
  client.t.flags = flags;
  return client.call(TYPE.Txattrcreate);
}

/** Tlock: sets or releases a record lock. `r.status` is LOCK_SUCCESS or LOCK_BLOCKED. */
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

/** Tgetlock. The conflicting lock is in `r`; `r.ltype` is LOCK_TYPE_UNLCK if there is none. */
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

/** Sets the permission bits; `valid` is SETATTR_MODE. */
export function setMode(client: Client, fid: number, valid: number, mode: number): number {
  client.t.size = 0;
  client.t.mode = mode;
  return client.setattr(fid, valid, 0, 0, 0, 0);
}

/** Sets the owner and the group, by the bits SETATTR_UID and SETATTR_GID of `valid`. */
export function setOwner(client: Client, fid: number, valid: number, uid: number, gid: number): number {
  client.t.size = 0;
  client.t.uid = uid;
  client.t.gid = gid;
  return client.setattr(fid, valid, 0, 0, 0, 0);
}

/** Tstatfs. The figures are in `into` (statfs(2)). */
export function statfs(client: Client, fid: number, into = client.r): number {
  client.t.fid = fid;
  return client.call(TYPE.Tstatfs, undefined, into);
}
