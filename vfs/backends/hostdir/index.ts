// The public entry `hostDir`: exports a directory of the host. Needs Node, Deno or Bun at run time; may be bundled for
// a browser, where `hostDir` throws.
import { checkKind, checkOptions, invalid } from '../../lib/options.ts';
import type { OwnedBackend } from '../../backend/backend.ts';
import { HostDirStore } from './backend.ts';
import { HOSTDIR_OPTIONS, LEAST_DESCRIPTORS, MAX_DESCRIPTORS, type HostDirOptions, type Way } from './options.ts';
import { hostError, nodeFs, type Fs } from './node/node.ts';
import { namedError } from './named-error.ts';
import { PathTree } from './tree/paths/path-tree.ts';
import { descriptorsAt, openTop } from './tree/descriptors/proc.ts';
import { DESCRIPTOR_WAYS, choose, type DescriptorWay } from './calls/choose.ts';
import type { HostCalls } from './calls/calls.ts';
import { CachedTree } from './tree/cached/cached-tree.ts';
import { DescriptorTree } from './tree/descriptors/descriptor-tree.ts';

export type { HostDirOptions, Way } from './options.ts';

/** A directory of the host as a backend. */
export interface HostDirBackend extends OwnedBackend {
  readonly readOnly: boolean;
  /** Empty on Linux. */
  readonly limits: string;
  /**
   * The way in which the directory is reached: `openat2` or `openat` through libc, where the package koffi is installed;
   * `proc` through node:fs; `paths` where there are no descriptors to go by.
   */
  readonly way: Way;
  /** True if names and attributes are remembered: see HostDirOptions. */
  readonly cached: boolean;
  /** Forgets them, and remembers no more: from now on changes by others show. */
  uncache(): void;
  /**
   * The number of descriptors that hold inodes: one for the root, one for each inode in use, and at most
   * `maxDescriptors` others.
   */
  readonly descriptors: number;
  /** The number of known inodes: the root, those in use or held, and the directories above them. */
  readonly inodes: number;
  /** Closes the unused descriptors now rather than in a second. */
  trim(): void;
}

/**
 * Exports a directory of the host. On Linux a guest cannot escape from it, whatever it or another process does to the
 * tree; elsewhere, and with `paths`, `limits` of the backend states the exceptions. An error never makes it fall
 * back to paths. With the package koffi installed, the kernel is called directly, which is faster.
 * @param path The directory. It is opened now; on Linux it may be renamed later.
 * @param options See `HostDirOptions`.
 * @throws TypeError if an argument is invalid; Error without Node, Deno or Bun; Error with the code of node:fs if the
 *   directory does not exist (ENOENT, ENOTDIR) or cannot be opened (EMFILE, EACCES); on Linux, Error if there is a /proc that
 *   does not reach its descriptor.
 */
export function hostDir(path: string, options: HostDirOptions = {}): HostDirBackend {
  try {
    return opened(path, options);
  } catch (error) {
    throw namedError(error, 'path');
  }
}

function opened(path: string, options: HostDirOptions): HostDirBackend {
  checkKind(path, 'string', 'path');
  options = checkOptions(options, HOSTDIR_OPTIONS);
  const { way, cached = false, maxDescriptors = MAX_DESCRIPTORS } = options;
  if (way !== undefined && !DESCRIPTOR_WAYS.includes(way)) {
    throw invalid(`"options.way" must be one of ${DESCRIPTOR_WAYS.join(', ')}, not ${JSON.stringify(way)}`);
  }
  if (way !== undefined && options.paths === true)
    throw invalid('"options.way" and "options.paths" exclude each other');
  if (!Number.isInteger(maxDescriptors) || maxDescriptors < LEAST_DESCRIPTORS)
    throw invalid(`"options.maxDescriptors" must be an integer from ${LEAST_DESCRIPTORS} on, not ${maxDescriptors}`);
  const fs = nodeFs();
  const fd = options.paths === true ? -1 : openTop(fs, path);
  const tree = fd < 0 ? byPaths(fs, path, way) : byDescriptors(fs, fd, way, maxDescriptors, cached);
  return new HostDirStore(tree, options);
}

function byPaths(fs: Fs, path: string, way: DescriptorWay | undefined): PathTree {
  if (way !== undefined) throw new Error(`The host directory cannot be reached by way of ${way} without /proc.`);
  return new PathTree(fs, path);
}

/** Takes the descriptor over; it is closed if this throws. */
function byDescriptors(
  fs: Fs,
  fd: number,
  way: DescriptorWay | undefined,
  most: number,
  cached: boolean,
): DescriptorTree {
  let calls: HostCalls;
  let own: number;
  try {
    calls = choose(fs, descriptorsAt(fs), way);
    own = calls.own(fd);
  } catch (thrown) {
    fs.closeSync(fd);
    throw thrown;
  }
  if (own !== fd) fs.closeSync(fd);
  if (own < 0) throw hostError(-own, 'the directory cannot be opened');
  try {
    return cached ? new CachedTree(calls, own, most) : new DescriptorTree(calls, own, most);
  } catch (thrown) {
    calls.close(own);
    throw thrown;
  }
}
