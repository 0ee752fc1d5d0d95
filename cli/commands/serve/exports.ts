// The exports of `serve`: the mounts of its command line, by name.
import type { Backend } from '../../../vfs/backend/backend.ts';
import { readOnly } from '../../../vfs/backends/readonly/index.ts';
import { UsageError, type Option, type Parsed } from '../../lib/options.ts';
import { MountMemory } from '../../mounts/mount-memory.ts';
import { MOUNT_OPTIONS, closeStore, loadStores, mountsOf, placeOf, type GuestMount } from '../../mounts/mounts.ts';

/** An export: a mount whose store is in this process. */
export interface ExportMount extends GuestMount {
  readonly backend: Backend;
}

/** The mount options of `run`; the trees of other servers are theirs to serve. */
const LOCAL_MOUNTS = MOUNT_OPTIONS.filter(({ name }) => name !== 'mount');

/** Those, but --ro, which makes all exports read-only here. */
export const EXPORT_MOUNTS = LOCAL_MOUNTS.filter(({ name }) => name !== 'ro');

/** The kinds of a MOUNT. */
const KINDS = LOCAL_MOUNTS.map(({ name }) => name);

export const EXPORT: Option = {
  name: 'export',
  many: true,
  also: ['share', 'e'],
  value: 'NAME=MOUNT',
  help: `Exports MOUNT under NAME, which a client chooses by its aname. MOUNT is dir:HOST (or HOST\nalone), ro:HOST, overlay:HOST, tar:FILE, mem or mem:SIZE; as with the options below.`,
};

/** Rewrites `--export NAME=MOUNT` as the mount options of `run`. @throws UsageError */
function optionsOf({ options }: Parsed): Map<string, readonly string[]> {
  const mounts = new Map(options);
  for (const value of options.get('export') ?? []) {
    const [, name, mount] = /^([^=]*)=(.+)$/s.exec(value) ?? [];
    if (name === undefined || mount === undefined) {
      throw new UsageError(`--export ${value}: invalid value, expected NAME=MOUNT, such as src=dir:./src.`);
    }
    const [, kind = 'dir', rest = mount] = new RegExp(`^(${KINDS.join('|')})(?::(.*))?$`, 's').exec(mount) ?? [];
    const isMemory = kind === 'mem';
    const from = mount === kind || mount === `${kind}:` ? '' : rest;
    if (from === '' && !isMemory) throw new UsageError(`--export ${value}: write --export ${name}=${kind}:HOST.`);
    const guest = placeOf(name);
    const words = isMemory ? (from === '' ? guest : `${guest}=${from}`) : `${from}::${guest}`;
    mounts.set(kind, [...(mounts.get(kind) ?? []), words]);
  }
  return mounts;
}

/** Opens the exports of a command line. The caller closes them. @throws UsageError, also if there is none. */
export async function exportsOf(parsed: Parsed): Promise<ExportMount[]> {
  const isReadOnly = parsed.options.has('ro');
  const mounts = optionsOf({ ...parsed, options: without(parsed.options, 'ro') });
  await loadStores(mounts);
  const opened = mountsOf(mounts, new MountMemory()).map((mount) => ({
    ...(mount as ExportMount),
    guest: placeOf(mount.guest),
  }));
  if (opened.length === 0) {
    throw new UsageError('There is nothing to serve: add --dir HOST, --mem / or --export NAME=MOUNT.');
  }
  if (!isReadOnly) return opened;
  return opened.map((mount) => ({ ...mount, backend: readOnly(mount.backend) }));
}

/** `--ro` has no value here: it is not the mount option of that name. */
function without(options: Parsed['options'], name: string): Map<string, readonly string[]> {
  const rest = new Map(options);
  rest.delete(name);
  return rest;
}

/** Closes the stores of exports, views included. */
export function closeExports(mounts: readonly ExportMount[]): void {
  for (const { backend } of mounts) {
    closeStore(backend);
    if (backend.viewOf !== undefined) closeStore(backend.viewOf);
  }
}
