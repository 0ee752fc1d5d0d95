// Reads an archive into a backend.
import { mustBe } from '../../lib/options.ts';
import { TarStore } from './backend.ts';
import { inflated } from './format/gzip.ts';
import { Limits, type TarOptions } from './format/limits.ts';
import { TarReader } from './format/reader.ts';
import { TarTree } from './tree.ts';

/** As `tar` (index.ts), with the backend's own type: its inodes have the members of the archive. */
export function openTar(bytes: Uint8Array, options?: TarOptions): TarStore {
  if (!(bytes instanceof Uint8Array)) throw mustBe('a Uint8Array, the bytes of an archive', 'bytes', bytes);
  const limits = new Limits(options);
  const archive = inflated(bytes, limits);
  const reader = new TarReader(archive, limits);
  const tree = new TarTree(limits);
  for (let entry = reader.next(); entry !== null; entry = reader.next()) tree.add(entry);
  return new TarStore(tree, archive.length);
}
