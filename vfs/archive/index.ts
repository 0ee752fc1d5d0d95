// Tar archives as programs over a 9P client: packs any tree, unpacks into any tree. May import connect, client, backend
// and backends/tar; never node:.
export type { TarOptions } from '../backends/tar/format/limits.ts';
export type { Skipped } from '../backends/tar/tree.ts';
export type { TreeRoot } from './tree.ts';
export { packTar } from './pack.ts';
export { unpackTar } from './unpack.ts';
