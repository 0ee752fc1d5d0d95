// File systems of Linux that this kernel alone changes, by f_type of statfs(2).

const EXT = 0xef53;
const XFS = 0x58465342;
const BTRFS = 0x9123683e;
const TMPFS = 0x01021994;
const F2FS = 0xf2f52010;
const OVERLAYFS = 0x794c7630;

const LOCAL: ReadonlySet<number> = new Set([EXT, XFS, BTRFS, TMPFS, F2FS]);

/** True if each change of a directory is reported by inotify(7): not on a network, and not through FUSE. */
export function reportsChanges(fsType: number): boolean {
  return LOCAL.has(fsType) || fsType === OVERLAYFS;
}

/** True if d_ino and d_type of getdents64(2) are those of stat(2), but for directories, on which others are mounted. */
export function listsInodes(fsType: number): boolean {
  return LOCAL.has(fsType);
}
