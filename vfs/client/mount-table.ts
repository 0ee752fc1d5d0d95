// The interface by which the client asks a namespace for mounts. vfs/namespace implements it.
import type { AtCalls } from './at.ts';

/**
 * What a namespace has put on the names of one client's tree: other trees. The directory that a name is in is given by
 * a fid of that client.
 */
export interface MountTable {
  /** Whether one of the names could be one of those: a path without them stays in its tree. */
  mayCross(names: readonly string[]): boolean;
  /** The tree whose root stands for `name` in the directory, or null. */
  mountAt(dir: number, name: string): AtCalls | null;
  /** Why a name can be neither removed nor renamed: EBUSY, ENOTEMPTY for a directory that something is in; or 0. */
  busy(dir: number, name: string): number;
  /**
   * The entries to list behind those that are there, each as in an Rreaddir, with names of up to 255 bytes; the upper
   * half of their cookies is `SYNTHETIC_COOKIE`, the lower one how many come before what is behind it.
   */
  syntheticEntries(dir: number): readonly Uint8Array[];
  /** Where a preopened directory lies in another one: `..` of it goes on there. Null: nowhere. */
  parentMount(base: number): { at: AtCalls; base: number; names: readonly string[] } | null;
}

/** More entries than any directory has: what the upper half of a server's cookie never is. */
export const SYNTHETIC_COOKIE = 0x4000_0000;
