// The host directory as a backend: each call of the contract as calls of node:fs. Needs Node, Deno or Bun; `node:fs` is
// passed in, never imported.
import {
  SETATTR_ATIME,
  SETATTR_GID,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_SIZE,
  SETATTR_UID,
} from '../../9p/constants.ts';
import { O_NOATIME, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, S_ISGID } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import { BackendBase, wantsWriting } from '../../backend/base.ts';
import type { Attr, Backend, Capabilities, Hidden, SetAttr, StatFs } from '../../backend/backend.ts';
import { shut } from '../../backend/closed.ts';
import type { Inode } from '../../backend/inode.ts';
import { INTENT_FIND } from '../../backend/lookup-intent.ts';
import { fillAttr } from './attr.ts';
import { HostCursor } from './tree/cursor.ts';
import { transfer, truncate } from './data.ts';
import { HostHandles } from './handles.ts';
import { HostHoles, countsBlocks } from './holes.ts';
import { look, Links } from './links.ts';
import { ACCESS_RDWR, type HostInode } from './tree/inode.ts';
import { hostErrno, type Fs } from './node/node.ts';
import { HostTimes } from './times.ts';
import { decodeTarget } from './node/text.ts';
import type { HostDirOptions } from './options.ts';
import type { HostTree } from './tree/tree.ts';

const decoder = new TextDecoder();
/** Mode bits that a guest may set: all but set-user-ID and set-group-ID. */
const MODE_MASK = 0o1777;
/** The largest count that a double holds exactly. */
const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/** The methods of a closed backend that must not fail: no descriptor is left. */
const LET_GO = {
  nlink: (): number => 1,
  size: (): number => 0,
  closeHandle(): void {},
  release(): void {},
  reclaim: (): number => 0,
} satisfies Partial<Backend>;

/**
 * A directory of the host. A change by a guest is on disk at once, and a change by the host shows in the guest. An
 * orphan lives in the kernel, held by a descriptor. The kernel sets the times of access and modification.
 *
 * Confinement: no symlink is followed here, and `..` ends at the directory. A file with a hard link in the directory
 * counts as inside. Fifos, sockets and devices are listed, but never opened or created.
 */
export class HostDirBackend extends BackendBase {
  readonly name = 'hostdir';
  override readonly capabilities: Capabilities = {
    hardLinks: true,
    // node:fs has no calls for xattrs.
    xattrs: false,
    sparse: true,
    // Nor one for mkfifo(3).
    specialFiles: false,
    // Deno's fstat truncates times to milliseconds, ctime to seconds.
    nanoseconds: !('deno' in process.versions),
  };
  override readonly readOnly: boolean;
  /**
   * True on Linux, where the kernel refuses to rename a directory into itself. Elsewhere a rename goes by paths, and no
   * such guarantee is known.
   */
  readonly findsRings: boolean;
  private readonly fs: Fs;
  private readonly tree: HostTree;
  private readonly times: HostTimes;
  private readonly holes: HostHoles;
  private readonly links: Links;
  private readonly handles: HostHandles;

  /** @param tree Reaches the inodes (see `hostDir`). */
  constructor(fs: Fs, tree: HostTree, options: HostDirOptions = {}) {
    super();
    this.fs = fs;
    this.tree = tree;
    this.readOnly = options.readOnly === true;
    this.findsRings = tree.limits === '';
    this.times = new HostTimes(tree);
    this.handles = new HostHandles(fs, tree);
    this.links = new Links(fs, tree);
    this.holes = new HostHoles(fs, (inode) => this.countsBlocks(inode));
  }

  /** The guarantees that this backend cannot give on this system, in a sentence or two; empty on Linux. */
  get limits(): string {
    return this.tree.limits;
  }

  /**
   * The number of descriptors that hold inodes: one for the root, one for each inode in use, up to 256 recently used
   * ones for a second, and up to 256 directories above those in use.
   */
  get descriptors(): number {
    return this.tree.descriptors();
  }

  /** The number of known inodes: the root, those in use or held, and the directories above them. */
  get inodes(): number {
    return this.tree.known();
  }

  /** Closes the unused descriptors now rather than in a second. */
  trim(): void {
    this.tree.trim();
  }

  /** Closes all descriptors, those of open files included. Every later call answers EIO. */
  override close(): void {
    if (!shut(this)) return;
    Object.assign(this, LET_GO);
    this.handles.closeAll();
    this.tree.closeAll();
  }

