// A fid: a client's handle on an inode (intro(5)).
import { QUEUED, type Inode } from '../../backend/inode.ts';
import { dropRef, ref } from '../../backend/inode-refs.ts';
import type { DirStream } from './dir-stream.ts';
import type { Session } from '../session.ts';
import type { XattrIo } from './xattr-io.ts';

/** The inode of an unused Fid object. */
const NOTHING = null as unknown as Inode;

/** `flags` of a fid that is not open. */
export const UNOPENED = -1;

/**
 * A client's handle on an inode, with the name it was walked by. All fids of an inode form a list, so that a rename can
 * update their names: a request through a fid acts on its inode, never on another file that has its old name now.
 */
export class Fid {
  num = 0;
  readonly session: Session;
  inode: Inode;
  /** The directory it was walked from; null for the root and after `..`. */
  parent: Inode | null = null;
  /** Its name there. */
  name = '';
  /** Linux open(2) flags of an open fid, else UNOPENED. */
  flags = UNOPENED;
  /** The backend's handle of an open fid. */
  handle = 0;
  /** The listing of an open directory, from the first Treaddir on. */
  stream: DirStream | null = null;
  /** Set if the fid stands for an extended attribute (Txattrwalk, Txattrcreate) rather than for the file. */
  xattr: XattrIo | null = null;
  /** Neighbours in the inode's list. */
  next: Fid | null = null;
  prev: Fid | null = null;

  /** A fid without an inode: `move` follows. */
  constructor(session: Session) {
    this.session = session;
    this.inode = NOTHING;
  }

  /** Resets a detached and closed fid, so that the object can be reused. */
  retire(): void {
    this.inode = NOTHING;
    this.parent = null;
    this.name = '';
    this.flags = UNOPENED;
    this.stream = null;
    this.xattr = null;
  }

  private attach(inode: Inode): void {
    if (inode.state === QUEUED) this.session.server.reclaim.revive(inode);
    const head = inode.fids as Fid | null;
    this.next = head;
    this.prev = null;
    if (head !== null) head.prev = this;
    inode.fids = this;
    ref(inode);
  }

  /** Leaves the inode's list. The caller handles the last reference (`queueOrRelease` in fid-life.ts). */
  detach(): void {
    const { next, prev } = this;
    if (next !== null) next.prev = prev;
    if (prev !== null) prev.next = next;
    else this.inode.fids = next;
    this.next = null;
    this.prev = null;
    dropRef(this.inode);
  }

  /** Puts a detached fid on an inode; one that is QUEUED becomes LIVE again. */
  move(inode: Inode, parent: Inode | null, name: string): void {
    this.inode = inode;
    this.parent = parent;
    this.name = name;
    this.attach(inode);
  }

  /** True if open for reading. */
  get readable(): boolean {
    return this.flags !== UNOPENED && (this.flags & 3) !== 1;
  }

  /** True if open for writing. */
  get writable(): boolean {
    return this.flags !== UNOPENED && (this.flags & 3) !== 0;
  }
}
