// The public entry `hostDir`: exports a directory of the host. Needs Node, Deno or Bun at run time; may be bundled for
// a browser, where `hostDir` throws.
import { check, checkOptions, type RowsOf } from '../../lib/options.ts';
import { HostDirBackend, type HostDirOptions } from './backend.ts';
import { nodeFs, type Fs } from './node/node.ts';
import { PathTree } from './tree/path-tree.ts';
import { openTop } from './tree/proc.ts';
import { ProcTree } from './tree/proc-tree.ts';

export { HostDirBackend, type HostDirOptions } from './backend.ts';

export const HOSTDIR_OPTIONS = { readOnly: 'boolean', paths: 'boolean' } satisfies RowsOf<HostDirOptions>;

/**
 * Exports a directory of the host. On Linux nothing outside it can be reached, whatever the guest and other
 * processes do to the tree; elsewhere, and with `paths`, `limits` of the backend says what cannot be promised.
 * @param path The directory; it is opened now, and renaming it later does not matter (on Linux).
 * @throws TypeError for arguments that cannot be; Error without Node, Deno or Bun; what node:fs throws when there is no such directory (ENOENT, ENOTDIR) or it
 *   cannot be opened (EMFILE, EACCES); on Linux, an Error when its descriptor cannot be reached through /proc although
 *   there is one. It never goes by paths for such a reason.
 */
export function hostDir(path: string, options: HostDirOptions = {}): HostDirBackend {
  check(path, 'string', 'path');
  options = checkOptions(options, HOSTDIR_OPTIONS);
  const fs = nodeFs();
  const fd = options.paths === true ? -1 : openTop(fs, path);
  const tree = fd < 0 ? new PathTree(fs, path) : byDescriptors(fs, fd);
  return new HostDirBackend(fs, tree, options);
}

/** The descriptor is the tree's, or closed. */
function byDescriptors(fs: Fs, fd: number): ProcTree {
  try {
    return new ProcTree(fs, fd);
  } catch (thrown) {
    fs.closeSync(fd);
    throw thrown;
  }
}
