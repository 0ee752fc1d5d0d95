// The interface by which the client asks a namespace for mounts. vfs/namespace implements it.
import type { AtCalls } from './at-calls.ts';

/**
 * The mounts in the tree of one client: a name in a directory → the root of another tree. Directories are passed as
 * fids of that client.
 */
export interface MountTable {
  /** False if no name is a mount point anywhere in the namespace: a path of these names stays in its tree. */
  mayCross(names: readonly string[]): boolean;
  /** The tree mounted on `name` in a directory, or null. */
  mountAt(dir: number, name: string): AtCalls | null;
  /**
   * The errno of removing or renaming a name: EBUSY, a mount point; ENOTEMPTY, a directory with synthetic entries; or
   * 0.
   */
  busy(dir: number, name: string): number;
  /**
   * Entries of mount points that the directory itself does not have, each encoded as in Rreaddir, to be listed after
   * its own entries. The upper half of their cookies is `SYNTHETIC_COOKIE`, the lower half counts from 1.
   */
  syntheticEntries(dir: number): readonly Uint8Array[];
  /** The mount point of the tree, for `..` of its root: the path `names` from the fid `base` of `at`; null if not mounted. */
  parentMount(base: number): { at: AtCalls; base: number; names: readonly string[] } | null;
}

/** True if another tree is mounted on a name of a directory. */
export function isMountPoint({ mountTable }: AtCalls, dir: number, name: string): boolean {
  return mountTable !== null && mountTable.mountAt(dir, name) !== null;
}

/** The upper half of the cookies of synthetic entries, which is beyond those of any server. */
export const SYNTHETIC_COOKIE = 0x4000_0000;
