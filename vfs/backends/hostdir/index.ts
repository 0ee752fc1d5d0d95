// The public entry `hostDir`: exports a directory of the host. Needs Node, Deno or Bun at run time; may be bundled for
// a browser, where `hostDir` throws.
import { check, checkOptions, type RowsOf } from '../../lib/options.ts';
import type { OwnedBackend } from '../../backend/backend.ts';
import { HostDirBackend as Store } from './backend.ts';
import type { HostDirOptions } from './options.ts';
import { nodeFs, type Fs } from './node/node.ts';
import { PathTree } from './tree/path-tree.ts';
import { openTop } from './tree/proc.ts';
import { ProcTree } from './tree/proc-tree.ts';

export type { HostDirOptions } from './options.ts';

/** A directory of the host as a backend. */
export interface HostDirBackend extends OwnedBackend {
  readonly readOnly: boolean;
  /** Empty on Linux. */
  readonly limits: string;
  /**
   * The number of descriptors that hold inodes: one for the root, one for each inode in use, up to 256 recently used
   * ones for a second, and up to 256 directories above those in use.
   */
  readonly descriptors: number;
  /** The number of known inodes: the root, those in use or held, and the directories above them. */
  readonly inodes: number;
  /** Closes the unused descriptors now rather than in a second. */
  trim(): void;
}

/** The kinds of the options. @internal */
export const HOSTDIR_OPTIONS = { readOnly: 'boolean', paths: 'boolean' } satisfies RowsOf<HostDirOptions>;

/**
 * Exports a directory of the host. On Linux a guest cannot escape from it, whatever it or another process does to the
 * tree; elsewhere, and with `paths`, `limits` of the backend states the exceptions. An error never makes it fall
 * back to paths.
 * @param path The directory. It is opened now; on Linux it may be renamed later.
 * @param options See `HostDirOptions`.
 * @throws TypeError if an argument is invalid; Error without Node, Deno or Bun; the error of node:fs if the directory
 *   does not exist (ENOENT, ENOTDIR) or cannot be opened (EMFILE, EACCES); on Linux, Error if there is a /proc that
 *   does not reach its descriptor.
 */
export function hostDir(path: string, options: HostDirOptions = {}): HostDirBackend {
  check(path, 'string', 'path');
  options = checkOptions(options, HOSTDIR_OPTIONS);
  const fs = nodeFs();
  const fd = options.paths === true ? -1 : openTop(fs, path);
  const tree = fd < 0 ? new PathTree(fs, path) : byDescriptors(fs, fd);
  return new Store(fs, tree, options);
}

/** Takes the descriptor over; it is closed if this throws. */
function byDescriptors(fs: Fs, fd: number): ProcTree {
  try {
    return new ProcTree(fs, fd);
  } catch (thrown) {
    fs.closeSync(fd);
    throw thrown;
  }
}
