// The hosts that run the benchmark program: the columns of the table.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { INSTALL } from '../hosts/lib/peers.ts';

const BENCH = fileURLToPath(new URL('..', import.meta.url));
const BINARIES = fileURLToPath(new URL('../../wasm-tests/runtimes/binaries/node_modules/', import.meta.url));

/** The role of a column in the goals: `peer` is another implementation with its files in JavaScript's memory. */
export type Kind = 'native' | 'node' | 'peer' | 'ours';

interface Host {
  key: string;
  label: string;
  kind: Kind;
  /** Arguments of Node before the script. */
  node?: readonly string[];
  /** Package below peers/ that it needs. */
  package?: string;
  /** The only table that it is in: that of checks of a file system, or that of host directories. */
  only?: 'compare' | 'host';
}

const HOSTS: readonly Host[] = [
  { key: 'native', label: 'native gcc, tmpfs', kind: 'native' },
  { key: 'node-wasi', label: 'node:wasi, tmpfs', kind: 'node', node: ['--no-warnings'] },
  { key: 'ram', label: 'wasi9p, ram', kind: 'ours' },
  { key: 'memfs', label: 'wasi9p, memfs', kind: 'ours' },
  { key: 'hostdir', label: 'wasi9p, hostdir on tmpfs', kind: 'ours' },
  { key: 'browser-wasi-shim', label: 'browser_wasi_shim, in memory', kind: 'peer' },
  { key: 'wasm-util', label: 'wasm-util + memfs', kind: 'peer', package: '@tybys/wasm-util' },
  { key: 'runno', label: '@runno/wasi, in memory', kind: 'peer', package: '@runno/wasi' },
  { key: 'wasmer', label: '@wasmer/wasi, in memory', kind: 'peer', package: '@wasmer/wasi', only: 'compare' },
  { key: 'openat2', label: 'openat2', kind: 'ours', only: 'host' },
  { key: 'openat', label: 'openat', kind: 'ours', only: 'host' },
  { key: 'proc', label: 'proc', kind: 'ours', only: 'host' },
  { key: 'bare-libc', label: 'libc, bare', kind: 'node', only: 'host' },
  { key: 'bare-fs', label: 'node:fs, plain paths', kind: 'node', only: 'host' },
];

interface Runtime {
  label: string;
  binary: string;
  args: readonly string[];
}

const RUNTIMES: Record<string, Runtime> = {
  node24: { label: 'Node 24', binary: 'node24/bin/node', args: [] },
  node26: { label: 'Node 26', binary: 'node26/bin/node', args: [] },
  deno: {
    label: 'Deno',
    binary: '@deno/linux-x64-glibc/deno',
    args: ['run', '--allow-all', '--no-check', '--node-modules-dir=manual', '--cached-only'],
  },
  bun: { label: 'Bun', binary: '@oven/bun-linux-x64/bin/bun', args: ['run'] },
};

/** A host on a runtime, ready to be started. */
export interface Column {
  /** As `--hosts` names it: `ram`, `ram@node26`. */
  key: string;
  label: string;
  kind: Kind;
  /** The host's script; null for the native program. */
  script: string | null;
  /** True if it runs on another runtime than the benchmark. */
  elsewhere: boolean;
  /** The runtime and its arguments before the script; empty for the native program. */
  runtime: readonly string[];
}

/** The names of the runtimes beside the running Node. */
export const runtimeNames = Object.keys(RUNTIMES);

/** The hosts' keys when none are named. */
export const defaultKeys = HOSTS.filter(({ only }) => only === undefined).map(({ key }) => key);

/** The hosts of the comparison: Linux, ours, the others. */
export const comparedKeys = (['native', 'ours', 'node', 'peer'] as const).flatMap((wanted) =>
  HOSTS.filter(({ kind, only }) => kind === wanted && only !== 'host').map(({ key }) => key),
);

/** The columns of the table of host directories. */
export const hostKeys = ['openat2', 'openat', 'proc', 'node-wasi', 'native', 'bare-libc', 'bare-fs'];

/** The hosts of a quick run. */
export const quickKeys = ['native', 'node-wasi', 'ram', 'memfs', 'browser-wasi-shim', 'runno'];

/** Returns our backends on that runtime, and node:wasi if the runtime has it. */
export function keysOn(runtime: string): string[] {
  const keys = HOSTS.filter(
    ({ kind, only }) => only === undefined && (kind === 'ours' || (kind === 'node' && runtime.startsWith('node'))),
  );
  return keys.map(({ key }) => `${key}@${runtime}`);
}

/** Returns the column of a key, or a sentence with the reason why it cannot be run here. */
export function columnOf(name: string): Column | string {
  const [key, runtime] = name.split('@');
  const host = HOSTS.find((host) => host.key === key);
  if (host === undefined) return `Unknown host ${name}: expected one of ${defaultKeys.join(', ')}.`;
  if (host.kind === 'native') {
    return noNative() ?? { key: name, label: host.label, kind: host.kind, script: null, elsewhere: false, runtime: [] };
  }
  if (host.package !== undefined && !existsSync(join(BENCH, 'peers/node_modules', host.package))) {
    return `${host.label} is left out: ${host.package} is not installed; do \`${INSTALL}\`.`;
  }
  const column = {
    key: name,
    label: host.label,
    kind: host.kind,
    script: scriptOf(host.key),
    elsewhere: runtime !== undefined,
  };
  if (runtime === undefined) return { ...column, runtime: [process.execPath, ...(host.node ?? [])] };
  return onRuntime({ ...column, runtime: host.node ?? [] }, runtime);
}

/** build.mjs bundles the hosts' scripts beside the running script. */
function scriptOf(key: string): string {
  return join(dirname(process.argv[1]!), 'hosts', `${key}.mjs`);
}

function onRuntime(column: Column, name: string): Column | string {
  const runtime = RUNTIMES[name];
  if (runtime === undefined) return `Unknown runtime ${name}: expected one of ${runtimeNames.join(', ')}.`;
  const path = join(BINARIES, runtime.binary);
  if (!existsSync(path)) return `${column.label} on ${runtime.label} is left out: it is not in wasm-tests/runtimes.`;
  const args = name.startsWith('node') ? column.runtime : [];
  return { ...column, label: `${column.label}, ${runtime.label}`, runtime: [path, ...runtime.args, ...args] };
}

/** The path of a tmpfs on Linux. */
export const TMPFS = '/dev/shm';

function noNative(): string | undefined {
  if (!existsSync(TMPFS)) return `The native column is left out: ${TMPFS} does not exist.`;
  return spawnSync('gcc', ['--version']).status === 0
    ? undefined
    : 'The native column is left out: gcc is not installed.';
}
