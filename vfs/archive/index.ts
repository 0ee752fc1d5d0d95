// Archives as programs over the client: any tree as a tar file, and back. May import connect, client, backend, backends/tar.
export type { TarOptions } from '../backends/tar/format/limits.ts';
export type { Skipped } from '../backends/tar/tree.ts';
export type { Place } from './place.ts';
export { packTar } from './pack.ts';
export { unpackTar } from './unpack.ts';
