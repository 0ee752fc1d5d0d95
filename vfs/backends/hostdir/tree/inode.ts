// The inode of a host file: its descriptor, the names it was seen under, and its last known attributes.
import { S_IFMT, S_ISGID, S_ISUID } from '../../../linux/constants.ts';
import { Inode } from '../../../backend/inode.ts';
import type { Idle } from './descriptors/idle.ts';
import type { HostStat } from '../calls/host-stat.ts';

/** A descriptor that only identifies the inode (O_PATH). */
export const ACCESS_PATH = 0;
/** A descriptor opened for reading. */
export const ACCESS_READ = 1;
/** The descriptor of the file's creation, for reading and writing. */
export const ACCESS_RDWR = 2;
/** The `openedAt` of the descriptor of a creation: the first open may share it. */
export const NEW = -2;

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
  /** The birth time: distinguishes two files that reused one inode number. */
  readonly btimeSec: number;
  readonly btimeNsec: number;
  /** True if its ctime equals its birth time: unchanged since, or node:fs reports no birth times. */
  private readonly fresh: boolean;
  /** The descriptor that holds it, −1 for none. */
  fd = -1;
  /** The access of `fd`: ACCESS_PATH, ACCESS_READ or ACCESS_RDWR. */
  access = ACCESS_PATH;
  /** The list in which it waits for its descriptor to be closed. */
  idle: Idle | null = null;
  /** The uses of that list when it was put there, and when it was used last. */
  listedAt = 0;
  usedAt = 0;
  /** True if reads through `fd` do not move the access time. */
  quiet = false;
  /** The number of server handles that are `fd` itself. */
  shares = 0;
  /**
   * `changes` before `fd` was opened, or NEW. After a change of the ctime, `fd` is not shared: permissions are checked
   * anew.
   */
  openedAt = -1;
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
  /** For a directory: cached lookups, null for a missing name, valid while `changes` is `stamp` (name-cache.ts). */
  names: Map<string, HostInode | null> | null = null;
  stamp = -1;
  /** In a cached tree: its attributes, and true if they hold (inode-records.ts). */
  attr: HostStat | null = null;
  hasAttr = false;
  /** Its watch, −1 for none, and the uses of its cached names since the last change (watches.ts). */
  watch = -1;
  uses = 0;
  /** The name looked up last without being known. */
  missed = '';
  /** The name created last, which probably exists. */
  made = '';
  /** Date.now() after which names may be cached, and after which they expire. */
  settled = 0;
  expires = 0;
  /** The number of changes seen: of the ctime, of the mtime or of the size; and made here to the entries. */
  changes = 0;
  /** Times and size as last read. */
  ctimeSec = NaN;
  ctimeNsec = 0;
  private mtimeSec = NaN;
  private mtimeNsec = 0;
  private bytes = NaN;

  constructor(ino: number, key: number | string, st: HostStat) {
    super(ino, st.mode & S_IFMT);
    this.key = key;
    this.btimeSec = st.btimeSec;
    this.btimeNsec = st.btimeNsec;
    this.fresh = isFresh(st);
    this.seen(st);
  }

  /** True if a file has the birth time of this one. */
  isBornAt(st: HostStat): boolean {
    return st.btimeSec === this.btimeSec && st.btimeNsec === this.btimeNsec;
  }

  /**
   * True if a file with the same inode number, found while no descriptor held this one, is the same file as far as can
   * be known.
   */
  mayBe(st: HostStat): boolean {
    return (st.mode & S_IFMT) === this.kind && (this.isBornAt(st) || (this.fresh && isFresh(st)));
  }

  /** Updates the inode from a fresh stat(2). */
  seen(st: HostStat): void {
    this.links = st.nlink;
    this.privileged = (st.mode & (S_ISUID | S_ISGID)) !== 0;
    const { ctimeSec, ctimeNsec, mtimeSec, mtimeNsec, size } = st;
    if (
      ctimeNsec === this.ctimeNsec &&
      ctimeSec === this.ctimeSec &&
      mtimeNsec === this.mtimeNsec &&
      mtimeSec === this.mtimeSec &&
      size === this.bytes
    )
      return;
    this.changes++;
    this.ctimeSec = ctimeSec;
    this.ctimeNsec = ctimeNsec;
    this.mtimeSec = mtimeSec;
    this.mtimeNsec = mtimeNsec;
    this.bytes = size;
    // Any change moves ctime, so two fids on the same content have the same version. (Deno's node:fs has ctime in
    // seconds and mtime in milliseconds.)
    this.version = (mix(mix(mix(mix(size, ctimeSec), ctimeNsec), mtimeSec), mtimeNsec) ^ (size / SIZE_HIGH)) >>> 0;
  }
}

/** Bits of a size above those that `mix` sees. */
const SIZE_HIGH = 0x1_0000_0000;

/** Combines two numbers into 32 bits. */
function mix(a: number, b: number): number {
  return Math.imul(a, 31) + b;
}

function isFresh(st: HostStat): boolean {
  return st.btimeSec === st.ctimeSec && st.btimeNsec === st.ctimeNsec;
}
