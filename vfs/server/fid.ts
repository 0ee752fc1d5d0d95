// A fid: a client's handle on an inode (intro(5)).
import type { Inode } from '../backend/inode.ts';
import type { DirStream } from './dir-stream.ts';
import type { Session } from './session.ts';
import type { XattrIo } from './xattr-io.ts';

/** The inode of a spare fid. */
const NOTHING = null as unknown as Inode;

/** `flags` of a fid that was walked and not opened. */
export const UNOPENED = -1;

/**
 * A client's handle on an inode, with the name it was walked by. All fids of one inode form a list, so
 * that a rename can tell them their new name: what is done through a fid is done to its inode, never to
 * another file that has its old name now.
 */
export class Fid {
  num = 0;
  readonly session: Session;
  inode: Inode;
  /** The directory it was walked in; null for the root and for what `..` led to. */
  parent: Inode | null = null;
  /** Its name there. */
  name = '';
  /** Linux open(2) flags once it was opened, else UNOPENED. */
  flags = UNOPENED;
  /** The backend's handle, of an opened fid. */
  handle = 0;
  /** The listing of an opened directory. */
  stream: DirStream | null = null;
  /** Reading or setting an extended attribute: then the fid stands for the attribute, not for the file. */
  xattr: XattrIo | null = null;
  /** Neighbours in the inode's list. */
  next: Fid | null = null;
  prev: Fid | null = null;

  /** It stands for nothing before the first `move`. */
  constructor(session: Session) {
    this.session = session;
    this.inode = NOTHING;
  }

  /** Forgets what it stood for, once it is detached and closed, so that the object can be used for another fid. */
  retire(): void {
    this.inode = NOTHING;
    this.parent = null;
    this.name = '';
    this.flags = UNOPENED;
    this.stream = null;
    this.xattr = null;
  }

  private attach(inode: Inode): void {
    const head = inode.fids as Fid | null;
    this.next = head;
    this.prev = null;
    if (head !== null) head.prev = this;
    inode.fids = this;
    inode.refs++;
  }

  /** Leaves the inode's list; the caller looks whether it was the last (references.ts). */
  detach(): void {
    const { next, prev } = this;
    if (next !== null) next.prev = prev;
    if (prev !== null) prev.next = next;
    else this.inode.fids = next;
    this.next = null;
    this.prev = null;
    this.inode.refs--;
  }

  /** Makes it stand for an inode; one that it stood for before was detached. */
  move(inode: Inode, parent: Inode | null, name: string): void {
    this.inode = inode;
    this.parent = parent;
    this.name = name;
    this.attach(inode);
  }

  /** It was opened so that it can be read. */
  get readable(): boolean {
    return this.flags !== UNOPENED && (this.flags & 3) !== 1;
  }

  /** It was opened so that it can be written. */
  get writable(): boolean {
    return this.flags !== UNOPENED && (this.flags & 3) !== 0;
  }
}
