// The table of mount options, and the mounts of a command line.
import { existsSync, readFileSync } from 'node:fs';
import { S_IFDIR } from '../../vfs/linux/constants.ts';
import { cleanName } from '../../vfs/lib/clean-name.ts';
import type { Backend } from '../../vfs/backend/backend.ts';
import type { Attachable } from '../../vfs/transport/transport.ts';
import { checkDirectory, checkFile } from './host-path.ts';
import { MAPDIR } from './mapdir.ts';
import { DEFAULT_SHARE, MountMemory, parseSize } from './mount-memory.ts';
import { hostPath } from '../lib/lossy.ts';
import { UsageError, type Option, type Parsed } from '../lib/options.ts';
import { reasonOf } from '../lib/reason.ts';
import { LEAST_DESCRIPTORS, MAX_DESCRIPTORS, type HostDirOptions } from '../../vfs/backends/hostdir/options.ts';
import { hostDir, importStores, overlay, remote, tar, type StoreName } from './stores.ts';

/** A store of this process, or a server elsewhere, which has no members of a backend. */
export type Store =
  | Backend
  | (Attachable & { readonly [Name in 'changes' | 'limits' | 'way' | 'cached' | 'readOnly' | 'close']?: undefined });

/** A store and its mount point. */
export interface GuestMount {
  readonly guest: string;
  readonly backend: Store;
  /** The host directory, if it is one. */
  readonly host?: string;
  /** True if it is not a preopen, see `Mount` of on-backends.ts. */
  readonly within?: boolean;
  /** True if listings do not show it. */
  readonly hidden?: boolean;
  /** True for the default root: a path that is not in it was not granted. */
  readonly isDefault?: boolean;
}

/** True for what the user has mounted. */
export function isGranted({ isDefault, hidden }: GuestMount): boolean {
  return isDefault !== true && hidden !== true;
}

/** A mount option: with its row, every command accepts it and lists it in its help. */
export interface MountOption extends Option {
  readonly value: string;
  /** The stores that `mount` opens. */
  readonly stores: readonly StoreName[];
  /** @throws UsageError if the value is invalid. */
  mount(value: string, memory: MountMemory, host: HostDirOptions): GuestMount;
}

