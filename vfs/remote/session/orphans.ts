// Files that are unlinked while they are open, on servers that cannot keep them: they get another name until the last close.
import { QTDIR } from '../../9p/constants.ts';
import type { Client } from '../../client/client.ts';
import { rename } from '../../client/rare-messages.ts';
import { O_CREAT, O_EXCL, O_RDWR } from '../../linux/constants.ts';
import type { Iov } from '../../lib/iov.ts';
import { E } from '../../linux/errno.ts';
import type { OrphanMode } from '../settings.ts';
import { isUnknown } from './old-servers.ts';
import type { Fids, RemoteFid } from './fids.ts';

/** The names that unlinked files have; listings leave them out. */
const PREFIX = '.wasi9p-orphan-';
const PROBE = '.wasi9p-probe-';
/** Bytes of an entry of Rreaddir before its name, and where the length of the name is. */
const ENTRY = 24;
const LENGTH_AT = 22;

/** A file without a name for the client, which has one on the server. */
export interface Orphan {
  /** The number on the wire of a fid that was walked by its name, and ours. */
  readonly wire: number;
  readonly fid: number;
  /** The directory, by a fid of ours, and the name in it. */
  readonly dir: number;
  readonly name: string;
  /** Fids of the client on it. */
  users: number;
}

function randomName(prefix: string): string {
  return prefix + globalThis.crypto.randomUUID();
}

/** Keeps the orphans of a session. All requests go through a client of our own on the same session. */
export class RemoteOrphans {
  private mode: OrphanMode;
  private readonly client: Client;
  private readonly fids: Fids;
  private readonly all = new Set<Orphan>();

  constructor(client: Client, fids: Fids, mode: OrphanMode) {
    this.client = client;
    this.fids = fids;
    this.mode = mode;
  }

  /** True if listings may have names to be left out. */
  get isHiding(): boolean {
    return this.mode === 'rename';
  }

  /**
   * Gives a file that is about to lose its name another one, if the client has fids on it.
   * @param from The name that will take its place; the same file is not a change.
   * @returns The orphan; null if the file needs none; an errno. Without such a name it is null.
   */
  hide(dir: number, name: string, from?: { readonly dir: number; readonly name: string }): Orphan | null | number {
    if (this.mode === 'keep' || !this.hasFiles()) return null;
    const { client } = this;
    const fid = client.walk(dir, [name], 0, 1);
    if (fid < 0) return null;
    const file = this.fids.get(fid)!;
    const users = file.type === QTDIR ? [] : this.usersOf(file);
    if (users.length === 0 || this.stays(file, from) || this.probe(dir) === 'keep') {
      client.clunk(fid);
      return null;
    }
    return this.rename(fid, dir, name, users);
  }

  /** True if the client has a fid on anything but a directory. */
  private hasFiles(): boolean {
    for (const { type } of this.fids.all()) if (type !== QTDIR) return true;
    return false;
  }

  /** True unless a name leads to another file, which may take the place of this one: a directory may not (ENOTDIR). */
  private stays({ pathLo, pathHi }: RemoteFid, from?: { readonly dir: number; readonly name: string }): boolean {
    if (from === undefined) return false;
    const fid = this.client.walk(from.dir, [from.name], 0, 1);
    if (fid < 0) return true;
    const source = this.fids.get(fid)!;
    const isOther = source.type !== QTDIR && (source.pathLo !== pathLo || source.pathHi !== pathHi);
    this.client.clunk(fid);
    return !isOther;
  }

  private usersOf({ pathLo, pathHi }: RemoteFid): RemoteFid[] {
    return [...this.fids.all()].filter((fid) => fid.pathLo === pathLo && fid.pathHi === pathHi);
  }

