// The options of `hostDir`, apart from the class, whose declarations name the types of node:fs.
import type { RowsOf } from '../../lib/options.ts';

/**
 * The way in which a host directory is reached.
 *
 * - `openat2`: the kernel's own calls through libc, which the package koffi calls. An inode that has lost its descriptor
 *   is found again by one openat2(2), beneath the directory and without any symlink.
 * - `openat`: the same where there is no openat2(2): before Linux 5.6, and in some containers.
 * - `proc`: the calls of node:fs, one name at a time below a descriptor in /proc/self/fd.
 * - `paths`: the calls of node:fs by checked paths, which another process can lead astray.
 */
export type Way = 'openat2' | 'openat' | 'proc' | 'paths';

/**
 * The default limit of inodes that are held without being in use. Half of them are idle: the next paths are probably
 * like the last. The other half are directories above inodes in use.
 */
export const MAX_DESCRIPTORS = 512;
/** The least limit: a call needs some at once. */
export const LEAST_DESCRIPTORS = 64;

/** The options of `hostDir`. */
export interface HostDirOptions {
  /** True to answer EROFS to every change, including opening for writing, O_TRUNC and utimensat(2). Default false. */
  readOnly?: boolean;
  /**
   * True to use paths even where descriptors work, with the guarantees of other systems only (see `limits`): for a
   * Linux whose /proc is not accessible to this process. Default false.
   */
  paths?: boolean;
  /**
   * The way in which the directory is reached on Linux; if it does not work here, `hostDir` throws. By default the first
   * that works: `openat2`, `openat`, `proc`; in a worker thread `proc`, since Node closes the descriptors of a
   * terminated thread only if it has opened them itself. Not with `paths`.
   */
  way?: Exclude<Way, 'paths'>;
  /**
   * True for a directory that nobody else changes while it is in use, such as an installed toolchain: names and
   * attributes are remembered, and asked only once. If somebody changes it all the same, answers may be old or ESTALE;
   * nothing outside is reached, whatever happens. Without effect on `paths`. Default false.
   */
  cached?: boolean;
  /**
   * The most descriptors that are kept for inodes that are not in use: half of them for the last ones used, for a
   * second, and half for the directories above those in use. An inode whose descriptor is not kept is found again when it is needed. From
   * 64 on; default 512.
   */
  maxDescriptors?: number;
}

/** The kinds of the options. */
export const HOSTDIR_OPTIONS = {
  readOnly: 'boolean',
  paths: 'boolean',
  way: 'string',
  cached: 'boolean',
  maxDescriptors: 'number',
} satisfies RowsOf<HostDirOptions>;
