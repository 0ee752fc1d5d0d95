// Open handles that survive a copy-up.
import { O_CREAT, O_DIRECTORY, O_EXCL, O_NOATIME, O_TRUNC } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { OverlayInode } from './inode.ts';

/** An open file; the server's handle is its index. */
interface OverlayHandle {
  flags: number;
  /** The handle in the layer; −1 after a copy-up, until the next use. */
  layer: number;
}

/**
 * The open handles. A copy-up takes the open handles of the file along: they are closed in the lower layer and reopened
 * in the upper one on their next use. So a descriptor always shows the current file, as POSIX demands. In overlayfs a
 * descriptor opened for reading before the copy-up shows the old data for ever
 * (Documentation/filesystems/overlayfs.rst, "Non-standard behavior").
 */
export class Handles {
  private readonly lower: Backend;
  private readonly upper: Backend;
  private readonly slots: (OverlayHandle | undefined)[] = [];
  private readonly free: number[] = [];

  constructor(lower: Backend, upper: Backend) {
    this.lower = lower;
    this.upper = upper;
  }

  /** Returns a handle, or −errno. The lower layer is opened for reading, whatever the flags. */
  open(inode: OverlayInode, flags: number): number {
    const layer =
      inode.upper !== null
        ? this.upper.open(inode.upper, flags)
        : this.lower.open(inode.lower!, (flags & O_DIRECTORY) | O_NOATIME);
    if (layer < 0) return layer;
    const handle = this.free.pop() ?? this.slots.length;
    this.slots[handle] = { flags, layer };
    inode.handles ??= [];
    inode.handles.push(handle);
    return handle;
  }

  close(inode: OverlayInode, handle: number): void {
    const { layer } = this.slots[handle]!;
    this.slots[handle] = undefined;
    this.free.push(handle);
    const handles = inode.handles!;
    handles.splice(handles.indexOf(handle), 1);
    if (layer < 0) return;
    if (inode.upper !== null) this.upper.closeHandle(inode.upper, layer);
    else this.lower.closeHandle(inode.lower!, layer);
  }

  /** Returns the handle in the layer that has the inode now; or −errno. */
  at(inode: OverlayInode, handle: number): number {
    const open = this.slots[handle]!;
    if (open.layer >= 0) return open.layer;
    if (inode.upper === null) return -E.EBADF;
    const layer = this.upper.open(inode.upper, open.flags & ~(O_CREAT | O_EXCL | O_TRUNC));
    if (layer >= 0) open.layer = layer;
    return layer;
  }

  /** Closes the handles of an inode in its layer, before the inode moves to the other layer. */
  leave(inode: OverlayInode): void {
    if (inode.handles === null) return;
    for (const handle of inode.handles) {
      const open = this.slots[handle]!;
      const { layer } = open;
      open.layer = -1;
      if (layer < 0) continue;
      if (inode.upper !== null) this.upper.closeHandle(inode.upper, layer);
      else this.lower.closeHandle(inode.lower!, layer);
    }
  }
}
