import type { AtCalls } from './at.ts';

/**
 * What a namespace has put on the names of one client's tree: other trees. The directory that a name is in is given by
 * a fid of that client.
 */
export interface Joins {
  /** Whether one of the names could be one of those: a path without them stays in its tree. */
  concern(names: readonly string[]): boolean;
  /** The tree whose root stands for `name` in the directory, or null. */
  over(dir: number, name: string): AtCalls | null;
  /** Why a name can be neither removed nor renamed: EBUSY, ENOTEMPTY for a directory that something is in; or 0. */
  busy(dir: number, name: string): number;
  /** The entries to list besides those that are there, as WASI dirents whose cookies have `EXTRA` as upper half. */
  extra(dir: number): Uint8Array | null;
  /** Where a preopened directory lies in another one: `..` of it goes on there. Null: nowhere. */
  outer(base: number): { at: AtCalls; base: number; names: readonly string[] } | null;
}

/** The upper half of the cookies of `extra`; the lower one is the offset behind the entry. */
export const EXTRA = 0x4000_0000;
