import { HostDirBackend, type HostDirOptions } from './backend.ts';
import { nodeFs } from './node.ts';
import { PathTree } from './path-tree.ts';
import { procWorks } from './proc.ts';
import { ProcTree } from './proc-tree.ts';

export { HostDirBackend, type HostDirOptions } from './backend.ts';

/**
 * Exports a directory of the host. On Linux nothing outside it can be reached, whatever the guest and other
 * processes do to the tree; elsewhere `limits` of the backend says what cannot be promised.
 * @param path The directory; it is opened now, and renaming it later does not matter (on Linux).
 * @throws Error without Node, Deno or Bun; what node:fs throws when there is no such directory (ENOENT, ENOTDIR).
 */
export function hostDir(path: string, options: HostDirOptions = {}): HostDirBackend {
  const fs = nodeFs();
  const tree = procWorks(fs, path) ? new ProcTree(fs, path) : new PathTree(fs, path);
  return new HostDirBackend(fs, tree, options);
}
