// The host directory as a backend: each call of the contract as calls of the host. Needs Node, Deno or Bun.
import { O_NOATIME, S_IFDIR, S_IFMT, S_IFREG } from '../../linux/constants.ts';
import { decodeText } from '../../lib/utf8.ts';
import { E } from '../../linux/errno.ts';
import { BackendBase, wantsWriting } from '../../backend/base.ts';
import type { Attr, Backend, Capabilities, Hidden, SetAttr, StatFs } from '../../backend/backend.ts';
import { shut } from '../../backend/closed.ts';
import type { Inode } from '../../backend/inode.ts';
import { INTENT_BRIEF, INTENT_FIND } from '../../backend/lookup-intent.ts';
import { fillAttr } from './attr.ts';
import { AttrChanges, MODE_MASK } from './attr-changes.ts';
import { HostCursor } from './tree/listings/cursor.ts';
import { transfer } from './data.ts';
import { HostHandles } from './handles.ts';
import { HostHoles, countsBlocks } from './holes.ts';
import { Links } from './links.ts';
import type { HostInode } from './tree/inode.ts';
import { HostLocks } from './locks/record-locks.ts';
import { HostStat } from './calls/host-stat.ts';
import { hostError } from './node/node.ts';
import { HostTimes } from './times.ts';
import type { HostDirOptions, Way } from './options.ts';
import type { HostTree } from './tree/tree.ts';

/** The extended attributes that guests see and set: those of others may be rights (security.capability, ACLs). */
const USER = 'user.';

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
 * counts as inside. Fifos, sockets and devices are listed, but never opened; devices are never made.
 */
export class HostDirStore extends BackendBase {
  readonly name = 'hostdir';
  override readonly capabilities: Capabilities;
  override readonly readOnly: boolean;
  /** Through libc only: node:fs has no fcntl(2). */
  readonly recordLocks?: HostLocks;
  /**
   * True on Linux, where the kernel refuses to rename a directory into itself. Elsewhere a rename goes by paths, and no
   * such guarantee is known.
   */
  readonly findsRings: boolean;
  private readonly tree: HostTree;
  private readonly times: HostTimes;
  private readonly attrChanges: AttrChanges;
  private readonly holes: HostHoles;
  private readonly links: Links;
  private readonly handles: HostHandles;
  private readonly st = new HostStat();

  /** @param tree Reaches the inodes (see `hostDir`). */
  constructor(tree: HostTree, options: HostDirOptions = {}) {
    super();
    this.tree = tree;
    this.capabilities = {
      hardLinks: true,
      // node:fs has no calls for xattrs, and not every file system has them.
      xattrs: tree.getxattr(tree.root, `${USER}probe`) !== E.ENOTSUP,
      sparse: true,
      // Nor one for mknod(2).
      specialFiles: tree.exact,
      // Deno's fstat truncates times to milliseconds, ctime to seconds.
      nanoseconds: tree.exact || !('deno' in process.versions),
      rawNames: tree.rawNames,
    };
    this.readOnly = options.readOnly === true;
    if (tree.exact) this.recordLocks = new HostLocks(tree, this.readOnly);
    this.findsRings = tree.limits === '';
    this.times = new HostTimes(tree);
    this.attrChanges = new AttrChanges(tree, this.times);
    this.handles = new HostHandles(tree);
    this.links = new Links(tree);
    this.holes = new HostHoles(tree.calls, (inode) => this.countsBlocks(inode));
  }

  /** The way in which the directory is reached. */
  get way(): Way {
    return this.tree.way;
  }

  /** The guarantees that this backend cannot give on this system, in a sentence or two; empty on Linux. */
  get limits(): string {
    return this.tree.limits;
  }

  /**
   * The number of descriptors that hold inodes: one for the root, one for each inode in use, and at most
   * `maxDescriptors` others.
   */
  get descriptors(): number {
    return this.tree.descriptors();
  }

  /** The number of known inodes: the root, those in use or held, and the directories above them. */
  get inodes(): number {
    return this.tree.known();
  }

  /** As in HostDirOptions. */
  get cached(): boolean {
    return this.tree.cached;
  }

  uncache(): void {
    this.tree.uncache();
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
    this.recordLocks?.closeAll();
    this.tree.closeAll();
  }

  root(): Inode {
    return this.tree.root;
  }

  lookup(dir: HostInode, name: string, intent = INTENT_FIND): Inode | number {
    // A read-only export answers EROFS to a change before EEXIST or ENOENT, so it has to look.
    return this.tree.lookup(dir, name, this.readOnly ? intent & INTENT_BRIEF : intent);
  }

  parent(dir: HostInode, intent = INTENT_FIND): Inode | number {
    return this.tree.parent(dir, intent);
  }

  override nlink(inode: HostInode): number {
    // Without a fid the server only asks whether to reclaim the inode; either way its descriptor is closed.
    if (inode.refs > 0) this.tree.look(inode);
    return inode.links;
  }

  override entries(dir: HostInode, most = Infinity): number {
    // An assumed directory was not looked up: rmdir(2) will answer ENOTEMPTY.
    if (this.tree.isAssumed(dir)) return 0;
    const names = this.tree.names(dir);
    if (typeof names === 'number') throw hostError(names, 'the directory cannot be opened');
    let count = 0;
    try {
      while (count < most && names.next() !== null) count++;
    } finally {
      names.close();
    }
    return count;
  }

