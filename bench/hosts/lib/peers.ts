// Loads the other WASI hosts from bench/peers, where they are installed apart from the project's dependencies.

/** The command that installs the peers. */
export const INSTALL = 'npm ci --ignore-scripts --no-audit --no-fund --prefix bench/peers';

const PEERS = new URL('../../peers/node_modules/', import.meta.url);

/** The module of a peer's package; `file` is a path below its node_modules. */
export function peer(file: string): Promise<unknown> {
  return import(new URL(file, PEERS).href);
}
