// Changes of names in the merged tree: entries that are made, linked, removed and renamed in the upper layer.
import { nowNsec, nowSec, readClock } from '../../../lib/clock.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { attempt, touch } from '../layer/layer.ts';
import { keepCtime, noteChange, type AttrSource, type CopyUp } from './copy-up.ts';
import type { Directories } from './directory.ts';
import type { OverlayInode } from './inode.ts';
import type { MergedTable } from './merged-table.ts';

/** Changes names. All methods copy up what they change; they return 0 or an errno of a layer. */
export class NameChanges {
  private readonly upper: Backend;
  private readonly table: MergedTable;
  private readonly dirs: Directories;
  private readonly copy: CopyUp;
  private readonly merged: AttrSource;

  constructor(upper: Backend, table: MergedTable, dirs: Directories, copy: CopyUp, merged: AttrSource) {
    this.upper = upper;
    this.table = table;
    this.dirs = dirs;
    this.copy = copy;
    this.merged = merged;
  }

  create(dir: OverlayInode, name: string, mode: number, rdev: number, uid: number, gid: number): Inode | number {
    const errno = this.copy.up(dir);
    if (errno !== 0) return errno;
    const made = this.upper.create(dir.upper!, name, mode, rdev, uid, gid);
    return typeof made === 'number' ? made : this.made(dir, name, made);
  }

  symlink(dir: OverlayInode, name: string, target: string, uid: number, gid: number): Inode | number {
    const errno = this.copy.up(dir);
    if (errno !== 0) return errno;
    const made = this.upper.symlink(dir.upper!, name, target, uid, gid);
    return typeof made === 'number' ? made : this.made(dir, name, made);
  }

  private made(dir: OverlayInode, name: string, upper: Inode): OverlayInode {
    this.dirs.hide(dir, name, false);
    const inode = this.table.madeUpper(upper);
    this.table.place(inode, dir, name);
    if (inode.isDir) dir.subdirs++;
    noteChange(dir);
    return this.table.serve(inode);
  }

  link(dir: OverlayInode, name: string, inode: OverlayInode): number {
    const errno = this.copy.up(inode) || this.copy.up(dir) || this.linkUpper(dir, name, inode);
    if (errno !== 0) return errno;
    this.dirs.hide(dir, name, false);
    this.table.place(inode, dir, name);
    noteChange(dir);
    noteChange(inode);
    return 0;
  }

  private linkUpper(dir: OverlayInode, name: string, inode: OverlayInode): number {
    const errno = attempt(() => this.upper.link(dir.upper!, name, inode.upper!));
    // The copy has no name left in the upper layer: link(2) of an orphan is ENOENT on a host.
    if (errno === E.ENOENT && this.upper.nlink(inode.upper!) === 0) return this.copy.again(inode, dir, name);
    return errno;
  }

  unlink(dir: OverlayInode, name: string, inode: OverlayInode): number {
    const errno = this.copy.up(dir);
    if (errno !== 0) return errno;
    if (this.dirs.isUpper(dir, name, inode)) {
      const failed = this.upper.unlink(dir.upper!, name, inode.upper!);
      if (failed !== 0) return failed;
      this.dirs.gone(dir, name);
      noteChange(inode);
      this.unnamed(dir, name, inode);
    } else {
      const failed = touch(this.upper, dir.upper!);
      if (failed !== 0) return failed;
      this.loseLower(dir, name, inode);
    }
    if (inode.isDir) dir.subdirs--;
    noteChange(dir);
    return 0;
  }

  /** Removes a name that only the lower layer has: it is whited out. */
  private loseLower(dir: OverlayInode, name: string, inode: OverlayInode): void {
    this.dirs.hide(dir, name, true);
    inode.lost++;
    readClock();
    keepCtime(inode, nowSec, nowNsec);
    // Pinned while it has other names: the lower layer still counts the removed one.
    if (!inode.isDir && this.merged.nlink(inode) > 0) this.table.pin(inode);
    this.copy.settleLower(inode);
    this.unnamed(dir, name, inode);
  }

  private unnamed(dir: OverlayInode, name: string, inode: OverlayInode): void {
    if (inode.isDir) inode.removed = true;
    else if (inode.parent === dir && inode.name === name) inode.name = '';
  }

  rename(
    oldDir: OverlayInode,
    oldName: string,
    inode: OverlayInode,
    newDir: OverlayInode,
    newName: string,
    target: OverlayInode | null,
  ): number {
    const { copy, dirs } = this;
    const errno = copy.up(oldDir) || copy.up(newDir) || (inode.upper === null ? copy.at(inode, oldDir, oldName) : 0);
    if (errno !== 0) return errno;
    const over = target !== null && dirs.isUpper(newDir, newName, target) ? target.upper : null;
    const failed = dirs.isUpper(oldDir, oldName, inode)
      ? this.upper.rename(oldDir.upper!, oldName, inode.upper!, newDir.upper!, newName, over)
      : this.moveLower(oldDir, oldName, inode, newDir, newName, over);
    if (failed !== 0) return failed;
    dirs.gone(oldDir, oldName);
    if (target === null) dirs.hide(newDir, newName, false);
    else this.replaced(newDir, newName, target, over !== null);
    if (inode.isDir) {
      oldDir.subdirs--;
      newDir.subdirs++;
    }
    this.table.move(inode, newDir, newName);
    noteChange(oldDir);
    noteChange(newDir);
    noteChange(inode);
    return 0;
  }

  /** Renames a copied-up file by another of its names, which exists in the lower layer only. */
  private moveLower(
    oldDir: OverlayInode,
    oldName: string,
    inode: OverlayInode,
    newDir: OverlayInode,
    newName: string,
    over: Inode | null,
  ): number {
    if (inode.isDir) return E.ESTALE;
    const errno =
      (over !== null ? this.upper.unlink(newDir.upper!, newName, over) : 0) ||
      this.linkUpper(newDir, newName, inode) ||
      touch(this.upper, oldDir.upper!);
    if (errno === 0) this.loseLower(oldDir, oldName, inode);
    return errno;
  }

  /** Accounts for the replaced target of a rename. */
  private replaced(dir: OverlayInode, name: string, target: OverlayInode, wasUpper: boolean): void {
    if (target.isDir) dir.subdirs--;
    if (!wasUpper) {
      this.loseLower(dir, name, target);
      return;
    }
    this.dirs.cover(dir, name);
    noteChange(target);
    this.unnamed(dir, name, target);
  }
}
