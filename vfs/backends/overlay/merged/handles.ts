// Open handles that survive a copy-up.
import { O_CREAT, O_DIRECTORY, O_EXCL, O_NOATIME, O_TRUNC } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { OverlayInode } from './inode.ts';

/** An open file: the server's handle is its number. */
interface Handle {
  flags: number;
  /** The layer's handle; −1 until it is wanted, once the file was copied up. */
  layer: number;
}

/**
 * The open handles. A file that is copied up while it is open takes its handles along: they are closed in the lower
 * layer and opened in the upper one when they are next used. So a descriptor always shows the file as it is now, where
 * overlayfs of Linux lets one that was opened for reading before the copy-up show the old data for ever
 * (Documentation/filesystems/overlayfs.rst, "Non-standard behavior"): what POSIX says, and any other file system does.
 */
export class Handles {
  private readonly lower: Backend;
  private readonly upper: Backend;
  private readonly slots: (Handle | undefined)[] = [];
  private readonly free: number[] = [];

  constructor(lower: Backend, upper: Backend) {
    this.lower = lower;
    this.upper = upper;
  }

  /** Opens: the handle, or −errno. The lower layer is only read, whatever the flags. */
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

  /** The handle of the layer that the inode is in; or −errno. */
  at(inode: OverlayInode, handle: number): number {
    const open = this.slots[handle]!;
    if (open.layer >= 0) return open.layer;
    if (inode.upper === null) return -E.EBADF;
    const layer = this.upper.open(inode.upper, open.flags & ~(O_CREAT | O_EXCL | O_TRUNC));
    if (layer >= 0) open.layer = layer;
    return layer;
  }

  /** Closes what the layer has open of the inode, which is about to get another one. */
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
