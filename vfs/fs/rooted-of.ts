// Access to the fids below a FileSystem, for other folders of this package.
import type { FileSystem } from './file-system.ts';
import type { Rooted } from './files/rooted.ts';

/** The *at calls below a FileSystem, for callers that work with fids. */
export function rootedOf(fs: FileSystem): Rooted {
  // Protected, so that it is not part of the public interface.
  return (fs as unknown as { readonly rooted: Rooted }).rooted;
}
