// The *at calls from one root, as in a chroot(2), and the calls on a path that the client has on fids alone.
import { SETATTR_GID, SETATTR_MODE, SETATTR_UID } from '../../9p/constants.ts';
import type { Message } from '../../9p/codec.gen.ts';
import type { FileStatus } from '../../client/attributes.ts';
import type { AtCalls } from '../../client/at/at-calls.ts';
import { Found } from '../../client/at/resolve/found.ts';
import { realpathat } from '../../client/at/realpath.ts';
import type { Client } from '../../client/client.ts';
import { setMode, setOwner, statfs } from '../../client/rare-messages.ts';

const found = new Found();

/**
 * The *at calls from one root, as in a chroot(2): absolute paths and symlinks begin at the root, and `..` of the root is
 * the root. All return 0 or an errno.
 */
export class Rooted {
  private readonly at: AtCalls;
  private readonly root: number;

  /**
   * @param at The tree; mounts that are added to it later are not seen.
   * @param root The fid of the root, a directory in it.
   */
  constructor(at: AtCalls, root: number) {
    // Of the same kind: that of a server over a wire.
    this.at = new (at.constructor as typeof AtCalls)(at.client, true);
    this.at.mountTable = at.mountTable;
    this.at.device = at.device;
    this.root = root;
  }

  /** Opens a file with Linux open(2) flags; a directory is only walked to. The caller clunks the fid. */
  open(path: string, flags: number, into: Found): number {
    return this.at.openat(this.root, path, flags, into);
  }

  /** Finds a file, and does not open it. The caller releases `into`, which may be the root itself. */
  lookup(path: string, follow: boolean, into: Found): number {
    return this.at.lookup(this.root, path, follow, into);
  }

  stat(path: string, follow: boolean, mask: number, into: FileStatus): number {
    return this.at.statat(this.root, path, follow, mask, into);
  }

  /** The target of a symlink, or an errno. */
  readlink(path: string): string | number {
    return this.at.readlinkat(this.root, path);
  }

  mkdir(path: string): number {
    return this.at.mkdirat(this.root, path);
  }

  rmdir(path: string): number {
    return this.at.rmdirat(this.root, path);
  }

  unlink(path: string): number {
    return this.at.unlinkat(this.root, path);
  }

  symlink(target: string, path: string): number {
    return this.at.symlinkat(target, this.root, path);
  }

  rename(from: string, to: string): number {
    return this.at.renameat(this.root, from, this.at, this.root, to);
  }

  link(from: string, to: string): number {
    return this.at.linkat(this.root, from, false, this.at, this.root, to);
  }

  /** utimensat(2); `valid` as Client.setTimes has it. */
  utimens(path: string, follow: boolean, valid: number, times: readonly [number, number, number, number]): number {
    return this.at.utimensat(this.root, path, follow, valid, ...times);
  }

  chmod(path: string, follow: boolean, mode: number): number {
    return this.onFid(path, follow, (client, fid) => setMode(client, fid, SETATTR_MODE, mode));
  }

  /** fchownat(2). KEEP_ID leaves an id unchanged. */
  chown(path: string, follow: boolean, uid: number, gid: number): number {
    return this.onFid(path, follow, (client, fid) => chown(client, fid, uid, gid));
  }

  /** statfs(2). `into` is the caller's record for the Rstatfs. */
  statfs(path: string, into: Message): number {
    return this.onFid(path, true, (client, fid) => statfs(client, fid, into));
  }

  /** realpath(3): the path from the root on to the file of a path, without symlinks and dots; or an errno. */
  realpath(path: string): string | number {
    return realpathat(this.at, this.root, path);
  }

  /** Makes a call on the file of a path. */
  private onFid(path: string, follow: boolean, act: (client: Client, fid: number) => number): number {
    let errno = this.at.lookup(this.root, path, follow, found);
    if (errno !== 0) return errno;
    const { tree, fid, borrowed } = found;
    errno = act(tree.client, fid);
    if (!borrowed) tree.client.clunk(fid);
    return errno;
  }
}

/** The uid or gid that leaves the present one: −1 as uid_t. */
const KEEP_ID = 0xffff_ffff;

/** fchown(2). */
export function chown(client: Client, fid: number, uid: number, gid: number): number {
  const valid = (uid === KEEP_ID ? 0 : SETATTR_UID) | (gid === KEEP_ID ? 0 : SETATTR_GID);
  return setOwner(client, fid, valid, uid, gid);
}