  private rename(fid: number, dir: number, name: string, users: readonly RemoteFid[]): Orphan | number {
    const { client } = this;
    const hidden = randomName(PREFIX);
    // First Trename: a server that knows files by their names gives the fid the new one.
    let errno = rename(client, fid, dir, hidden);
    if (isUnknown(errno)) errno = client.renameat(dir, name, dir, hidden);
    client.clunk(fid);
    if (errno !== 0) return errno;
    const held = client.walk(dir, [hidden], 0, 1);
    if (held < 0) return -held;
    const kept = client.clone(dir);
    const orphan: Orphan = { wire: this.fids.get(held)!.wire, fid: held, dir: kept, name: hidden, users: users.length };
    this.all.add(orphan);
    for (const user of users) this.move(user, orphan);
    return orphan;
  }

  /** Leads a fid to the file by its new name. An open one keeps its handle, and has its attributes by the new name. */
  private move(user: RemoteFid, orphan: Orphan): void {
    user.orphan = orphan;
    if (user.flags >= 0) return;
    const { client, fids } = this;
    const copy = client.clone(orphan.fid);
    if (copy < 0) return;
    // The client's fid has the new number, and the old one is clunked.
    const made = fids.get(copy)!;
    if (made.orphan !== null) made.orphan.users--;
    made.orphan = null;
    [user.wire, made.wire] = [made.wire, user.wire];
    if (made.walk !== null) client.getattr(orphan.fid, 0);
    client.clunk(copy);
  }

  /** A fid of the client is gone: after the last one the file is removed. */
  left(orphan: Orphan): void {
    if (--orphan.users > 0) return;
    this.all.delete(orphan);
    const { client } = this;
    client.clunk(orphan.fid);
    client.unlinkat(orphan.dir, orphan.name, 0);
    client.clunk(orphan.dir);
  }

  /** Gives a file back its name, when nothing has taken it. */
  restore(orphan: Orphan, dir: number, name: string): void {
    for (const fid of this.fids.all()) if (fid.orphan === orphan) fid.orphan = null;
    this.all.delete(orphan);
    const { client } = this;
    if (isUnknown(rename(client, orphan.fid, dir, name))) client.renameat(orphan.dir, orphan.name, dir, name);
    client.clunk(orphan.fid);
    client.clunk(orphan.dir);
  }

  /** Removes all: the session ends. */
  end(): void {
    for (const orphan of this.all) {
      orphan.users = 1;
      this.left(orphan);
    }
  }

  /** Finds out whether the server keeps a file that is unlinked: by a file of ours in that directory. */
  private probe(dir: number): OrphanMode {
    if (this.mode !== 'probe') return this.mode;
    const { client } = this;
    const name = randomName(PROBE);
    this.mode = 'keep';
    const fid = client.clone(dir);
    if (fid < 0) return this.mode;
    // A guest that can make nothing here can remove nothing.
    if (client.lcreate(fid, name, O_RDWR | O_CREAT | O_EXCL, 0o600) === 0) {
      const walked = client.walk(dir, [name], 0, 1);
      const errno = client.unlinkat(dir, name, 0);
      const isKept = client.getattr(fid, 0) === 0 && (walked < 0 || client.getattr(walked, 0) === 0);
      if (errno === 0 && !isKept) this.mode = 'rename';
      if (walked >= 0) client.clunk(walked);
    }
    client.clunk(fid);
    return this.mode;
  }

  /**
   * Takes the hidden names out of the entries of an Rreaddir.
   * @param count Bytes of the entries.
   * @returns The bytes that are left.
   */
  filter({ u8, start }: Iov, count: number): number {
    const from = start[0]!;
    const view = new DataView(u8.buffer, u8.byteOffset);
    let to = from;
    for (let at = from; at + ENTRY <= from + count;) {
      const end = at + ENTRY + view.getUint16(at + LENGTH_AT, true);
      if (!startsWith(u8, at + ENTRY, end)) {
        u8.copyWithin(to, at, end);
        to += end - at;
      }
      at = end;
    }
    return to - from;
  }
}

const BYTES = new TextEncoder().encode(PREFIX);

function startsWith(u8: Uint8Array, start: number, end: number): boolean {
  return end - start >= BYTES.length && BYTES.every((byte, i) => u8[start + i] === byte);
}

/** The errno of a request that would give an orphan a name. */
export const NAMELESS = E.ENOENT;
