import { OverlayBackend, type Change } from '../vfs/backend/overlay/index.ts';
import { errnoName } from '../vfs/errno.ts';
import type { GuestMount } from './mounts.ts';
import { UsageError, type Option, type Parsed } from './options.ts';
import { print, tell } from './output.ts';
import { joined, text, type Text } from './text.ts';

/** What becomes of what a program has done to its overlays. */
export const CHANGE_OPTIONS: readonly Option[] = [
  {
    name: 'diff',
    help: 'At the end tells what changed in each --overlay, a line a path: A added, M changed, D removed.\nA path that could steer a terminal is quoted as git does.',
  },
  {
    name: 'commit',
    help: 'At the end makes these changes in the directories themselves, if the exit status is 0.',
  },
];

const LETTERS: Readonly<Record<Change['change'], string>> = { added: 'A', changed: 'M', removed: 'D' };

interface Overlaid {
  readonly guest: string;
  readonly backend: OverlayBackend;
}

/** The overlays of a command line. @throws UsageError when there are none to tell of or to write back. */
export function overlaysOf(options: Parsed['options'], mounts: readonly GuestMount[]): Overlaid[] {
  const found = mounts.filter((mount): mount is Overlaid => mount.backend instanceof OverlayBackend);
  const wish = CHANGE_OPTIONS.find(({ name }) => options.has(name));
  if (found.length === 0 && wish !== undefined) {
    throw new UsageError(`--${wish.name} needs an --overlay HOST::GUEST whose changes are meant.`);
  }
  return found;
}

/**
 * Tells what was changed, and writes it back, as the options want.
 * @param status The program's exit status.
 * @returns That of the command: 1 when something could not be written back.
 * @throws OutputError when what was changed cannot be told.
 */
export function settleChanges(options: Parsed['options'], overlays: readonly Overlaid[], status: number): number {
  const changes = options.has('diff') ? overlays.flatMap(listing) : [];
  // The listing comes last: when nobody reads it, what was to be done is done.
  const end = options.has('commit') ? writeBack(overlays, status) : status;
  print(joined(changes));
  return end;
}

function writeBack(overlays: readonly Overlaid[], status: number): number {
  if (status === 0) return overlays.map(commit).every((done) => done) ? 0 : 1;
  tell(text`wasi9p: nothing was written back, for the program failed (exit status ${status}).\n`);
  return status;
}

function listing({ guest, backend }: Overlaid): Text[] {
  const base = guest.replace(/\/+$/, '');
  return backend.diff().map(({ path, change, kind }) => {
    const where = path === '.' ? guest : `${base}/${path}${kind === 'directory' ? '/' : ''}`;
    return text`${LETTERS[change]} ${where}\n`;
  });
}

function commit({ guest, backend }: Overlaid): boolean {
  const { errno, path } = backend.commit();
  if (errno === 0) return true;
  tell(
    text`wasi9p: ${path} of ${guest} could not be written back (${errnoName(errno)}); what came before it is done.\n`,
  );
  return false;
}