export const MOUNT_OPTIONS: readonly MountOption[] = [
  {
    name: 'dir',
    many: true,
    also: ['mapdir', 'volume', 'v', 'd', 'bind', 'directory', 'preopen'],
    stores: ['hostDir'],
    value: 'HOST[::GUEST[::ro][::cached]]',
    help: 'Grants a directory of this machine at the path GUEST (default: HOST as written), with\n::ro read-only. ::cached caches names and attributes: no other process may change it\nmeanwhile. May be repeated, like all of these.',
    mount(value, _memory, options) {
      const usage = 'HOST, HOST::GUEST, HOST::GUEST::ro or HOST::GUEST::cached';
      const [host, guest = host, ...modes] = parts('dir', value, usage, 4);
      refuseMode('dir', value, host!, guest!);
      const [readOnly, cached] = ['ro', 'cached'].map((mode) => modes.includes(mode));
      if (modes.length !== Number(readOnly) + Number(cached)) throw invalidValue('dir', value, usage);
      return hostMount('dir', value, host!, guest!, { ...options, readOnly: readOnly!, cached: cached! });
    },
  },
  {
    name: 'ro',
    many: true,
    also: ['readonly', 'read-only'],
    stores: ['hostDir'],
    value: 'HOST[::GUEST]',
    help: 'Grants a directory of this machine read-only.',
    mount(value, _memory, options) {
      const [host, guest = host] = parts('ro', value, 'HOST or HOST::GUEST', 2);
      refuseMode('ro', value, host!, guest!);
      return hostMount('ro', value, host!, guest!, { ...options, readOnly: true });
    },
  },
  {
    name: 'overlay',
    many: true,
    stores: ['hostDir', 'overlay'],
    value: 'HOST::GUEST',
    help: 'Grants a copy-on-write view of a directory of this machine: changes are kept in memory.',
    mount(value, memory, options) {
      const [host, guest] = parts('overlay', value, 'HOST::GUEST', 2);
      // Unchanged by contract, until the commit.
      const lower = opened('overlay', value, host!, { ...options, cached: true });
      if (guest !== undefined) return { guest, backend: overlay({ lower, upper: memory.directory() }), host: host! };
      lower.close?.();
      throw withoutGuest('overlay', value);
    },
  },
  {
    name: 'tar',
    many: true,
    also: ['archive', 'zip'],
    stores: ['tar'],
    value: 'FILE::GUEST',
    help: 'Mounts a .tar or .tar.gz file read-only, without unpacking it.',
    mount(value) {
      const [file, guest] = parts('tar', value, 'FILE::GUEST', 2);
      const backend = archive('tar', value, file!);
      if (guest === undefined) throw withoutGuest('tar', value);
      return { guest, backend };
    },
  },
  {
    name: 'mem',
    many: true,
    also: ['tmpfs', 'memory', 'ram'],
    stores: [],
    value: 'GUEST[=SIZE]',
    help: `Mounts an empty directory in memory, lost at the end. Beyond SIZE (such as 512M or 2G), writes\nfail with ENOSPC. Default: ${DEFAULT_SHARE} of this machine's memory, shared by all without SIZE.\n--mem /=2G limits the root.`,
    mount(value, memory) {
      const [whole] = parts('mem', value, 'GUEST or GUEST=SIZE', 1);
      const at = whole!.lastIndexOf('=');
      if (at < 0 && parseSize(whole!) !== undefined) {
        throw new UsageError(
          `--mem ${value}: the path is missing: write --mem /tmp=${value}, or ./${value} for a path.`,
        );
      }
      if (at < 0) return { guest: whole!, backend: memory.directory() };
      const size = parseSize(whole!.slice(at + 1));
      if (at === 0 || size === undefined)
        throw invalidValue('mem', value, 'GUEST or GUEST=SIZE, with SIZE such as 512M or 2G');
      return { guest: whole!.slice(0, at), backend: memory.directory(size) };
    },
  },
  {
    name: 'mount',
    many: true,
    also: ['9p', 'remote', 'url'],
    stores: ['remote'],
    value: 'URL::GUEST',
    help: 'Mounts the tree of a 9P2000.L server: 9p+tcp://HOST:PORT/ANAME, 9p+unix:PATH, 9p+ws://HOST:PORT/PATH.',
    mount(value) {
      const { url, path } = splitUrl(value);
      if (!isRemoteUrl(url)) {
        throw new UsageError(
          `--mount ${value}: ${url} is not the URL of a 9P server: write 9p+tcp://HOST:PORT/ANAME::/GUEST, or --dir for a directory.`,
        );
      }
      if (path === undefined) throw withoutGuest('mount', value);
      return { guest: path, backend: serverAt(url) };
    },
  },
];

/** The reverse of --dir, of `run` alone: GUEST::HOST. */
export const MAPDIR_OPTION: MountOption = {
  ...MAPDIR,
  stores: ['hostDir'],
  mount(value, _memory, options) {
    const [guest, host = guest] = parts('mapdir', value, 'GUEST::HOST', 2);
    if (!existsSync(host!) && existsSync(guest!)) {
      throw new UsageError(
        `--mapdir ${value}: the directory ${host} does not exist: did you mean --mapdir ${host}::${guest}?`,
      );
    }
    return hostMount('mapdir', value, host!, guest!, options);
  },
};

/** Splits `URL::PATH`; the `::` of an IPv6 address is part of the URL. */
export function splitUrl(text: string): { url: string; path: string | undefined } {
  const at = text.lastIndexOf('::');
  if (at < 0 || text.indexOf(']', at) > 0) return { url: text, path: undefined };
  return { url: text.slice(0, at), path: text.slice(at + 2) || undefined };
}

