// The options `--diff` and `--commit` of `run`: lists the changes of the overlays and commits them.
import { CHANGE_LETTERS } from '../../vfs/backend/capabilities.ts';
import type { ChangedMount } from './commit.ts';
import type { GuestMount } from '../mounts/mounts.ts';
import { UsageError, type Option, type Parsed } from '../lib/options.ts';
import { print, tell } from '../lib/output.ts';
import { joined, text, type Text } from '../lib/text.ts';

/** The options for the changes in the overlays. */
export const CHANGE_OPTIONS: readonly Option[] = [
  {
    name: 'diff',
    help: 'Prints the changes in each --overlay at the end, one path per line:\nA added, M modified, D removed. A path that could control a terminal is quoted as by git.',
  },
  {
    name: 'commit',
    value: 'durable',
    optional: true,
    help: 'Writes these changes to the directories at the end, all or none, if the exit status is 0.\nWith =durable, they are synced to the disk.',
  },
];

/** Returns the overlays of a command line. @throws UsageError if an option needs an overlay and there is none. */
export function overlaysOf(options: Parsed['options'], mounts: readonly GuestMount[]): ChangedMount[] {
  const found = mounts.flatMap((mount) => {
    const { changes } = mount.backend;
    return changes === undefined ? [] : [{ ...mount, changes }];
  });
  const option = CHANGE_OPTIONS.find(({ name }) => options.has(name));
  const invalid = (options.get('commit') ?? []).find((value) => value !== '' && value !== 'durable');
  if (invalid !== undefined) {
    throw new UsageError(`--commit=${invalid}: invalid value, expected --commit or --commit=durable.`);
  }
  if (found.length === 0 && option !== undefined) {
    throw new UsageError(`--${option.name} needs an overlay: add --overlay HOST::GUEST.`);
  }
  return found;
}

/**
 * Commits the changes and prints them, as the options ask.
 * @param status The program's exit status.
 * @returns The command's exit status: 1 if a commit failed.
 * @throws OutputError if the list of changes cannot be written.
 */
export async function settleChanges(
  options: Parsed['options'],
  overlays: readonly ChangedMount[],
  status: number,
): Promise<number> {
  const changes = options.has('diff') ? overlays.flatMap(listing) : [];
  // The list is printed last, so that a closed pipe does not prevent the commit.
  const end = options.has('commit') ? await writeBack(options, overlays, status) : status;
  print(joined(changes));
  return end;
}

/** Prints how many changes are dropped, because a signal, or its time, has ended the program. */
export function tellDropped(overlays: readonly ChangedMount[], why: 'Interrupted' | 'Its time was over'): void {
  const counts = overlays.map(({ guest, changes }) => text`${countOf(changes)} in ${guest}`);
  tell(text`wasi9p: ${why}: the changes are not committed (${joined(counts, ', ')}).\n`);
}

/** The program may have been ended in the middle of a call. */
function countOf(changes: ChangedMount['changes']): number | string {
  try {
    return changes.diff().length;
  } catch {
    return 'an unknown number';
  }
}

async function writeBack(
  options: Parsed['options'],
  overlays: readonly ChangedMount[],
  status: number,
): Promise<number> {
  if (status === 0) {
    const { commitAll } = await import('./commit.ts');
    return commitAll(overlays, options.get('commit')?.at(-1) === 'durable');
  }
  tell(text`wasi9p: changes not committed: the program exited with status ${status}.\n`);
  return status;
}

function listing({ guest, changes }: ChangedMount): Text[] {
  const base = guest.replace(/\/+$/, '');
  return changes.diff().map(({ path, change, kind }) => {
    const where = path === '.' ? guest : `${base}/${path}${kind === 'directory' ? '/' : ''}`;
    return text`${CHANGE_LETTERS[change]} ${where}\n`;
  });
}
