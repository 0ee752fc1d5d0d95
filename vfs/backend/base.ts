// The base class of backends: defaults for everything that a store may lack.
import { DISPOSE } from '../lib/dispose.ts';
import { O_ACCMODE, O_RDONLY, O_TRUNC } from '../linux/constants.ts';
import { E } from '../linux/errno.ts';
import { noAttr } from './attr.ts';
import type { Attr, Backend, Capabilities, DirCursor, OwnedBackend, SetAttr, StatFs } from './backend.ts';
import { shut } from './closed.ts';
import type { Inode } from './inode.ts';

/** True if open(2) flags ask for more than reading. */
export function wantsWriting(flags: number): boolean {
  return (flags & O_ACCMODE) !== O_RDONLY || (flags & O_TRUNC) !== 0;
}

/** Every change: EROFS in a read-only store, EPERM in one that lacks just this operation (mkdir(2), link(2)). */
function refusal(backend: Backend): number {
  return backend.readOnly === true ? E.EROFS : E.EPERM;
}

/**
 * A backend with defaults, for a store to extend. As it is, it is read-only: a store has to bring `name`, `root`,
 * `lookup`, `parent`, `getattr`, `read` and `list`; with symlinks `readlink`. A store that can be changed sets
 * `readOnly` to false, and overrides the changes that it can make; the others answer EPERM.
 *
 * Methods that later versions add to the contract get a default here, so that a store that extends this class stays
 * complete.
 *
 *     class Hello extends BackendBase {
 *       readonly name = 'hello';
 *       readonly top = new Node(1, S_IFDIR); // class Node extends Inode {}
 *       readonly file = new Node(2, S_IFREG);
 *       root() { return this.top; }
 *       lookup(_dir, name) { return name === 'hello' ? this.file : E.ENOENT; }
 *       parent() { return this.top; }
 *       getattr({ kind }, out) { fillSimpleAttr(out, kind | 0o555, kind === S_IFREG ? TEXT.length : 0); return 0; }
 *       read(_file, _handle, offset, u8, start, end) {
 *         const part = TEXT.subarray(offset, offset + (end - start)); // TEXT: Uint8Array
 *         u8.set(part, start);
 *         return part.length;
 *       }
 *       list() { return new EntryCursor([['hello', this.file]]); }
 *     }
 */
export abstract class BackendBase implements OwnedBackend {
  abstract readonly name: string;
  /** None. A store names what it has. */
  readonly capabilities: Capabilities = {
    hardLinks: false,
    xattrs: false,
    sparse: false,
    specialFiles: false,
    nanoseconds: false,
    rawNames: false,
  };
  readonly readOnly: boolean = true;

  abstract root(): Inode;
  abstract lookup(dir: Inode, name: string, intent?: number): Inode | number;
  abstract parent(dir: Inode, intent?: number): Inode | number;
  abstract getattr(inode: Inode, out: Attr): number;
  abstract read(inode: Inode, handle: number, offset: number, u8: Uint8Array, start: number, end: number): number;
  abstract list(dir: Inode): DirCursor | number;

  /** 1: each file has one name and keeps it, and subdirectories are not counted, as in btrfs. */
  nlink(_inode: Inode): number {
    return 1;
  }

  /** Counts by a listing. */
  entries(dir: Inode, most = Infinity): number {
    const cursor = this.list(dir);
    if (typeof cursor === 'number') return 0;
    let count = 0;
    while (count < most && cursor.next()) count++;
    cursor.close();
    return count;
  }

  /** From `getattr`. */
  size(inode: Inode): number {
    const attr = noAttr();
    this.getattr(inode, attr);
    return attr.size;
  }

  setattr(_inode: Inode, _set: SetAttr): number {
    return refusal(this);
  }

  create(_dir: Inode, _name: string, _mode: number, _rdev: number, _uid: number, _gid: number): Inode | number {
    return refusal(this);
  }

  symlink(_dir: Inode, _name: string, _target: string, _uid: number, _gid: number): Inode | number {
    return refusal(this);
  }

  link(_dir: Inode, _name: string, _inode: Inode): number {
    return refusal(this);
  }

  unlink(_dir: Inode, _name: string, _inode: Inode): number {
    return refusal(this);
  }

  rename(
    _oldDir: Inode,
    _oldName: string,
    _inode: Inode,
    _newDir: Inode,
    _newName: string,
    _target: Inode | null,
  ): number {
    return refusal(this);
  }

  /** EINVAL: the store has no symlinks. */
  readlink(_inode: Inode): string | number {
    return E.EINVAL;
  }

  /** Returns handle 0, for a store that needs no state for an open file. */
  open(_inode: Inode, flags: number): number {
    return this.readOnly && wantsWriting(flags) ? -E.EROFS : 0;
  }

  closeHandle(_inode: Inode, _handle: number): void {
    // A handle has no state.
  }

  write(_inode: Inode, _handle: number, _offset: number, _u8: Uint8Array, _start: number, _end: number): number {
    return -refusal(this);
  }

  accessed(_inode: Inode): void {
    // A read-only mount does not move times (atime_needs_update, fs/inode.c).
  }

  modified(_inode: Inode): void {
    // Nothing was written.
  }

  fsync(_inode: Inode, _handle: number, _datasync: boolean): number {
    return 0;
  }

  /** One block, which is full: df(1) hides a file system without blocks. */
  statfs(out: StatFs): number {
    out.bsize = 4096;
    out.blocks = 1;
    out.bfree = out.bavail = 0;
    out.files = out.ffree = 0;
    return 0;
  }

  getxattr(_inode: Inode, _name: string): Uint8Array | number {
    return E.ENOTSUP;
  }

  setxattr(_inode: Inode, _name: string, _value: Uint8Array, _flags: number): number {
    return this.readOnly ? E.EROFS : E.ENOTSUP;
  }

  listxattr(_inode: Inode): string[] | number {
    return E.ENOTSUP;
  }

  release(_inode: Inode): void {
    // Nothing is held for an inode.
  }

  reclaim(_inode: Inode): number {
    return 0;
  }

  /** Nothing is cached. */
  flush(): number {
    return 0;
  }

  close(): void {
    shut(this);
  }

  [DISPOSE](): void {
    this.close();
  }
}