/** The server of a URL, to which nothing is connected yet. @throws UsageError if the URL is invalid. */
export function serverAt(url: string): Store {
  try {
    return remote(url);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** True if a text is the URL of a 9P server, or meant to be one. */
export function isRemoteUrl(text: string): boolean {
  return /^9p(?:\+\w*)?:/i.test(text);
}

function hostMount(option: string, value: string, host: string, guest: string, options: HostDirOptions): GuestMount {
  return { guest, backend: opened(option, value, host, options), host };
}

/** The modes of --dir, and that of others, which is the default here. */
const MODES = ['ro', 'cached', 'rw'];

/** @throws UsageError for `HOST::ro`: a mode follows the guest's path. */
function refuseMode(option: string, value: string, host: string, guest: string): void {
  // The directory may have that name itself.
  if (guest === host || !MODES.includes(guest)) return;
  checkDirectory({ option, value }, host);
  const meant = option === 'dir' && guest !== 'rw' ? `${host}::${value}` : host;
  throw new UsageError(
    `--${option} ${value}: ${guest} stands in place of the program's path: write --${option} ${meant}, ` +
      `or --${option} ${host}::./${guest} for a path of that name.`,
  );
}

/** Splits a value at `::` into non-empty parts. */
function parts(option: string, value: string, usage: string, max: number): string[] {
  const found = value.split('::');
  const [, path = '', mode] = /^(.+):(ro|rw)$/.exec(found.length > 1 ? found.at(-1)! : '') ?? [];
  if (mode !== undefined && path.at(-1) !== ':') {
    const meant = [...found.slice(0, -1), path, ...(mode === 'ro' && option === 'dir' ? [mode] : [])].join('::');
    throw new UsageError(`--${option} ${value}: did you mean --${option} ${meant}?`);
  }
  if (found.length > max || found.includes('')) throw invalidValue(option, value, usage);
  return found;
}

function invalidValue(option: string, value: string, usage: string): UsageError {
  return new UsageError(`--${option} ${value}: invalid value, expected ${usage}.`);
}

/** The error for a mount without a path. */
function withoutGuest(option: string, value: string): UsageError {
  return new UsageError(`--${option} ${value}: the program's path is missing: write --${option} ${value}::/GUEST.`);
}

/** @throws UsageError if it is not a directory, Error if it cannot be opened. */
function opened(option: string, value: string, host: string, options: HostDirOptions): Backend {
  checkDirectory({ option, value }, host);
  return openHostDir(`--${option} ${value}`, host, options);
}

/** Opens a host directory, after `loadHostDirs`. @param written The option, for the error. @throws Error */
export function openHostDir(written: string, host: string, options: HostDirOptions = {}): Backend {
  try {
    return hostDir(host, options);
  } catch (error) {
    throw new Error(`${written}: ${host} cannot be opened: ${reasonOf(error)}.`, { cause: error });
  }
}

/** Loads host directories. */
export async function loadHostDirs(): Promise<void> {
  await importStores(['hostDir']);
}

function archive(option: string, value: string, file: string): Backend {
  checkFile({ option, value }, file);
  const failed = `--${option} ${value}: ${file} cannot be read`;
  let bytes;
  try {
    bytes = readFileSync(hostPath(file));
  } catch (error) {
    throw new Error(`${failed}: ${reasonOf(error)}.`, { cause: error });
  }
  try {
    return tar(bytes);
  } catch (error) {
    throw new UsageError(`${failed}: ${reasonOf(error)}; give a whole .tar or .tar.gz file.`, { cause: error });
  }
}

/** Loads the stores that the mounts of a command line need; this comes before `mountsOf`. */
export async function loadStores(options: Parsed['options'], table = MOUNT_OPTIONS): Promise<void> {
  await importStores(table.filter(({ name }) => options.has(name)).flatMap(({ stores }) => stores));
}

/** The option for all directories of this machine. */
export const DESCRIPTORS: Option = {
  name: 'max-descriptors',
  value: 'NUMBER',
  help: `Limits the descriptors that are kept for files of this machine that are not in use: ${LEAST_DESCRIPTORS} or\nmore, default ${MAX_DESCRIPTORS}.`,
};

/** Returns what the options say about all directories of this machine. @throws UsageError */
export function hostOptions(options: Parsed['options']): HostDirOptions {
  const written = options.get(DESCRIPTORS.name)?.at(-1);
  if (written === undefined) return {};
  const maxDescriptors = /^\d{1,9}$/.test(written) ? Number(written) : 0;
  if (maxDescriptors >= LEAST_DESCRIPTORS) return { maxDescriptors };
  throw new UsageError(
    `--${DESCRIPTORS.name} ${written}: invalid value, expected a number from ${LEAST_DESCRIPTORS} on.`,
  );
}

/** Returns the mounts of a command line. @throws UsageError, also for two mounts at one path. */
export function mountsOf(
  options: Parsed['options'],
  memory = new MountMemory(),
  table: readonly MountOption[] = MOUNT_OPTIONS,
): GuestMount[] {
  const mounts: GuestMount[] = [];
  const host = hostOptions(options);
  try {
    for (const option of table) {
      // The same value twice is one mount.
      for (const value of new Set(options.get(option.name)))
        addMount(mounts, option.name, option.mount(value, memory, host), value);
    }
    return mounts;
  } catch (error) {
    for (const { backend } of mounts) closeStore(backend);
    throw error;
  }
}

/** @throws UsageError if the path is a mount point already. */
function addMount(mounts: GuestMount[], name: string, wanted: GuestMount, value: string): void {
  // It may contain `..` only at its start, if HOST is written so.
  const made = { ...wanted, guest: cleanName(wanted.guest) };
  const isTaken = mounts.some(({ guest }) => keyOf(guest) === keyOf(made.guest));
  mounts.push(made);
  if (isTaken) throw new UsageError(`--${name} ${value}: ${made.guest} is already a mount point: give another path.`);
}

/** Puts the root first, so that libc prefers the other mounts; the default is an in-memory root with a /tmp. */
export function withRoot(mounts: readonly GuestMount[], memory = new MountMemory()): GuestMount[] {
  const isRoot = ({ guest }: GuestMount): boolean => keyOf(guest) === '/';
  const roots = mounts.filter(isRoot);
  const root = roots.length > 0 ? roots : [{ guest: '/', backend: emptyRoot(memory), isDefault: true }];
  return [...root, ...mounts.filter((mount) => !isRoot(mount))];
}

function emptyRoot(memory: MountMemory): Backend {
  const store = memory.directory();
  store.create(store.root(), 'tmp', S_IFDIR | 0o1777, 0, 0, 0);
  return store;
}

/** True for a name such as `..` or `../a`: its mount is not part of the tree, but a preopen beside it, as in wasmtime. */
export function isOutside(guest: string): boolean {
  return /^\.\.(?:\/|$)/.test(guest);
}

/** The key of a mount, different for each: its place in the tree, or its name if it is outside of the tree. */
function keyOf(guest: string): string {
  return isOutside(guest) ? guest : placeOf(guest);
}

/** Normalizes a mount's path to an absolute one, without dots and a trailing slash: `./a/` is `/a`. */
export function placeOf(guest: string): string {
  return cleanName(`/${guest}`);
}

/** Closes the store of a mount, and the lower layer of an overlay: a host directory holds descriptors. */
export function closeStore(backend: Store): void {
  backend.close?.();
  backend.changes?.lower.close?.();
}

/** Returns the exceptions that the mounts state for this system (`limits`), each sentence once. */
export function statedLimits(mounts: readonly GuestMount[]): string[] {
  const limits = mounts.map(({ backend }) => backend.limits ?? '');
  return [...new Set(limits.filter((text) => text !== ''))];
}