  override size(inode: HostInode): number {
    const errno = this.tree.stat(inode, this.st);
    if (errno !== 0) throw hostError(errno, 'the file cannot be looked at');
    return this.st.size;
  }

  getattr(inode: HostInode, out: Attr): number {
    const { st } = this;
    const errno = this.tree.stat(inode, st);
    if (errno !== 0) return errno;
    inode.seen(st);
    fillAttr(out, st);
    if (!this.tree.exact) this.times.correct(inode, st, out);
    return 0;
  }

  override setattr(inode: HostInode, set: SetAttr): number {
    return this.readOnly ? E.EROFS : this.attrChanges.set(inode, set);
  }

  override create(dir: HostInode, name: string, mode: number): Inode | number {
    if (this.readOnly) return E.EROFS;
    const kind = mode & S_IFMT;
    const bits = mode & MODE_MASK;
    if (kind === S_IFDIR) return this.tree.mkdir(dir, name, bits);
    return kind === S_IFREG ? this.tree.create(dir, name, bits) : this.tree.mknod(dir, name, kind | bits);
  }

  override symlink(dir: HostInode, name: string, target: string): Inode | number {
    return this.readOnly ? E.EROFS : this.tree.symlink(dir, name, target);
  }

  override link(dir: HostInode, name: string, inode: HostInode): number {
    if (this.readOnly) return E.EROFS;
    return this.links.make(dir, name, inode);
  }

  override unlink(dir: HostInode, name: string, inode: HostInode): number {
    if (this.readOnly) return E.EROFS;
    const { tree } = this;
    tree.hold(inode);
    const errno = inode.kind === S_IFDIR ? tree.rmdir(dir, name) : tree.unlink(dir, name);
    if (errno !== 0) return errno;
    tree.changed(dir, name);
    tree.touched(inode);
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
    const { tree } = this;
    if (target !== null) tree.hold(target);
    else if (tree.aliased(newDir, newName, inode)) return E.EEXIST;
    const errno = tree.rename(oldDir, oldName, newDir, newName);
    if (errno !== 0) return errno;
    tree.changed(oldDir, oldName);
    tree.changed(newDir, newName);
    tree.touched(inode);
    if (target !== null) {
      tree.touched(target);
      this.unnamed(target);
    }
    tree.place(inode, newDir, newName);
    return 0;
  }

  override readlink(inode: HostInode): string | number {
    const errno = inode.target === undefined ? this.tree.readTarget(inode) : 0;
    return errno === 0 ? (inode.target ?? E.EILSEQ) : errno;
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

  read(inode: HostInode, handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    this.tree.touched(inode);
    return transfer(this.tree.calls, false, handle, offset, u8, start, end);
  }

  override write(inode: HostInode, handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    const errno = inode.privileged ? this.attrChanges.dropPrivileges(inode) : 0;
    if (errno !== 0) return -errno;
    this.tree.touched(inode);
    return transfer(this.tree.calls, true, handle, offset, u8, start, end);
  }

  /** ENOTSUP also without libc: node:fs has no fallocate(2). */
  allocate(inode: HostInode, handle: number, offset: number, length: number): number {
    const { tree } = this;
    const errno = this.attrChanges.dropPrivileges(inode);
    if (errno !== 0) return errno;
    tree.touched(inode);
    for (;;) {
      const failed = -tree.calls.allocate(handle, offset, length);
      if (failed !== E.EINTR) return failed;
    }
  }

  seekData(inode: HostInode, handle: number, offset: number): number {
    return this.holes.data(inode, handle, offset);
  }

  seekHole(inode: HostInode, handle: number, offset: number): number {
    return this.holes.hole(inode, handle, offset);
  }

  override fsync(_inode: HostInode, handle: number, datasync: boolean): number {
    return -this.tree.calls.sync(handle, datasync);
  }

  list(dir: HostInode): HostCursor {
    return new HostCursor(this.tree, dir);
  }

  countsBlocks(inode: HostInode): boolean {
    return countsBlocks(this.tree.fsType(inode));
  }

  /** The names that are not UTF-8 where node:fs has names as text only. */
  hidden(dir: HostInode): Hidden[] {
    if (this.tree.rawNames) return [];
    const names = this.tree.listBytes(dir);
    if (typeof names === 'number') throw hostError(names, 'the directory cannot be opened');
    const bad = names.map(decodeText).filter((name) => !name.isWellFormed());
    return bad.map((name) => ({ name, reason: 'its name is not UTF-8' }));
  }

  /** Also ENOTSUP for an attribute that is not the user's. */
  override getxattr(inode: HostInode, name: string): Uint8Array | number {
    return name.startsWith(USER) ? this.tree.getxattr(inode, name) : E.ENOTSUP;
  }

  override setxattr(inode: HostInode, name: string, value: Uint8Array, flags: number): number {
    if (this.readOnly) return E.EROFS;
    return name.startsWith(USER) ? this.tree.setxattr(inode, name, value, flags) : E.ENOTSUP;
  }

  override listxattr(inode: HostInode): string[] | number {
    if (!this.capabilities.xattrs) return E.ENOTSUP;
    const names = this.tree.listxattr(inode);
    // The order of a file system is its own.
    return typeof names === 'number' ? names : names.filter((name) => name.startsWith(USER)).sort();
  }

  override statfs(out: StatFs): number {
    return this.tree.statfs(out);
  }

  override release(inode: HostInode): void {
    this.tree.release(inode);
  }

  override reclaim(inode: HostInode): number {
    this.tree.close(inode);
    return 0;
  }
}
