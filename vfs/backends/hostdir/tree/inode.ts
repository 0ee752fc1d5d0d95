// The inode of a host file: its descriptor, the names it was seen under, and its last known attributes.
import { S_IFMT, S_ISGID, S_ISUID } from '../../../linux/constants.ts';
import { Inode } from '../../../backend/inode.ts';
import type { Idle } from './idle.ts';
import type { Stats } from '../node/node.ts';

/** A descriptor that only identifies the inode (O_PATH). */
export const ACCESS_PATH = 0;
/** A descriptor opened for reading. */
export const ACCESS_READ = 1;
/** The descriptor of the file's creation, for reading and writing. */
export const ACCESS_RDWR = 2;
/** The `openedAt` of the descriptor of a creation: the first open may share it. */
export const NEW = -2n;

/**
 * A file of the host: one object for each device and inode number, while the server knows it.
 *
 * An orphan has `links` 0 and lives in the kernel, held by its descriptor `fd`; where there are no descriptors the tree
 * remembers it (path-tree.ts). An inode without references may keep `fd` for a while (`idle`), and a directory without
 * `fd` stays known while inodes below it are (`pins`).
 */
export class HostInode extends Inode {
  /** The key in the table. */
  readonly key: number | string;
  /** The birth time, in nanoseconds: distinguishes two files that reused one inode number. */
  readonly birthtime: bigint;
  /** True if its ctime equals its birth time: unchanged since, or the host has no birth times. */
  private readonly fresh: boolean;
  /** The descriptor that holds it, −1 for none. */
  fd = -1;
  /** The access of `fd`: ACCESS_PATH, ACCESS_READ or ACCESS_RDWR. */
  access = ACCESS_PATH;
  /** The list in which it waits for its descriptor to be closed. */
  idle: Idle | null = null;
  /** True if reads through `fd` do not move the access time. */
  quiet = false;
  /** The number of server handles that are `fd` itself. */
  shares = 0;
  /**
   * The ctime before `fd` was opened, or NEW. After a change of the ctime, `fd` is not shared: permissions are checked
   * anew.
   */
  openedAt = -1n;
  /** The directory it was last seen in; null for the root, and after a release. */
  parent: HostInode | null = null;
  /** The former `parent` of a released inode: a fid may still refer to it as its directory. */
  wasIn: HostInode | null = null;
  name = '';
  /** Other known names of a file with several hard links. */
  others: [dir: HostInode, name: string][] | null = null;
  /** For a directory: the held inodes last seen in it, by name (places.ts). */
  held: Map<string, HostInode> | null = null;
  /**
   * The number of known inodes last seen in this directory, which stays known as long as there are any: fids refer to
   * its object. Its descriptor may be closed meanwhile and reopened by name.
   */
  pins = 0;
  /** The target of a symlink; undefined until it is read, null if it is not UTF-8. */
  target: string | null | undefined = undefined;
  /** The link count as last read, minus the names removed since. */
  links = 0;
  /** True if it has a set-user-ID or set-group-ID bit. */
  privileged = false;
  /** Handles opened for writing. */
  readonly writers: number[] = [];
  /** For a directory: cached lookups, null for a missing name, valid while its ctime is `stamp` (name-cache.ts). */
  names: Map<string, HostInode | null> | null = null;
  stamp = -1n;
  /** The name created last, which probably exists. */
  made = '';
  /** Date.now() after which names may be cached, and after which they expire. */
  settled = 0;
  expires = 0;
  /** Times as last read, in nanoseconds since 1970. */
  ctime = -1n;
  private mtime = -1n;
  /** The size in bytes, as last read. */
  size = -1n;

  constructor(ino: number, key: number | string, st: Stats) {
    super(ino, Number(st.mode) & S_IFMT);
    this.key = key;
    this.birthtime = st.birthtimeNs;
    this.fresh = isFresh(st);
    this.seen(st);
  }

  /**
   * True if a file with the same inode number, found while no descriptor held this one, is the same file as far as can
   * be known.
   */
  mayBe(st: Stats): boolean {
    return st.birthtimeNs === this.birthtime || (this.fresh && isFresh(st));
  }

  /** Updates the inode from a fresh stat(2). */
  seen(st: Stats): void {
    this.links = Number(st.nlink);
    this.privileged = (Number(st.mode) & (S_ISUID | S_ISGID)) !== 0;
    if (st.ctimeNs === this.ctime && st.mtimeNs === this.mtime && st.size === this.size) return;
    this.ctime = st.ctimeNs;
    this.mtime = st.mtimeNs;
    this.size = st.size;
    // Any change moves ctime, so two fids on the same content have the same version. (Deno has ctime in seconds and
    // mtime in milliseconds.)
    this.version = Number(BigInt.asUintN(32, st.ctimeNs * 31n + st.mtimeNs + (st.size << 8n)));
  }
}

function isFresh(st: Stats): boolean {
  return st.birthtimeNs === st.ctimeNs;
}
