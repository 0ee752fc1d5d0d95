// The exports of servers elsewhere: `wasi9p/remote`. Node only: it uses a helper thread.
export { remote, type NodePort, type RemoteServer } from './remote.ts';
export type { CacheMode, OrphanMode, RemoteOptions } from './settings.ts';
