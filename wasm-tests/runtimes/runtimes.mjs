// The JavaScript runtimes that the tests run on: pinned binaries from npm, in binaries/.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const HERE = import.meta.dirname;

/** The reason for a missing runtime. */
export const NO_BINARY = `npm installed no binary of it for ${process.platform} ${process.arch}`;

/** Arguments of Deno before a script. */
const DENO = ['run', '--node-modules-dir=manual', '--cached-only'];

/**
 * Name, the binary below binaries/node_modules, arguments before a script, and those for one that may do everything.
 * @type {{ name: string, binary: string, args: string[], all: string[] }[]}
 */
export const RUNTIMES = [
  { name: 'Node 20.19, the oldest allowed', binary: 'node20/bin/node', args: [], all: [] },
  { name: 'Node 22', binary: 'node22/bin/node', args: [], all: [] },
  { name: 'Node 24', binary: 'node24/bin/node', args: [], all: [] },
  { name: 'Node 26', binary: 'node26/bin/node', args: [], all: [] },
  {
    name: 'Deno',
    binary: '@deno/linux-x64-glibc/deno',
    args: [...DENO, '--allow-read', '--allow-sys=uid,gid'],
    // A host directory needs /proc.
    all: [...DENO, '--allow-all'],
  },
  { name: 'Bun', binary: '@oven/bun-linux-x64/bin/bun', args: ['run'], all: ['run'] },
];

/** The path of a binary; null if it is not installed. @param {string} binary */
export function pathOf(binary) {
  const path = join(HERE, 'binaries/node_modules', binary);
  return existsSync(path) ? path : null;
}

/** The version that a binary prints of itself. @param {string} path */
export function versionOf(path) {
  return /\d+\.\d+\.\d+/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout)?.[0] ?? '?';
}
