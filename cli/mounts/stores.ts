// The stores that mount options open, each loaded when a command line needs it: a run without them starts faster.
import type { hostDir as HostDir } from '../../vfs/backends/hostdir/index.ts';
import type { overlay as Overlay } from '../../vfs/backends/overlay/index.ts';
import type { remote as Remote } from '../../vfs/remote/index.ts';
import type { tar as Tar } from '../../vfs/backends/tar/index.ts';

interface Stores {
  hostDir: typeof HostDir;
  overlay: typeof Overlay;
  tar: typeof Tar;
  remote: typeof Remote;
}
export type StoreName = keyof Stores;

const LOADERS: { readonly [Name in StoreName]: () => Promise<Pick<Stores, Name>> } = {
  hostDir: () => import('../../vfs/backends/hostdir/index.ts'),
  overlay: () => import('../../vfs/backends/overlay/index.ts'),
  tar: () => import('../../vfs/backends/tar/index.ts'),
  remote: () => import('../../vfs/remote/index.ts'),
};
const loaded: Partial<Stores> = {};

/** Imports the functions of these stores. */
export async function importStores(names: readonly StoreName[]): Promise<void> {
  const modules = await Promise.all(Array.from(new Set(names), (name) => LOADERS[name]()));
  Object.assign(loaded, ...modules);
}

/** As hostDir of wasi9p/backends/hostdir, after `importStores`. */
export const hostDir: typeof HostDir = (...args) => loaded.hostDir!(...args);
/** As overlay of wasi9p/backends/overlay, after `importStores`. */
export const overlay: typeof Overlay = (...args) => loaded.overlay!(...args);
/** As tar of wasi9p/backends/tar, after `importStores`. */
export const tar: typeof Tar = (...args) => loaded.tar!(...args);
/** As remote of wasi9p/remote, after `importStores`. */
export const remote: typeof Remote = (...args) => loaded.remote!(...args);