  root(): Inode {
    return this.tree.root;
  }

  lookup(dir: HostInode, name: string, intent = INTENT_FIND): Inode | number {
    // A read-only export answers EROFS to a change before EEXIST or ENOENT, so it has to look.
    return this.tree.lookup(dir, name, this.readOnly ? INTENT_FIND : intent);
  }

  parent(dir: HostInode): Inode | number {
    return this.tree.parent(dir);
  }

  override nlink(inode: HostInode): number {
    // Without a fid the server only asks whether to reclaim the inode; either way its descriptor is closed.
    if (inode.refs > 0) look(this.tree, inode);
    return inode.links;
  }

  override entries(dir: HostInode, most = Infinity): number {
    // An assumed directory was not looked up: rmdir(2) will answer ENOTEMPTY.
    if (this.tree.isAssumed(dir)) return 0;
    const names = this.tree.names(dir);
    let count = 0;
    try {
      while (count < most && names.next() !== null) count++;
    } finally {
      names.close();
    }
    return count;
  }

  override size(inode: HostInode): number {
    return Number(this.tree.stat(inode).size);
  }

  getattr(inode: HostInode, out: Attr): number {
    const st = this.tree.stat(inode);
    inode.seen(st);
    fillAttr(out, st);
    this.times.correct(inode, st, out);
    return 0;
  }

  override setattr(inode: HostInode, set: SetAttr): number {
    if (this.readOnly) return E.EROFS;
    const { valid } = set;
    if ((valid & SETATTR_MODE) !== 0 && inode.kind === S_IFLNK) return E.ENOTSUP;
    if ((valid & SETATTR_SIZE) !== 0) {
      const errno = this.resize(inode, set.size);
      if (errno !== 0) return errno;
    }
    if ((valid & (SETATTR_UID | SETATTR_GID)) !== 0) this.chown(inode, set);
    if ((valid & SETATTR_MODE) !== 0) this.tree.chmod(inode, (set.mode & MODE_MASK) | this.kept(inode, set.mode));
    if ((valid & (SETATTR_ATIME | SETATTR_MTIME)) !== 0) this.times.set(inode, set);
    return 0;
  }

  /** A guest cannot set the set-group-ID bit of a directory, but a chmod with the bit keeps the one set by the host. */
  private kept(inode: HostInode, mode: number): number {
    return inode.kind === S_IFDIR && (mode & S_ISGID) !== 0 ? Number(this.tree.stat(inode).mode) & S_ISGID : 0;
  }

  private chown(inode: HostInode, { valid, uid, gid }: SetAttr): void {
    const st = this.tree.stat(inode);
    const toUid = (valid & SETATTR_UID) !== 0 ? uid : Number(st.uid);
    const toGid = (valid & SETATTR_GID) !== 0 ? gid : Number(st.gid);
    this.tree.chown(inode, toUid, toGid);
  }

  private resize(inode: HostInode, size: number): number {
    this.dropPrivileges(inode);
    // ftruncate(2) works on a descriptor opened before the file became read-only.
    const writer = inode.access === ACCESS_RDWR ? inode.fd : inode.writers.at(-1);
    if (writer !== undefined) return truncate(this.fs, writer, size);
    const fd = this.tree.open(inode, this.fs.constants.O_WRONLY);
    try {
      return truncate(this.fs, fd, size);
    } finally {
      this.fs.closeSync(fd);
    }
  }

  /** Clears set-user-ID and set-group-ID on a write, as the kernel does unless the process is root. */
  private dropPrivileges(inode: HostInode): void {
    if (!inode.privileged) return;
    const st = this.tree.stat(inode);
    this.tree.chmod(inode, Number(st.mode) & MODE_MASK);
    inode.privileged = false;
  }

  override create(dir: HostInode, name: string, mode: number): Inode | number {
    if (this.readOnly) return E.EROFS;
    const kind = mode & S_IFMT;
    const path = this.tree.entry(dir, name);
    const bits = mode & MODE_MASK;
    if (kind === S_IFDIR) {
      this.fs.mkdirSync(path, bits);
      return this.tree.adoptName(dir, name, S_IFDIR);
    }
    if (kind !== S_IFREG) return E.EPERM;
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = this.fs.constants;
    let fd = -1;
    try {
      fd = this.tree.create(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, bits);
    } catch (thrown) {
      return hostErrno(thrown);
    }
    return this.tree.adopt(dir, name, fd);
  }

