// The inode of a host file: its descriptor, the names it was seen under, and its last known attributes.
import { S_IFMT, S_ISGID, S_ISUID } from '../../../linux/constants.ts';
import { Inode } from '../../../backend/inode.ts';
import type { Idle } from './idle.ts';
import type { Stats } from '../node/node.ts';

/** A descriptor that the inode can only be named by (O_PATH). */
export const ACCESS_PATH = 0;
/** One opened for reading. */
export const ACCESS_READ = 1;
/** One that the file was created with. */
export const ACCESS_RDWR = 2;
/** `openedAt` of a descriptor that the file was just created with: it is for the first who opens. */
export const NEW = -2n;

/** A file of the host: one object for each device and inode number while the server knows it. */
export class HostInode extends Inode {
  /** Where the table has it. */
  readonly key: number | string;
  /** When it was made, in nanoseconds: tells apart two files that had the number one after the other. */
  readonly birthtime: bigint;
  /** It had not been changed since, or the host tells no time of birth but that of the last change. */
  private readonly fresh: boolean;
  /** The descriptor that holds it, −1 for none. */
  fd = -1;
  /** What `fd` can do: ACCESS_PATH, ACCESS_READ or ACCESS_RDWR. */
  access = ACCESS_PATH;
  /** Where it waits for its descriptor to be closed. */
  idle: Idle | null = null;
  /** Reading by `fd` does not move the access time. */
  quiet = false;
  /** How many handles of the server are `fd` itself. */
  shares = 0;
  /** The ctime that the file had before `fd` was opened, or NEW: with another, permissions are asked anew. */
  openedAt = -1n;
  /** Where it was last seen; null for the root, and once it was let go. */
  parent: HostInode | null = null;
  /** The same of one that was let go: a fid may still name it as the directory that it came by. */
  wasIn: HostInode | null = null;
  name = '';
  /** Other names, of a file with several hard links. */
  others: [dir: HostInode, name: string][] | null = null;
  /** Of a directory: the inodes that were last seen in it and are held, by their names there (places.ts). */
  held: Map<string, HostInode> | null = null;
  /**
   * How many inodes that are known were last seen in this directory: it is known for as long as they are, as fids name it
   * by its object. Its descriptor may be closed meanwhile, and it is found again by its name.
   */
  pins = 0;
  /** Of a symlink; undefined until it is read, null when it is not UTF-8. */
  target: string | null | undefined = undefined;
  /** Names it had when last asked, less those taken since. */
  links = 0;
  /** It has a set-user-ID or set-group-ID bit. */
  privileged = false;
  /** Descriptors opened for writing. */
  readonly writers: number[] = [];
  /** Of a directory: what names led to, null for nothing, for as long as its ctime is `stamp` (name-cache.ts). */
  names: Map<string, HostInode | null> | null = null;
  stamp = -1n;
  /** The name that was made last: most likely it is there. */
  made = '';
  /** Date.now() from when on the names may be kept, and until when they are good. */
  settled = 0;
  expires = 0;
  /** As last seen. */
  ctime = -1n;
  private mtime = -1n;
  /** Bytes, as last seen. */
  size = -1n;

  constructor(ino: number, key: number | string, st: Stats) {
    super(ino, Number(st.mode) & S_IFMT);
    this.key = key;
    this.birthtime = st.birthtimeNs;
    this.fresh = isFresh(st);
    this.seen(st);
  }

  /** Whether a file with its number, found while nothing held this one, is this very file, as far as can be told. */
  mayBe(st: Stats): boolean {
    return st.birthtimeNs === this.birthtime || (this.fresh && isFresh(st));
  }

  /** Takes over what a look at the file told. */
  seen(st: Stats): void {
    this.links = Number(st.nlink);
    this.privileged = (Number(st.mode) & (S_ISUID | S_ISGID)) !== 0;
    if (st.ctimeNs === this.ctime && st.mtimeNs === this.mtime && st.size === this.size) return;
    this.ctime = st.ctimeNs;
    this.mtime = st.mtimeNs;
    this.size = st.size;
    // Any change moves ctime, so a fid made later on the same content finds the same version. (Deno has whole seconds
    // of it, and milliseconds of mtime.)
    this.version = Number(BigInt.asUintN(32, st.ctimeNs * 31n + st.mtimeNs + (st.size << 8n)));
  }
}

function isFresh(st: Stats): boolean {
  return st.birthtimeNs === st.ctimeNs;
}