  override symlink(dir: HostInode, name: string, target: string): Inode | number {
    if (this.readOnly) return E.EROFS;
    this.fs.symlinkSync(target, this.tree.entry(dir, name));
    return this.tree.adoptName(dir, name, S_IFLNK);
  }

  override link(dir: HostInode, name: string, inode: HostInode): number {
    if (this.readOnly) return E.EROFS;
    return this.links.make(dir, name, inode);
  }

  override unlink(dir: HostInode, name: string, inode: HostInode): number {
    if (this.readOnly) return E.EROFS;
    const { fs, tree } = this;
    tree.hold(inode);
    const path = tree.entry(dir, name);
    if (inode.kind === S_IFDIR) fs.rmdirSync(path);
    else fs.unlinkSync(path);
    tree.changed(dir);
    this.unnamed(inode);
    return 0;
  }

  private unnamed(inode: HostInode): void {
    if (this.tree.isAssumed(inode)) return;
    inode.links = inode.kind === S_IFDIR ? 0 : Math.max(0, inode.links - 1);
  }

  override rename(
    oldDir: HostInode,
    oldName: string,
    inode: HostInode,
    newDir: HostInode,
    newName: string,
    target: HostInode | null,
  ): number {
    if (this.readOnly) return E.EROFS;
    const { fs, tree } = this;
    if (target !== null) tree.hold(target);
    else if (tree.aliased(newDir, newName, inode)) return E.EEXIST;
    fs.renameSync(tree.entry(oldDir, oldName), tree.entry(newDir, newName));
    tree.changed(oldDir);
    tree.changed(newDir);
    if (target !== null) this.unnamed(target);
    tree.place(inode, newDir, newName);
    return 0;
  }

  override readlink(inode: HostInode): string | number {
    if (inode.target === undefined) this.tree.readTarget(inode);
    return inode.target ?? E.EILSEQ;
  }

  override open(inode: HostInode, flags: number): number {
    // Opening a fifo would block, opening a device may do anything.
    if (inode.kind !== S_IFREG && inode.kind !== S_IFDIR) return -E.ENXIO;
    const { readOnly } = this;
    if (readOnly && wantsWriting(flags)) return -E.EROFS;
    return this.handles.open(inode, flags, readOnly || (flags & O_NOATIME) !== 0);
  }

  override closeHandle(inode: HostInode, handle: number): void {
    this.handles.close(inode, handle);
  }

  read(_inode: HostInode, handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    return transfer(this.fs.readSync, handle, offset, u8, start, end);
  }

  override write(inode: HostInode, handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    if (inode.privileged) this.dropPrivileges(inode);
    return transfer(this.fs.writeSync, handle, offset, u8, start, end);
  }

  seekData(inode: HostInode, handle: number, offset: number): number {
    return this.holes.data(inode, handle, offset);
  }

  seekHole(inode: HostInode, handle: number, offset: number): number {
    return this.holes.hole(inode, handle, offset);
  }

  override fsync(_inode: HostInode, handle: number, datasync: boolean): number {
    if (datasync) this.fs.fdatasyncSync(handle);
    else this.fs.fsyncSync(handle);
    return 0;
  }

  list(dir: HostInode): HostCursor {
    return new HostCursor(this.fs, this.tree, dir);
  }

  countsBlocks(inode: HostInode): boolean {
    const path = this.tree.statfsPath(inode);
    return path !== null && countsBlocks(this.fs, path);
  }

  /** Returns the names that are not UTF-8, which 9P cannot carry. */
  hidden(dir: HostInode): Hidden[] {
    const names = this.tree.listBytes(dir).filter((bytes) => decodeTarget(bytes) === null);
    return names.map((bytes) => ({ name: decoder.decode(bytes), reason: 'its name is not UTF-8' }));
  }

  override statfs(out: StatFs): number {
    const st = this.fs.statfsSync(this.tree.pathOfRoot(), { bigint: true });
    const count = (value: bigint): number => Number(value < MOST ? value : MOST);
    out.bsize = Number(st.bsize);
    out.blocks = count(st.blocks);
    out.bfree = count(st.bfree);
    out.bavail = count(st.bavail);
    out.files = count(st.files);
    out.ffree = count(st.ffree);
    return 0;
  }

  override release(inode: HostInode): void {
    this.tree.release(inode);
  }

  override reclaim(inode: HostInode): number {
    this.tree.close(inode);
    return 0;
  }
}
